"""One contract, put to each batch system as it really is: how many of its tests hold."""
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.evidence import Line

ROOT = Path(__file__).parents[3]
SYSTEMS = {"a grid in a box": "test_local_batch", "HTCondor, a real pool": "test_condor_batch", "through a login host, over ssh": "test_login_host",
           "jobsub, over ssh and a real pool": "test_login_chain", "Slurm, a real node": "test_slurm_batch",
           "the stand-in of quick tests": "test_memory_batch"}


def lines(size: str) -> Iterator[Line]:
    for name, module in SYSTEMS.items():
        file = ROOT / "tests" / "adapters" / f"{module}.py"
        if file.exists() and (size != "small" or module == "test_memory_batch"):
            yield _line(name, file)


def _line(name: str, file: Path) -> Line:
    words = [sys.executable, "-m", "pytest", str(file), "-n", "0", "-q", "-rA", "--no-header"]
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    of_contract = [line for line in told.splitlines() if re.match(r"(PASSED|FAILED|ERROR|SKIPPED) .*::Test\w*::", line)]
    passed = sum(line.startswith("PASSED") for line in of_contract)
    others = len(re.findall(r"^PASSED ", told, re.MULTILINE)) - passed
    bad = re.findall(r"^(?:FAILED|ERROR|SKIPPED) .*", told, re.MULTILINE)
    return Line(name, "the contract holds", f"{passed} of {len(of_contract)} of the contract; {others} tests of its own" + "".join(
        f"; {line}" for line in bad[:3]), bool(passed + others) and not bad)
