"""One test file in several processes at once, each with seeds and a database of its own; what each wrote is read when all have ended."""
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def told_by(test: str, shares: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
    """Each share is what the environment says to one process, which writes JSON to the file RESULT. RuntimeError: one did not come to its end."""
    with tempfile.TemporaryDirectory() as folder:
        results = [Path(folder) / f"{n}.json" for n in range(len(shares))]
        for process in [_begun(test, result, share) for result, share in zip(results, shares, strict=True)]:
            process.wait()
        return [_read(result) for result in results]


def _begun(test: str, result: Path, share: dict[str, str]) -> subprocess.Popen:
    with result.with_suffix(".log").open("w") as log:
        return subprocess.Popen([sys.executable, "-m", "pytest", "--timeout", "0", test], cwd=ROOT, stdout=log, stderr=subprocess.STDOUT,
                                env=os.environ | share | {"RESULT": str(result)})


def _read(result: Path) -> dict[str, Any]:
    if not result.exists():
        raise RuntimeError(f"a process did not come to its end:\n{result.with_suffix('.log').read_text()[-3000:]}")
    return json.loads(result.read_text())
