"""On which grid the demo runs: the box of this machine, or a real pool of HTCondor that is made for it (BATCH=htcondor)."""
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from pomssite.kit import supervisor
from scripts import postgres
from scripts.condorpool import UID, CondorPool, PoolTrouble
from scripts.demo.choices import Place
from scripts.demo.trouble import Trouble

POOLS = {False: postgres.ROOT / "var" / "pool", True: postgres.ROOT / "var" / "pool-check"}      # never in a folder that is thrown away


@dataclass(frozen=True)
class Grid:
    """What the campaign's file is told of it."""

    batch: str = "default"
    note: str = "The grid in a box: real processes of this machine."
    logs: str = "grid"          # where those of jobs are, in the demo's folder
    hungry_s: int = 2           # so long a hungry job stays hungry; a pool looks at its jobs less often


CHOICES = {"local": Grid(), "htcondor": Grid("htcondor", "A pool of HTCondor on this machine, in a Debian of its own.", "pool-shared", 10)}


def chosen() -> Grid:
    """BATCH says which."""
    said = os.environ.get("BATCH") or "local"
    if said not in CHOICES:
        raise Trouble(f"BATCH is {said!r}: choose one of {', '.join(CHOICES)}")
    return CHOICES[said]


def enter(place: Place, *, alone: bool) -> None:
    """Have it there, and let the platform that is about to start know of it. A pool that an earlier demo made stays known."""
    file = place.var / "demo" / "batch.toml"
    pool = pool_of(place, alone=alone)
    if chosen().batch == "htcondor" and not (file.exists() and pool.is_up()):
        if supervisor.holder(place.var / "run"):
            raise Trouble("the platform runs already without this pool: `make stop` first")
        _begin(place, pool, file)
    if file.exists():
        os.environ["POMS_BATCH_FILE"] = str(file)


def pool_of(place: Place, *, alone: bool) -> CondorPool:
    """Its jobs see Python and the payload, and share the storage and what is sent with them."""
    seen = dict.fromkeys((Path(sys.prefix), Path(sys.base_prefix), postgres.ROOT / "demo"))
    folder = Path(os.environ.get("CONDOR_POOL_DIR") or POOLS[alone])
    return CondorPool(folder, place.var / "pool-shared", _storage(place), seen=tuple(seen), cpus=max(2, os.cpu_count() or 2))


def _storage(place: Place) -> Path:
    return Path(os.environ.get("POMS_STORAGE") or place.var / "storage")


def _begin(place: Place, pool: CondorPool, file: Path) -> None:
    print("HTCondor: a pool on this machine; the first time it is installed, about a minute", flush=True)
    try:
        pool.start()
    except PoolTrouble as trouble:
        raise Trouble(f"the pool of HTCondor did not start: {trouble}") from trouble
    os.chown(_storage(place), UID, -1)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(pool.as_toml("htcondor", place.var / "pool-shared" / "launches"))
