"""One real pool of HTCondor for the tests of a process; skipped, loudly, only where it cannot be made, and never in CI."""
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from django.conf import settings

from scripts.condorpool import SCHEDD, SECOND, CondorPool, PoolTrouble
from submissions.batch.condor import HTCondorBatch
from submissions.batch.condor.pool import Pool

UNABLE = ("needs root", "debootstrap failed", "could not install debootstrap", "apt-get update in the chroot failed")


@contextmanager
def running_pool() -> Iterator[CondorPool]:
    """Installed once, about a minute; started and stopped by each run."""
    pool = CondorPool(settings.VAR / "pool", settings.VAR / "pool-shared")
    try:
        pool.start()
    except PoolTrouble as trouble:
        if os.environ.get("CI") or not any(word in str(trouble) for word in UNABLE):
            raise
        pytest.skip(f"NO POOL OF HTCONDOR, NOTHING OF IT IS TESTED: {trouble}")
    try:
        for name in (SCHEDD, SECOND):
            pool.do("root", "sh", "-c", 'condor_rm -name "$0" -all || true', name)      # what a run that was killed left
        yield pool
    finally:
        pool.stop()


@contextmanager
def batch_on(pool: CondorPool, folder: str = "", **more: Any) -> Iterator[HTCondorBatch]:
    """One that sees its own jobs alone; they are gone afterwards."""
    given = {**pool.options(pool.shared[0] / (folder or token_hex(4)), attribute=f"Poms{token_hex(4)}"), **more}
    batch = HTCondorBatch(**given)
    try:
        yield batch
    finally:
        clear(batch.pool, f"{given['attribute']} =!= undefined")


def clear(pool: Pool, constraint: str) -> None:
    """As an administrator of the pool would."""
    import htcondor2

    for schedd in pool.some():
        with pool.asking(schedd.name):
            htcondor2.Schedd(schedd.location).act(htcondor2.JobAction.Remove, constraint, ("the test is over", 0))


def ad_of(batch: HTCondorBatch, constraint: str, *wanted: str) -> list[dict[str, Any]]:
    """Jobs as the pool has them, live or ended; one that ends between the two questions is one job, and a cluster is none."""
    schedd, named = batch.pool.all()[0], (*wanted, "ClusterId", "ProcId")
    ads = [*batch.pool.queue(schedd, constraint, named), *batch.pool.history(schedd, constraint, named, "ClusterId == 0")]
    return [dict(ad) for ad in {(ad["ClusterId"], ad["ProcId"]): ad for ad in ads if "ProcId" in ad}.values()]


def folder_of(batch: HTCondorBatch, tag: str) -> Path:
    """Where the launch of that tag was laid out."""
    return next(batch.folder.glob(f"*-{tag}-*"))
