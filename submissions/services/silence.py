"""Batch systems from which nothing is heard: noted with every experiment that uses them, so that each of its pages says so without asking."""
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Experiment
from accounts.news import touch_by_name
from campaigns.models import LoginSetup

PART = ": "


def part(alias: str, name: str) -> str:
    """As a part of a batch system is noted: a schedd, a login host."""
    return f"{alias}{PART}{name}"


def begin(alias: str, *, since: datetime | None, name: str = "") -> int:
    """What is known of its jobs is from then; None: it was never heard. How many experiments were told. `name`: as it is noted, if it is but a
    part."""
    said = since.isoformat() if since else ""
    return _write(_users(alias).exclude(silent__has_key=name or alias), {name or alias: said})


def end(*aliases: str) -> int:
    """They are heard again."""
    return _write(Experiment.objects.filter(silent__has_any_keys=aliases), {}, without=aliases)


def forget(known: Collection[str]) -> int:
    """Of a batch system that the operator took away nobody will hear again."""
    noted = Experiment.objects.exclude(silent={}).values_list("silent", flat=True)
    gone = {name for silent in noted for name in silent if name.partition(PART)[0] not in known}
    return end(*gone) if gone else 0


@transaction.atomic
def _write(rows: QuerySet[Experiment], more: dict[str, str], *, without: Collection[str] = ()) -> int:
    found = list(rows.select_for_update(no_key=True).order_by("pk"))
    for row in found:
        kept = {name: since for name, since in row.silent.items() if name not in without}
        Experiment.objects.filter(pk=row.pk).update(silent=kept | more)
        touch_by_name(f"experiment:{row.pk}", row.pk)
    return len(found)


def _users(alias: str) -> QuerySet[Experiment]:
    """Those whose work runs there."""
    return Experiment.objects.filter(Exists(LoginSetup.objects.filter(experiment=OuterRef("pk"), batch=alias, retired_at=None)), active=True)
