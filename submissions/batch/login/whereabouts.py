"""Where a launch was made: the snapshot of its submission says so, on whichever server one asks."""
from collections.abc import Iterable

from submissions.batch.port import JobRef
from submissions.command import Login
from submissions.models import GridCluster, Submission


def of_tag(tag: str) -> Login | None:
    """The login of the launch with this tag; None if no command was run for it."""
    found = Submission.objects.filter(tag=tag).values_list("snapshot__login", flat=True).first()
    return Login(**found) if found and found.get("host") else None


def of_jobs(refs: Iterable[JobRef], batch: str) -> dict[JobRef, Login]:
    """The same of jobs, those that are known."""
    wanted = {(ref.schedd, ref.cluster): ref for ref in refs}
    rows = GridCluster.objects.filter(batch=batch, cluster__in={cluster for _, cluster in wanted}).select_related("submission")
    logins = {(row.schedd, row.cluster): Login(**row.submission.snapshot["login"]) for row in rows}
    return {ref: logins[ref.schedd, ref.cluster] for ref in refs if (ref.schedd, ref.cluster) in logins}
