"""Faults put into the code on purpose, one at a time, in a copy of it: each must be caught by a test.

    FAULTS=word        only those whose name has the word
    FAULTS_AT_ONCE     copies that are worked on at the same time (2)
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from scripts import postgres
from scripts.evidence import Line
from tests.faulty import FAULTS, Fault

ROOT = Path(__file__).parents[2]
LEFT_OUT = shutil.ignore_patterns("var", ".venv", "node_modules", ".git", "__pycache__")


@dataclass(frozen=True)
class Copy:
    """The project once more, with a database server of its own."""

    root: Path
    var: Path

    def run(self, tests: tuple[str, ...]) -> tuple[int, str]:
        env = os.environ | {"POMS_VAR": str(self.var), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run([sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", "-o", "addopts=-q -p tests.database", *tests],
                              cwd=self.root, env=env, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout


def lines(size: str) -> Iterator[Line]:
    wanted = [fault for fault in FAULTS if os.environ.get("FAULTS", "") in fault.name][::1 if size == "full" else 4]
    with tempfile.TemporaryDirectory(prefix="poms-faults-") as folder:
        copies: SimpleQueue[Copy] = SimpleQueue()
        many = int(os.environ.get("FAULTS_AT_ONCE", "2"))
        for n in range(many):
            copies.put(Copy(Path(shutil.copytree(ROOT, Path(folder) / f"copy{n}", ignore=LEFT_OUT)), Path(folder) / "var"))
        try:
            yield _whole(copies, wanted)
            with ThreadPoolExecutor(many) as pool:
                yield from pool.map(lambda fault: _tried(fault, copies), wanted)
        finally:
            postgres.Server(postgres.folder_of(Path(folder) / "var")).stop()


def _whole(copies: "SimpleQueue[Copy]", wanted: list[Fault]) -> Line:
    """A test that fails anyway catches nothing."""
    tests = tuple(sorted({test for fault in wanted for test in fault.tests if test.startswith("tests/")}))
    copy = copies.get()
    code, said = copy.run(tests)
    copies.put(copy)
    return Line("no fault: the same tests", "all pass", said.strip().splitlines()[-1].strip("= ") if said.strip() else "nothing was said", code == 0)


def _tried(fault: Fault, copies: "SimpleQueue[Copy]") -> Line:
    copy = copies.get()
    path = copy.root / fault.file
    text = path.read_text()
    try:
        for old, new in fault.edits:
            if path.read_text().count(old) != 1:
                return Line(fault.name, "caught", f"{fault.file} says no more: {old.strip()[:60]}", held=False)
            path.write_text(path.read_text().replace(old, new))
        code, said = copy.run(fault.tests)
    finally:
        path.write_text(text)
        copies.put(copy)
    caught = re.search(r"^(?:FAILED|ERROR) \S*?(\w+)\.py::(\S+)", said, re.MULTILINE)
    by = f"{caught[1]}: {caught[2]}"[:90] if caught else f"NOT CAUGHT, pytest ended with {code}"
    return Line(fault.name, "caught", by, held=code == 1 and bool(caught))
