"""Jobs that are not made yet: of a large launch a schedd keeps some in its queue, and makes the next ones as these end."""
from collections import defaultdict
from collections.abc import Iterable, Iterator

from submissions.batch.condor.ads import Ad

WANTED = ("TotalSubmitProcs", "JobMaterializeNextProcId", "JobFactoryPaused")
SHARED = ("ClusterId", "EnteredCurrentStatus", "QDate", "ServerTime", "PomsFolder", *WANTED)
UNMADE = "Unmade"
REMOVED, GOES = 3, 3


def unfolded(ads: Iterable[Ad], attribute: str) -> Iterator[Ad]:
    """With an ad for each job that a cluster has still to make; it waits, since its cluster was sent."""
    for ad in ads:
        if "ProcId" in ad:
            yield ad
        elif "JobMaterializeNextProcId" in ad:
            yield from _jobs(ad, attribute, {UNMADE: True, "JobStatus": 1}, ad["JobMaterializeNextProcId"])


def is_removed(ad: Ad) -> bool:
    """A cluster goes when the last of its jobs that were made is gone."""
    return ad.get("JobFactoryPaused") == GOES


def _jobs(ad: Ad, attribute: str, more: Ad, first: int) -> Iterator[Ad]:
    said = {name: ad[name] for name in (*SHARED, attribute) if name in ad}
    return ({**said, **more, "ProcId": proc} for proc in range(first, ad["TotalSubmitProcs"]))


def never_made(left: Iterable[Ad], attribute: str) -> dict[int, list[Ad]]:
    """Of each cluster of which a job was removed: the jobs that are never made, if the cluster is no longer in the queue."""
    made: dict[int, int] = defaultdict(int)
    removed: dict[int, Ad] = {}
    for ad in left:
        made[ad["ClusterId"]] = max(made[ad["ClusterId"]], ad.get("JobMaterializeNextProcId", 2**31), ad["ProcId"] + 1)
        if ad["JobStatus"] == REMOVED:
            removed.setdefault(ad["ClusterId"], ad)
    found = {cluster: _removed(ad, attribute, made[cluster]) for cluster, ad in removed.items()}
    return {cluster: ads for cluster, ads in found.items() if ads}


def _removed(ad: Ad, attribute: str, first: int) -> list[Ad]:
    return list(_jobs(ad, attribute, {"JobStatus": REMOVED, "RemoveReason": ad.get("RemoveReason")}, first))
