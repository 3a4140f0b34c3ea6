"""The ledger of counts: how many submissions of a stage and of a campaign are in each status."""
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, F, Max

from campaigns.models import Stage
from submissions.models import STATUS_COLUMNS, CampaignSummary, StageSummary, Submission, TallyLine
from submissions.states import Status

FOLDER = 0x74616C79        # the advisory lock that makes the folding one at a time
BATCH = 20_000


def note(changes: Iterable[tuple[int, Status, int]], *, at: datetime) -> None:
    """(stage id, status, by how much), in the transaction of the change itself."""
    TallyLine.objects.bulk_create(TallyLine(stage_id=stage, status=status, change=change, at=at) for stage, status, change in changes)


@transaction.atomic
def fold() -> int:
    """Add what was noted to the summaries; how many notes there were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOLDER])
    lines = list(TallyLine.objects.order_by("pk")[:BATCH])
    if lines:
        campaigns = dict(Stage.objects.filter(pk__in={line.stage_id for line in lines}).values_list("pk", "campaign_id"))
        _add(StageSummary, "stage_id", lines, {pk: pk for pk in campaigns})
        _add(CampaignSummary, "campaign_id", lines, campaigns)
        TallyLine.objects.filter(pk__in=[line.pk for line in lines]).delete()
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
    """Count everything anew; what differed, in words. Nothing should."""
    while fold():
        pass
    return [*_rebuilt(StageSummary, "stage_id", "stage_id"), *_rebuilt(CampaignSummary, "campaign_id", "stage__campaign_id")]


def _rebuilt(model: type[StageSummary] | type[CampaignSummary], key: str, path: str) -> list[str]:
    true: dict[int, dict[str, int]] = {}
    rows = Submission.objects.filter(abandoned_at=None).values_list(path, "status").annotate(n=Count("pk"), last=Max("created_at"))
    for whose, status, n, _ in rows:
        true.setdefault(whose, dict.fromkeys(STATUS_COLUMNS.values(), 0))[STATUS_COLUMNS[Status(status)]] = n
    kept = {row[key]: row for row in model._default_manager.values(key, *STATUS_COLUMNS.values())}
    wrong = [f"{key} {whose}: {column} was {kept.get(whose, {}).get(column, 0)} and is {n}"
             for whose, counts in true.items() for column, n in counts.items() if kept.get(whose, {}).get(column, 0) != n]
    wrong += [f"{key} {whose}: {column} was {row[column]} and is 0"
              for whose, row in kept.items() if whose not in true for column in STATUS_COLUMNS.values() if row[column]]
    model._default_manager.bulk_create([model(**{key: whose}) for whose in true], ignore_conflicts=True)
    for whose, counts in true.items():
        model._default_manager.filter(**{key: whose}).update(**counts)
    model._default_manager.exclude(**{f"{key}__in": list(true)}).update(**dict.fromkeys(STATUS_COLUMNS.values(), 0))
    return wrong
