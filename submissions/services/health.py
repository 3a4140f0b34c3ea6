"""What is wrong with the site itself, in words: for its operator, and for whatever watches over it."""
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import Experiment
from pomssite.kit import dumps
from submissions.models import Pulse, Worker
from submissions.services.leases import ALIVE

MUST_LIVE = {
    "worker": "No background worker is alive: nothing is launched, followed or recovered. `manage.py supervise` keeps them alive.",
    "ticker": "No ticker is alive: schedules ring late, and work waits for the next change. `manage.py supervise` keeps it alive.",
}
LATE = timedelta(minutes=2)     # beyond its own time


def unready() -> list[str]:
    """Why no page can be shown; nothing, if all is well. Raises django.db.Error where the database does not answer."""
    if dumps.is_half_loaded():
        return ["This database was not wholly restored: run `manage.py restore` again."]
    if not (waiting := _left()):
        return []
    _left.cache_clear()         # somebody may be applying them just now
    return [f"Migrations not applied: {len(waiting)}, {waiting[0]} first: run `manage.py migrate`."]


@cache
def _left() -> list[str]:
    """Asked until there are none: from then on this process knows."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label} {migration.name}" for migration, _ in plan]


def troubles(pulses: Mapping[str, float]) -> list[str]:
    """What works badly or not at all while pages are shown. `pulses`: seconds between two turns of each, at the most."""
    return [*_dead(), *_late(pulses), *_silent()]


def _dead() -> Iterator[str]:
    living = set(Worker.objects.filter(beat_at__gt=Now() - ALIVE).values_list("kind", flat=True))
    return (words for kind, words in MUST_LIVE.items() if kind not in living)


def _late(pulses: Mapping[str, float]) -> Iterator[str]:
    for row in Pulse.objects.filter(name__in=pulses).annotate(since=Now() - F("ended_at")).order_by("name"):
        if row.trouble:
            yield f"{row.name}: {row.trouble}"
        if row.since and row.since > timedelta(seconds=pulses[row.name]) + LATE:
            yield f"{row.name} has come to no end for {row.since.total_seconds() / 60:.0f} minutes; it should every {pulses[row.name]:.0f} s."


def _silent() -> Iterator[str]:
    found = {name: since for row in Experiment.objects.filter(active=True).exclude(silent={}) for name, since in row.silent.items()}
    return (f"Nothing is heard from the batch system {name}{f' since {since[:16]} UTC' if since else ''}." for name, since in sorted(found.items()))
