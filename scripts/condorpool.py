"""A real pool of HTCondor on this machine, for the tests and the demo: `scripts/condor-pool` with what our own side of it must know."""
import json
import os
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scripts import postgres

SCRIPT = postgres.ROOT / "scripts" / "condor-pool"
SCHEDD, SECOND, OWNER, UID = "pool@", "second@", "submit", 1000
# as the script writes them into the pool's condor_config; given as options, so that no configuration file is needed
SETTINGS = {
    "NETWORK_INTERFACE": "127.0.0.1", "ENABLE_IPV6": "false", "UID_DOMAIN": "pool.local", "SEC_DEFAULT_AUTHENTICATION": "PREFERRED",
    "SEC_CLIENT_AUTHENTICATION_METHODS": "CLAIMTOBE", "SEC_DEFAULT_ENCRYPTION": "OPTIONAL", "SEC_DEFAULT_INTEGRITY": "OPTIONAL",
    "SEC_CLAIMTOBE_USER": OWNER, "SEC_CLAIMTOBE_INCLUDE_DOMAIN": "false",
}


class PoolTrouble(Exception):
    """What the script said."""


class CondorPool:
    """In a folder of its own, on a port of its own; its jobs have `shared` at the same place, and may look at `seen`."""

    def __init__(self, folder: Path, *shared: Path, seen: Sequence[Path] = (), cpus: int = 8) -> None:
        self.folder, self.shared, self.seen, self.cpus = folder, shared, seen, cpus
        self.port = free_port()

    def start(self) -> None:
        """Installed first, if it is not: about a minute."""
        for place in self.shared:
            place.mkdir(parents=True, exist_ok=True)
        self.do("stop")
        self.do("start")

    def stop(self) -> None:
        self.do("stop")

    def do(self, *words: str) -> str:
        """One deed of the script; what it printed."""
        said = {"CONDOR_POOL_DIR": str(self.folder), "CONDOR_POOL_PORT": str(self.port), "CONDOR_POOL_CPUS": str(self.cpus),
                "CONDOR_POOL_BIND": ":".join(map(str, self.shared)), "CONDOR_POOL_SEE": ":".join(map(str, self.seen)),
                "CONDOR_POOL_UID": str(UID), "CONDOR_POOL_USER": OWNER}
        done = subprocess.run([str(SCRIPT), *words], env={**os.environ, **said}, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PoolTrouble((done.stderr or done.stdout).strip())
        return done.stdout

    def is_up(self) -> bool:
        """Whether anything of it is mounted; nothing of it runs otherwise."""
        return f" {self.folder.resolve()}/root/" in Path("/proc/mounts").read_text()

    def as_toml(self, alias: str, folder: Path) -> str:
        """The same as a table of the file that POMS_BATCH_FILE names."""
        said = self.options(folder, backend="submissions.batch.condor.HTCondorBatch")
        lines = [f"{name} = {json.dumps(value)}" for name, value in said.items() if name != "settings"]
        settings = [f"{name} = {json.dumps(value)}" for name, value in said["settings"].items()]
        return "\n".join([f"[{alias}]", *lines, "", f"[{alias}.settings]", *settings, ""])

    def options(self, folder: Path, **more: Any) -> dict[str, Any]:
        """What a batch system on this pool is made with."""
        return {"folder": str(folder), "collector": f"127.0.0.1:{self.port}", "schedds": [SCHEDD], "settings": SETTINGS, "uid": UID,
                "site": "pool", **more}


def free_port() -> int:
    """Of this machine, just now."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])
