"""The main job, all that was promised of it: a real campaign end to end from a clean clone, kills, crashes, faults, pace, tests."""
import importlib
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scripts.evidence import Line
from tests.evidence import kills, pace

ROOT = Path(__file__).parents[2]
OURS = ("POMS_", "DEMO_", "EVIDENCE_", "DATABASE_URL", "SECRET_KEY", "VIRTUAL_ENV", "DJANGO_", "PYTHONPATH", "MAKE", "MFLAGS",
        "SET_UP_BEGAN")
LAST = re.compile(r"demo: complete, (?P<submissions>\d+) submissions, (?P<jobs>\d+) jobs, (?P<recovered>\d+) recovered, "
                  r"(?P<lost>\d+) lost, (?P<doubled>\d+) doubled, mass (?P<mass>[\d.]+) GeV")
CLAIM = re.compile(r"^  (\w+)  (.*): (.*)$", re.MULTILINE)
TESTS = re.compile(r"(?P<counts>(?:\d+ [a-z]+, )*\d+ passed.*) in (?P<seconds>[\d.]+)s")
SMALL = {"DEMO_SEEDS": "2", "DEMO_EVENTS": "250"}      # fewer would not give a mass
BROKEN = "tests/services/test_broken_files.py"
ELSEWHERE = ("crashes", "faults")       # each may be asked for by itself too


def lines(size: str) -> Iterator[Line]:
    with tempfile.TemporaryDirectory(prefix="poms-clone-") as folder:
        clone = Path(folder) / "poms"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        try:
            yield from _of_clone(clone, size)
        finally:
            _make(clone, "stop")
    yield from kills.lines(size)
    for name in filter(lambda name: importlib.util.find_spec(f"tests.evidence.{name}"), ELSEWHERE):
        yield from importlib.import_module(f"tests.evidence.{name}").lines(size)
    yield from pace.lines(size)


def _of_clone(clone: Path, size: str) -> Iterator[Line]:
    yield from _demo(clone, {} if size == "full" else SMALL)
    yield from _broken(clone)
    if size == "full":
        yield _tests(clone)


def _demo(clone: Path, size: dict[str, str]) -> Iterator[Line]:
    """Twice, with another luck the second time; nobody is there to answer a question."""
    first, second = (_make(clone, "demo-check", **size, DEMO_LUCK=luck) for luck in ("1", "2"))
    told, other = (LAST.fullmatch(done.stdout.strip().splitlines()[-1]) for done in (first, second))
    yield Line("clean clone and environment: make demo-check", "exit 0, nothing asked", _seconds(first),
               first.returncode == 0 and bool(told))
    if not (told and other):
        yield Line("its last line", "demo: complete, …", (first.stdout + first.stderr + second.stdout).strip()[-300:], held=False)
        return
    yield Line("what it says", "complete, 0 lost, 0 doubled", first.stdout.strip().splitlines()[-1], told["lost"] == "0" == told["doubled"])
    yield from (Line(f"  {what}", "holds", seen, how == "holds") for how, what, seen in CLAIM.findall(first.stdout))
    yield Line("another luck, another fourth digit", "two masses", f"{told['mass']} and {other['mass']} GeV",
               told["mass"] != other["mass"] and second.returncode == 0)


def _seconds(done: "subprocess.CompletedProcess[str]") -> str:
    """Set-up and campaign apart."""
    said = [re.search(words, done.stdout) for words in (r"set-up took (\d+) s", r"the campaign took (\d+) s")]
    set_up, campaign = (found[1] if found else "?" for found in said)
    return f"set-up {set_up} s, campaign {campaign} s, load {os.getloadavg()[0]:.1f}"


def _broken(clone: Path) -> Iterator[Line]:
    """The tests of it compare line, section and key with what each file says of itself, and every row of the database."""
    files = len(list((clone / "tests" / "data" / "broken").glob("*.ini")))
    _run(clone, ["scripts/setup.sh", "platform", "tests", "demo"])
    done = _run(clone, [".venv/bin/python", "-m", "pytest", BROKEN])
    told = TESTS.search(done.stdout)
    yield Line("broken files refused by line, section and key", "at least 20, no row changed",
               f"{files} files, {told[0] if told else done.stdout[-200:]}", files >= 20 and done.returncode == 0)


def _tests(clone: Path) -> Line:
    done = _make(clone, "test")
    told, failed = TESTS.search(done.stdout), re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    measured = f"{told['counts']} in {float(told['seconds']):.0f} s" if told else (done.stdout + done.stderr)[-300:]
    return Line("make test on the clean clone", "all pass, 0 skipped", " ".join([measured, *failed]),
                done.returncode == 0 and bool(told) and "skipped" not in measured)


def _make(clone: Path, target: str, **said: str) -> "subprocess.CompletedProcess[str]":
    return _run(clone, ["make", "--no-print-directory", target], **said)


def _run(clone: Path, argv: list[str], **said: str) -> "subprocess.CompletedProcess[str]":
    """As a newcomer's shell would: nothing of our choices, nobody to ask."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    ours = str(Path(sys.executable).parent)
    environment["PATH"] = os.pathsep.join(folder for folder in environment["PATH"].split(os.pathsep) if folder != ours)
    return subprocess.run(argv, cwd=clone, env=environment | said, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
