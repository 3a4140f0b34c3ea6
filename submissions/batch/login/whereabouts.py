"""Where a launch was made: the snapshot of its submission says so, on whichever server one asks."""
from collections.abc import Iterable

from submissions.batch.port import JobRef
from submissions.command import Login
from submissions.models import GridCluster, Submission


def of_tag(tag: str) -> Login | None:
    """The login of the launch with this tag; None if no command was run for it."""
    found = Submission.objects.filter(tag=tag).values_list("snapshot__login", flat=True).first()
    return Login(**found) if found and found.get("host") else None


def of_jobs(refs: Iterable[JobRef]) -> dict[JobRef, Login]:
    """The same of jobs, those that are known."""
    wanted = list(refs)
    rows = GridCluster.objects.filter(cluster__in={ref.cluster for ref in wanted}, submission__snapshot__job_type__style="submitter").order_by("pk")
    logins = {(row.schedd, row.cluster): Login(**row.submission.snapshot["login"]) for row in rows.select_related("submission")}
    return {ref: logins[ref.schedd, ref.cluster] for ref in wanted if (ref.schedd, ref.cluster) in logins}


def in_use() -> list[Login]:
    """Those whose jobs live, each account of a host once."""
    rows = Submission.objects.with_live_jobs().filter(snapshot__job_type__style="submitter")
    found = [Login(**login) for login in rows.order_by("pk").values_list("snapshot__login", flat=True).distinct() if login.get("host")]
    return list({(login.host, login.account, login.group, login.role): login for login in found}.values())
