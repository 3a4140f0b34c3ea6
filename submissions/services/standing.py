"""How each campaign stands, worked out once after it changed, so that a list of them only reads: the worst that is open, the last ten, the files."""
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, Count, F, IntegerField, Sum, Value, When
from django.db.models.functions import Coalesce

from accounts.news import touch
from campaigns.models import Campaign
from pomssite.kit.loops import for_each
from submissions.models import FINISHED, CampaignSummary, Job, Submission
from submissions.states import WORST_FIRST, JobState, Status

BATCH = 50
RANK = {status: place * 10 for place, status in enumerate(WORST_FIRST)}
STUCK = RANK[Status.AWAITING] + 5       # nothing more comes by itself, though its jobs have ended well or were removed
ASKED = {Status.HELD: JobState.HELD, Status.FAILED: JobState.FAILED}      # of which a job says why
LAST_TEN = """
    SELECT newest.id, newest.status, newest.abandoned_at IS NOT NULL
    FROM campaigns_stage AS stage CROSS JOIN LATERAL (
        SELECT id, status, abandoned_at FROM submissions_submission WHERE stage_id = stage.id ORDER BY id DESC LIMIT 10) AS newest
    WHERE stage.campaign_id = %s ORDER BY newest.id DESC LIMIT 10"""


@dataclass(frozen=True)
class Open:
    """An open family: its last submission, and how that stands."""

    last: int
    status: Status
    stuck: bool
    files: int
    removed: int = 0        # jobs that were taken off the grid

    @property
    def rank(self) -> int:
        wants = self.stuck and (self.status == Status.COMPLETED or self.removed)
        return min(STUCK, RANK[self.status]) if wants else RANK[self.status]


def refresh() -> int:
    """Work out what has changed; how many campaigns that were. The mark goes first: what changes meanwhile marks it again."""
    rows = CampaignSummary.objects.filter(changed=True).order_by("pk").values_list("pk", flat=True)[:BATCH]
    return for_each(rows, _refresh, lambda pk, why: None)      # the mark of one in trouble stays, and the others go on


@transaction.atomic
def _refresh(campaign: int) -> bool:
    if CampaignSummary.objects.filter(pk=campaign, changed=True).update(changed=False) != 1:
        return False
    CampaignSummary.objects.filter(pk=campaign).update(**look(campaign))
    touch(Campaign.objects.filter(pk=campaign))
    return True


def rebuild() -> list[str]:
    """Work out all of them anew; what differed, in words. Nothing should."""
    while refresh():
        pass
    return [words for pk in CampaignSummary.objects.order_by("pk").values_list("pk", flat=True) for words in _rebuilt(pk)]


@transaction.atomic
def _rebuilt(campaign: int) -> list[str]:
    """Under the lock of its row: who refreshes it at this moment waits, and looks afterwards."""
    row = CampaignSummary.objects.select_for_update(no_key=True).get(pk=campaign)
    true = look(campaign)
    true.pop("why")         # one of its jobs says it: any of them will do
    CampaignSummary.objects.filter(pk=campaign).update(**true)
    return [f"campaign {campaign}: {name} was {getattr(row, name)} and is {value}" for name, value in true.items() if getattr(row, name) != value]


def look(campaign: int) -> dict[str, Any]:
    """The columns of its summary as they should be."""
    found, recent = _open(campaign), _recent(campaign)
    lost = bool(recent) and recent[-1][2]       # the last that was launched did not get there, and nothing took its place
    worst = Open(recent[-1][0], Status.LAUNCH_FAILED, False, 0) if lost else min(found, key=lambda each: (each.rank, -each.last), default=None)
    state = worst.status if worst else ""
    return {"rank": worst.rank if worst else FINISHED, "state": state, "worst": worst.last if worst else None, "why": _why(worst),
            "open": _counted(found), "recent": [[pk, status] for pk, status, _ in recent], **_files(campaign)}


def _open(campaign: int) -> list[Open]:
    """The open families; of each the last submission that was not given up."""
    firsts = {pk: (status, removed, stuck, inputs) for pk, status, removed, stuck, inputs in _firsts(campaign).filter(settled_at=None)
              .values_list("pk", "status", "removed", "stuck", "inputs")}
    later = (Submission.objects.filter(parent__in=list(firsts), abandoned_at=None).order_by("pk")
             .values_list("parent_id", "pk", "status", "removed") if firsts else ())
    last = {pk: (pk, status, removed) for pk, (status, removed, _, _) in firsts.items()} | {
        parent: (pk, status, removed) for parent, pk, status, removed in later}
    return [Open(pk, Status(status), bool(firsts[first][2]), firsts[first][3], removed) for first, (pk, status, removed) in last.items()]


def _counted(found: Iterable[Open]) -> dict[str, list[int]]:
    families: Counter[str] = Counter()
    files: Counter[str] = Counter()
    for each in found:
        families[each.status] += 1
        files[each.status] += each.files
    return {status.value: [families[status], files[status]] for status in WORST_FIRST if families[status]}


def _recent(campaign: int) -> list[tuple[int, str, bool]]:
    """The newest last. By stage, since each stage knows its newest without looking at the others'."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_TEN, [campaign])
        return cursor.fetchall()[::-1]


def _files(campaign: int) -> dict[str, int]:
    whole = Case(When(settled_at=None, then=Value(0)), default=F("inputs") - Coalesce("lacks", Value(0)), output_field=IntegerField())
    sums = _firsts(campaign).aggregate(n=Count("pk"), files=Sum("inputs"), located=Sum(whole))
    return {"files": sums["files"] or 0, "files_located": sums["located"] or 0}


def _firsts(campaign: int):
    return Submission.objects.firsts().filter(stage__in=Campaign(pk=campaign).stages.values("pk"))


def _why(worst: Open | None) -> str:
    """What one of its jobs says of itself; of a launch that failed, what its history says."""
    if worst is None or worst.status not in (*ASKED, Status.LAUNCH_FAILED):
        return ""
    if worst.status == Status.LAUNCH_FAILED:
        row = Submission.objects.get(pk=worst.last)
        said = row.history.filter(status=Status.LAUNCH_FAILED).order_by("-pk").values_list("why", flat=True).first()
        return said or row.trouble
    job = Job.objects.filter(submission_id=worst.last, state=ASKED[worst.status]).first()
    return _told(job)[:200] if job else ""


def _told(job: Job) -> str:
    if job.reason:
        return job.reason
    return f"signal {job.signal}" if job.signal else f"exit {job.exit_code}" if job.exit_code is not None else ""
