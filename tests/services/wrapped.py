"""A job that runs poms-wrap: its folder, its environment, and what it did."""
import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
WRAP = ROOT / "submissions" / "in_job" / "poms_wrap.py"
PYTHON = os.environ.get("WRAP_PYTHON", sys.executable)      # another one: how it does on an old node
# dies at the n-th time that something outside itself would be changed
DIES = """
import os, runpy, signal, sys
script, left = sys.argv[1], [int(sys.argv[2])]
sys.argv = sys.argv[1:2] + sys.argv[3:]
def touched(event, said):
    if event in {"os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir", "socket.connect", "subprocess.Popen"} \\
            or event == "open" and isinstance(said[1], str) and set("wax+") & set(said[1]):
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(touched)
runpy.run_path(script, run_name="__main__")
"""


class Job:
    """One attempt of a job, in a folder of its own."""

    def __init__(self, folder: Path, url: str, **environment: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        (folder / "token").write_text("secret\n")
        self.environment: Mapping[str, str] = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "POMS_URL": url, "POMS_EXPERIMENT": "dune", "POMS_TAG": "i-7",
            "POMS_JOB": "box#12.0", "POMS_ATTEMPT": "1", "POMS_JOB_INDEX": "0", "POMS_JOBS": "1", "POMS_DATASET": "i-7", "POMS_RUN": "5",
            "POMS_TOKEN_FILE": str(folder / "token"), "POMS_OUTPUT_DIR": str(folder.parent / "stored"), **environment}

    def begin(self, *words: str | bytes, dies_at: int = 0, **more) -> subprocess.Popen:
        before = [PYTHON, "-c", DIES, str(WRAP), str(dies_at)] if dies_at else [PYTHON, str(WRAP)]
        return subprocess.Popen([*before, *words], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                **{"env": self.environment, **more})

    def run(self, *words: str | bytes, **more) -> subprocess.CompletedProcess:
        process = self.begin(*words, **more)
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(words, process.returncode, out, err.decode(errors="replace"))

    def shell(self, script: str, *options: str, then: tuple[str, ...] = (), **more) -> subprocess.CompletedProcess:
        """A small script as the program; $1, $2, … are what follows it."""
        return self.run(*options, "--", "sh", "-c", script, "sh", *then, **more)

    def spooled(self) -> list[Path]:
        """The calls that are not yet made."""
        return sorted((self.folder / "poms-spool").glob("*/[0-9]*-*.json"))


def an_input(folder: Path, name: str, content: bytes = b"hello\n") -> dict:
    """A file that lies there, as POMS tells of it."""
    folder.mkdir(exist_ok=True)
    path = folder / hashlib.sha256(name.encode()).hexdigest()[:8]
    path = path / name.replace("/", "_")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return {"name": name, "checksum": f"sha256:{hashlib.sha256(content).hexdigest()}", "size": len(content), "locations": [path.as_uri()],
            "metadata": {"run_number": 7}}
