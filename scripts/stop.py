"""Ends everything that was started here: the supervisor with its processes, the jobs on this machine, the databases.

    python -m scripts.stop [--keep-jobs] [--keep-database]
"""
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from pomssite.kit import supervisor
from scripts import postgres
from scripts.condorpool import CondorPool
from scripts.slurmnode import SlurmNode
from submissions.batch.local.stop import stop_all

PATIENCE_S = 15


def stop(var: Path, *, jobs: bool = True, database: bool = True) -> None:
    """Everything that lives in that var folder. May be repeated."""
    run = var / "run"
    _stop_supervisor(run)
    supervisor.end_leftovers(run)
    if jobs:
        stop_all(var / "grid")
    if database:
        postgres.Server(postgres.folder_of(var)).stop()


def _stop_supervisor(run: Path) -> None:
    """Asked first; one that does not hear is killed, and its processes are found by their records."""
    pid = supervisor.holder(run)
    if pid is None:
        return
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE_S
    while supervisor.holder(run) == pid and time.monotonic() < deadline:
        time.sleep(0.1)
    if supervisor.holder(run) == pid:
        os.kill(pid, signal.SIGKILL)


def stop_pools(var: Path) -> None:
    """Those of HTCondor that the demo and the tests made, and the Slurm of the tests."""
    for folder in (var / "pool", var / "pool-check", var / "test" / "pool"):
        pool = CondorPool(folder)
        if pool.is_up():
            pool.stop()
    node = SlurmNode(var / "test" / "slurm")
    if node.conf.exists():
        node.stop()


def main() -> int:
    var = postgres.folder_of().parent
    for place in (var, var / "test"):
        stop(place, jobs="--keep-jobs" not in sys.argv, database="--keep-database" not in sys.argv)
    if "--keep-jobs" not in sys.argv:
        stop_pools(var)
    print("Stopped: nothing that was started here runs any more.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
