"""Runs a selection of tests/rules and tells what became of each test."""
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[3]
ROW = re.compile(r"\[(?P<row>(?P<chapter>0\d)-(?P<section>[\d.]+)-.+)\]$")


@dataclass(frozen=True)
class Told:
    """One test: its name, the row of the specification in it, and whether it held."""

    name: str
    held: bool

    @property
    def row(self) -> str:
        found = ROW.search(self.name)
        return found["row"] if found else ""

    @property
    def chapter(self) -> str:
        return self.row.partition("-")[0]


def told(*selection: str) -> list[Told]:
    """In the order in which they ran."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "told.xml"
        words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-o", "addopts=-q -p tests.database", f"--junitxml={report}", *selection]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        if not report.exists():
            raise RuntimeError(f"pytest did not come to its end:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        cases = ET.parse(report).getroot().iter("testcase")
        return [Told(case.get("name", ""), case.find("failure") is None and case.find("error") is None) for case in cases]
