"""Runs a selection of tests and tells what became of each, and what it recorded."""
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"\[(?P<row>(?P<chapter>0\d)-(?P<section>[\d.]+)-.+)\]$")


@dataclass(frozen=True)
class Told:
    """One test: its name, the row of the specification in it, whether it held, and what it recorded of itself."""

    name: str
    held: bool
    recorded: dict[str, str] = field(default_factory=dict, compare=False)

    @property
    def row(self) -> str:
        found = ROW.search(self.name)
        return found["row"] if found else ""

    @property
    def chapter(self) -> str:
        return self.row.partition("-")[0]


def told(*selection: str, **said: str) -> list[Told]:
    """In the order in which they ran; `said` is put into their environment."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "told.xml"
        words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--timeout", "0", "-o", "addopts=-q -p tests.database",
                 "-o", "junit_family=xunit1", f"--junitxml={report}", *selection]
        done = subprocess.run(words, cwd=ROOT, env=os.environ | said, capture_output=True, text=True, check=False)
        if not report.exists():
            raise RuntimeError(f"pytest did not come to its end:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        cases = ET.parse(report).getroot().iter("testcase")
        return [_told(case) for case in cases]


def _told(case: ET.Element) -> Told:
    recorded = {one.get("name", ""): one.get("value", "") for one in case.iter("property")}
    return Told(case.get("name", ""), case.find("failure") is None and case.find("error") is None, recorded)
