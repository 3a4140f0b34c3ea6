"""A real Slurm of one node on this machine, for the tests: `scripts/slurm-node` with what our own side of it must know."""
import os
import subprocess
from pathlib import Path
from typing import Any

from scripts import postgres
from scripts.condorpool import free_port

SCRIPT = postgres.ROOT / "scripts" / "slurm-node"


class NodeTrouble(Exception):
    """What the script said."""


class SlurmNode:
    """In a folder of its own, on ports of its own."""

    def __init__(self, folder: Path, cpus: int = 16) -> None:
        self.folder, self.cpus = folder, cpus
        self.ports = free_port(), free_port()
        self.conf = folder / "slurm.conf"

    def start(self) -> None:
        """Made anew: nothing of an earlier one is left."""
        self.do("purge")
        self.do("start")

    def stop(self) -> None:
        self.do("stop")

    def do(self, *words: str) -> str:
        """One deed of the script; what it printed."""
        said = {"SLURM_NODE_DIR": str(self.folder), "SLURM_NODE_PORT": str(self.ports[0]), "SLURM_NODE_DPORT": str(self.ports[1]),
                "SLURM_NODE_CPUS": str(self.cpus)}
        done = subprocess.run([str(SCRIPT), *words], env={**os.environ, **said}, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NodeTrouble((done.stderr or done.stdout).strip())
        return done.stdout

    def options(self, folder: Path, **more: Any) -> dict[str, Any]:
        """What a batch system on this node is made with."""
        return {"folder": str(folder), "conf": str(self.conf), "completed": str(self.folder / "jobcomp.txt"), **more}
