"""What is measured at a size, in a folder of its own: those of S and M are kept, a small one is made each time.

    POMS_SIZES=FOLDER   where size-s and size-m are, or are built; unsaid: var/
"""
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOW = 20_000        # a port
MADE_ANEW = ("tiny", "wide", "none")


def measured(deed: str, size: str, *words: object) -> dict[str, Any]:
    """What tests.sizes says of it."""
    if size in MADE_ANEW:
        with tempfile.TemporaryDirectory(prefix="poms-size-") as var:
            try:
                return _told(Path(var), deed, *([] if size == "none" else [size]), *words)
            finally:
                _run(Path(var), "scripts.postgres", "stop")
    folder = Path(os.environ.get("POMS_SIZES") or ROOT / "var") / f"size-{size.lower()}"
    return _told(folder, deed, size, *words)


def _told(var: Path, *words: object) -> dict[str, Any]:
    done = _run(var, "tests.sizes", *words)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _run(var: Path, *words: object) -> "subprocess.CompletedProcess[str]":
    ours = {"POMS_VAR": str(var), "POMS_URL": f"http://127.0.0.1:{free_port()}"}
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | ours
    return subprocess.run([sys.executable, "-m", *map(str, words)], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def free_port() -> int:
    """Browsers refuse some of the lower ones."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = int(bound.getsockname()[1])
    return port if port > LOW else free_port()
