"""Recording changes: one row a change, in the change's transaction, and one sequencer that numbers them."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, models, transaction

from accounts.models import Event
from accounts.policy import By

SEQUENCER = 0x706F6D73      # the advisory lock that makes the numbering one at a time
NEWEST = 2**62              # more than any number of an event
OF_STAGES = """
    SELECT e.* FROM unnest(%(stages)s::bigint[]) AS s(stage), LATERAL (
        SELECT * FROM accounts_event WHERE stage = s.stage AND id < %(before)s AND (role <> '' OR NOT %(people)s) ORDER BY id DESC LIMIT %(most)s) e
    UNION ALL (SELECT * FROM accounts_event WHERE thing = ANY(%(things)s) AND stage IS NULL AND id < %(before)s AND (role <> '' OR NOT %(people)s)
               ORDER BY id DESC LIMIT %(most)s)
    ORDER BY id DESC LIMIT %(most)s"""
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
                 experiment_id=thing.pk if kind == "experiment" else getattr(thing, "experiment_id", None),
                 stage=thing.pk if kind == "stage" else getattr(thing, "stage_id", None))


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


def of_stages(stages: Sequence[int], things: Sequence[str] = (), *, most: int, before: int = NEWEST, people: bool = False) -> list[Event]:
    """The newest events of the work of these stages, and of these things; a few from the index of each, whatever the history has."""
    asked = {"stages": list(stages), "things": list(things), "before": before, "most": most, "people": people}
    return list(Event.objects.raw(OF_STAGES, asked))
