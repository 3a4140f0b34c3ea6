"""A real sshd on loopback, and the small jobsub and the real fife_utils that a set-up on it finds."""
import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from scripts.condorpool import SCHEDD, SETTINGS, free_port
from tests.waiting import until

SCRIPT = Path(__file__).parents[1] / "scripts" / "sshd-loopback"
SHIM = Path(__file__).parent / "adapters" / "jobsubshim.py"
JOBSUB = ("jobsub_submit", "jobsub_q", "jobsub_history", "jobsub_hold", "jobsub_release", "jobsub_rm", "jobsub_fetchlog", "condor_status")


class Sshd:
    """A daemon on loopback, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()

    def start(self) -> None:
        self._do("start")

    def stop(self) -> None:
        """The daemon, and who is connected."""
        self.cut()
        self._do("stop")
        until(lambda: not _answers(self.port))

    def cut(self) -> None:
        """Every connection is lost, as when the network goes."""
        daemon = psutil.Process(int((self.folder / "pid").read_text()))
        for child in daemon.children(recursive=True):
            with suppress(psutil.NoSuchProcess):        # it may just have ended by itself
                if child.name() == "sshd":
                    child.kill()

    def _do(self, deed: str) -> None:
        subprocess.run([SCRIPT, deed], check=True, env={**os.environ, "SSHD_DIR": str(self.folder), "SSHD_PORT": str(self.port)})


@contextmanager
def running(folder: Path) -> Iterator[Sshd]:
    if not Path("/usr/sbin/sshd").exists():
        pytest.fail("there is no sshd: scripts/setup.sh tests")
    sshd = Sshd(folder)
    sshd.start()
    try:
        yield sshd
    finally:
        sshd.stop()


def jobsub_on(collector: str, folder: Path) -> str:
    """The small jobsub in that folder, which submits to the pool of that collector; what a set-up says so that it is found."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in JOBSUB:
        (folder / name).write_text(f"#!/bin/sh\nexec {sys.executable} {SHIM} \"$0\" \"$@\"\n")
        (folder / name).chmod(0o755)
    said = {f"_CONDOR_{name}": value for name, value in {**SETTINGS, "COLLECTOR_HOST": collector}.items()}
    said |= {"CONDOR_CONFIG": "/dev/null", "SHIM_SCHEDD": SCHEDD, "SHIM_FOLDER": str(folder)}
    return "\n".join([*(f"export {name}={shlex.quote(value)}" for name, value in said.items()), f"PATH={folder}:$PATH"])


def fife(folder: Path) -> str:
    """What a set-up says so that the fife_utils of that folder are found."""
    return f"export FIFE_UTILS_DIR={folder}\nPATH={folder}/bin:$PATH"


def _answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0
