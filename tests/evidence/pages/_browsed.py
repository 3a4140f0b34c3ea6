"""Tests of a real browser, run by themselves and read: which held, and how long each took."""
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Told:
    """One test: its name without the word test, seconds, and what was wrong."""

    name: str
    seconds: float
    wrong: str


def browsed(file: str, *, only: str = "", pictures: str = "") -> list[Told]:
    """Tests of the browser."""
    return held_by(f"tests/browser/{file}.py", only=only, pictures=pictures)


def held_by(file: str, *, only: str = "", pictures: str = "") -> list[Told]:
    """The tests of a file whose names fit."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        argv = [sys.executable, "-m", "pytest", "-q", "-n", "0", file, f"--junitxml={report}"]
        named = {"POMS_PICTURES": pictures} if pictures else {}
        done = subprocess.run([*argv, *(["-k", only] if only else [])], cwd=ROOT, env=os.environ | named, capture_output=True, text=True, check=False)
        if not report.exists():
            raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
        return [_told(case) for case in ET.parse(report).iter("testcase")]      # our own pytest wrote it


def _told(case: ET.Element) -> Told:
    wrong = next((part.get("message", "") for kind in ("failure", "error") for part in case.iter(kind)), "")
    name = case.get("name", "").removeprefix("test_").replace("_", " ")
    return Told(name, float(case.get("time", 0)), wrong.splitlines()[0][:200] if wrong else "")
