"""What went wrong in a submission: its bad jobs by what they share, and how many jobs there are of each kind. Reads rows, writes none."""
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, F, Func, Max, Min, Value
from django.db.models.functions import Coalesce

from submissions.models import Job, JobSum, Submission
from submissions.states import JOB_IN_TROUBLE

MOST = 8


@dataclass(frozen=True)
class Cause:
    """Jobs in the same state with the same end, of which the same was said but for its numbers."""

    state: str
    exit_code: int | None
    signal: int | None
    example: str
    jobs: int
    sites: int
    first: datetime
    last: datetime

    @property
    def words(self) -> str:
        """Its end, as short as it can be said."""
        ends = [f"exit {self.exit_code}" if self.exit_code is not None else "", f"signal {self.signal}" if self.signal else ""]
        return ", ".join(end for end in ends if end)

    @property
    def query(self) -> str:
        """Of the jobs' list, as near as it can be said."""
        said = {"state": self.state, "exit": "none" if self.exit_code is None else self.exit_code, "signal": self.signal}
        return "&".join(f"{name}={value}" for name, value in sorted(said.items()) if value is not None)


def causes_of(submission: Submission) -> list[Cause]:
    """The most frequent first; numbers in what was said do not part them."""
    if not (submission.failed or submission.held or submission.lost):
        return []
    shape = Func(F("reason"), Value("[0-9]+(,[0-9]{3})*"), Value("#"), Value("g"), function="regexp_replace", output_field=CharField())
    seen = Coalesce("ended_at", "heard_at")
    rows = Job.objects.filter(submission_id=submission.pk, state__in=JOB_IN_TROUBLE).annotate(shape=shape).order_by()
    found = rows.values("state", "exit_code", "signal", "shape").annotate(
        jobs=Count("pk"), sites=Count("site", distinct=True), example=Min("reason"), first=Min(seen), last=Max(seen))
    return [_cause(row) for row in found.order_by("-jobs", "state", "shape")[:MOST]]


def _cause(row: Mapping[str, Any]) -> Cause:
    return Cause(**{name: row[name] for name in ("state", "exit_code", "signal", "jobs", "sites", "first", "last")}, example=row["example"] or "")


@dataclass(frozen=True)
class Kinds:
    """How many jobs there are of each state, exit code and site: read from the sums, not counted."""

    states: Counter[str]
    exits: Counter[int]
    sites: Counter[str]


def kinds_of(submission: Submission) -> Kinds:
    """Of all its jobs."""
    rows = list(JobSum.objects.filter(submission=submission, jobs__gt=0).values_list("state", "exit_code", "site", "jobs"))
    found = Kinds(Counter(), Counter(), Counter())
    for state, exit_code, site, jobs in rows:
        found.states[state] += jobs
        found.exits.update({exit_code: jobs} if exit_code is not None else {})
        found.sites.update({site: jobs} if site else {})
    return found
