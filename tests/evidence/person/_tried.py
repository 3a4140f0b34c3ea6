"""Tests, run by themselves and read: which bear a claim, and how they ended."""
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.evidence import Line

ROOT = Path(__file__).parents[3]
Rows = dict[str, tuple[str, tuple[str, ...]]]       # a case, what must be, and how the names of the tests begin that bear it


def lines_of(rows: Rows, files: Sequence[str]) -> list[Line]:
    """Those of the cases that these files have tests of."""
    words = [sys.executable, "-m", "pytest", *files, "-n", "0", "-q", "-rA", "--no-header"]
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    results = [(name, result) for result, name in re.findall(r"^(PASSED|FAILED|ERROR|SKIPPED) \S+::(\w+)", told, re.MULTILINE)]
    text = "".join((ROOT / file).read_text() for file in files)
    return [_line(case, aim, [result for name, result in results if name.startswith(names)])
            for case, (aim, names) in rows.items() if any(f"def {name}" in text for name in names)]


def _line(case: str, aim: str, found: list[str]) -> Line:
    passed = found.count("PASSED")
    return Line(case, aim, f"{passed} of {len(found)} tests", bool(found) and passed == len(found))
