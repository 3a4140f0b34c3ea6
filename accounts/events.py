"""Recording changes: one row a change, in the change's transaction, and one sequencer that numbers them."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from accounts.models import Event
from accounts.policy import By

SEQUENCER = 0x706F6D73      # the advisory lock that makes the numbering one at a time
NEWEST = 2**62              # more than any number of an event
OF_WORK = """
    SELECT e.* FROM unnest(%s::bigint[]) AS s(stage), LATERAL ({of_a_stage}) e
    UNION ALL SELECT e.* FROM unnest(%s::text[]) AS t(thing), LATERAL ({of_a_thing}) e ORDER BY id DESC LIMIT %s"""
NUMBER = """
    WITH fresh AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM accounts_event WHERE number IS NULL),
         last AS (SELECT coalesce(max(number), 0) AS n FROM accounts_event)
    UPDATE accounts_event AS e SET number = last.n + fresh.n FROM fresh, last WHERE e.id = fresh.id
    RETURNING e.experiment_id, e.thing, e.stage, e.what"""


def event(what: str, thing: models.Model, *, by: By, at: datetime, before: str = "", after: str = "", why: str = "") -> Event:
    """A change, not yet saved: `thing` is what changed; its experiment, run and stage are taken from it."""
    kind = thing._meta.model_name
    return Event(what=what, thing=f"{kind}:{thing.pk}", by=by.user, role=by.role, door=by.door, token=by.token, at=at,
                 before=before, after=after, why=why, run=getattr(thing, "run_id", None),
                 experiment_id=_experiment(thing, kind), stage=thing.pk if kind == "stage" else getattr(thing, "stage_id", None))


def _experiment(thing: Any, kind: str | None) -> str | None:
    """Whose it is; None of what belongs to the site."""
    if kind == "experiment":
        return str(thing.pk)
    return thing.campaign.experiment_id if kind == "stage" else getattr(thing, "experiment_id", None)


def record(events: Iterable[Event]) -> None:
    """Save them, in the caller's transaction."""
    Event.objects.bulk_create(events)


@dataclass(frozen=True)
class Fresh:
    """What an event that was just numbered is about."""

    experiment: str | None
    thing: str
    stage: int | None
    what: str


@transaction.atomic(savepoint=False)
def number_them() -> list[Fresh]:
    """Give numbers to what has been committed; readers ask for what is above the last number they saw."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEQUENCER])
        cursor.execute(NUMBER)
        return [Fresh(*row) for row in cursor.fetchall()]


def of_work(stages: Sequence[int], things: Sequence[str] = (), *, most: int, before: int = NEWEST,
            among: QuerySet[Event] | None = None) -> list[Event]:
    """The newest events of these stages and their work, and of these things; a few from the index of each, whatever the history has."""
    rows = (Event.objects.all() if among is None else among).filter(pk__lt=before)
    of_a_stage, given = _from_index(rows, "stage", "s.stage", most)
    of_a_thing, named = _from_index(rows, "thing", "t.thing", most)
    asked = [list(stages), *given, list(things), *named, most]
    return list(Event.objects.raw(OF_WORK.format(of_a_stage=of_a_stage, of_a_thing=of_a_thing), asked))


def _from_index(rows: QuerySet[Event], column: str, value: str, most: int) -> tuple[str, Any]:
    """The newest of those that have this value there. Said as a range and an order, which the column's own index alone has: of a value that many
    rows have, PostgreSQL would rather look through all newer rows."""
    here = RawSQL(value, ())  # noqa: S611 a name of our own statement
    found = rows.filter(**{f"{column}__gte": here, f"{column}__lte": here}).order_by(column if column == "stage" else f"-{column}", "-pk")
    return found[:most].query.sql_with_params()
