"""The ledger of counts: how many submissions of a stage and of a campaign are in each status."""
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, F, Max, Sum

from accounts import news
from campaigns.models import Stage
from submissions.models import STATUS_COLUMNS, CampaignSummary, StageSummary, Submission, TallyLine
from submissions.states import Status

FOLDER = 0x74616C79        # the advisory lock that makes the folding one at a time
BATCH = 20_000


def note(changes: Iterable[tuple[int, Status, int]], *, at: datetime) -> None:
    """(stage id, status, by how much), in the transaction of the change itself."""
    TallyLine.objects.bulk_create(TallyLine(stage_id=stage, status=status, change=change, at=at) for stage, status, change in changes)


def touch(stage: int, *, at: datetime) -> None:
    """Something else than a status changed of which the summaries speak: a family is settled, or stuck."""
    note([(stage, Status.COMPLETED, 0)], at=at)


@transaction.atomic
def fold() -> int:
    """Add what was noted to the summaries; how many notes there were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOLDER])
    lines = list(TallyLine.objects.order_by("pk")[:BATCH])
    if lines:
        stages = list(Stage.objects.filter(pk__in={line.stage_id for line in lines}))
        campaigns = {stage.pk: stage.campaign_id for stage in stages}
        _add(StageSummary, "stage_id", lines, {pk: pk for pk in campaigns})
        _add(CampaignSummary, "campaign_id", lines, campaigns)
        CampaignSummary.objects.filter(campaign__in=set(campaigns.values())).update(changed=True)
        TallyLine.objects.filter(pk__in=[line.pk for line in lines]).delete()
        news.touch(stages)
    return len(lines)


def _add(model: type[StageSummary] | type[CampaignSummary], key: str, lines: list[TallyLine], owner: dict[int, int]) -> None:
    sums: dict[int, Counter] = {}
    last: dict[int, datetime] = {}
    for line in lines:
        whose = owner[line.stage_id]
        sums.setdefault(whose, Counter())[STATUS_COLUMNS[Status(line.status)]] += line.change
        last[whose] = max(line.at, last.get(whose, line.at))
    model._default_manager.bulk_create([model(**{key: whose}) for whose in sums], ignore_conflicts=True)
    for whose, counts in sums.items():
        changed = {column: F(column) + n for column, n in counts.items() if n}
        model._default_manager.filter(**{key: whose}).update(last_at=last[whose], **changed)


@transaction.atomic
def rebuild() -> list[str]:
    """Count everything anew; what differed, in words. Nothing should. Work may go on meanwhile: nobody folds until it is done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOLDER])
    stages = _true()
    campaigns: dict[int, Counter] = {}
    for stage, campaign in Stage.objects.filter(pk__in=stages).values_list("pk", "campaign_id"):
        campaigns.setdefault(campaign, Counter()).update(stages[stage])
    return [*_corrected(StageSummary, "stage_id", "pk", stages), *_corrected(CampaignSummary, "campaign_id", "campaign_id", campaigns)]


def _true() -> dict[int, Counter]:
    """What is, without what is noted and not yet folded. Both are committed together, and asked in one statement."""
    rows = Submission.objects.filter(abandoned_at=None).values_list("stage_id", "status").annotate(n=Count("pk"))
    noted = TallyLine.objects.values_list("stage_id", "status").annotate(n=-Sum("change"))
    true: dict[int, Counter] = {}
    for stage, status, n in rows.union(noted, all=True):
        true.setdefault(stage, Counter())[STATUS_COLUMNS[Status(status)]] += n
    return true


def _corrected(model: type[StageSummary] | type[CampaignSummary], key: str, path: str, true: dict[int, Counter]) -> list[str]:
    """Only what is wrong is written; a summary that is not there is wrong if there is something to count."""
    rows, columns, none = model._default_manager, list(STATUS_COLUMNS.values()), Counter[str]()
    kept = {row.pop(key): Counter(row) for row in rows.values(key, *columns)}
    wrong = {whose: true.get(whose, none) for whose in sorted(true.keys() | kept.keys())
             if any(kept.get(whose, none)[column] != true.get(whose, none)[column] for column in columns)}
    rows.bulk_create([model(**{key: whose}) for whose in wrong if whose not in kept])
    last = dict(Stage.objects.filter(**{f"{path}__in": wrong}).values_list(path).annotate(last=Max("submissions__history__at")))
    for whose, counts in wrong.items():
        rows.filter(**{key: whose}).update(last_at=last.get(whose), **{column: counts[column] for column in columns})
    return [f"{key} {whose}: {column} was {kept.get(whose, none)[column]} and is {counts[column]}"
            for whose, counts in wrong.items() for column in columns if kept.get(whose, none)[column] != counts[column]]
