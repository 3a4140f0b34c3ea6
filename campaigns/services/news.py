"""The one that tells: gives events their numbers, gathers what else has changed, and says it once to every process that feeds pages."""
import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import Error, connection, transaction

from accounts import events
from accounts.models import News
from accounts.news import CHANNEL
from campaigns.models import Stage

PAUSE_S = 0.25
ALIVE_S = 2.0
KEPT = timedelta(minutes=10)
MOST = 500              # changes that are named; of more it is said that there are many
NEW = {"submission recorded", "campaign created"}       # events of things that were not there before
SOMETHING = "SELECT EXISTS (SELECT 1 FROM accounts_event WHERE number IS NULL) OR EXISTS (SELECT 1 FROM accounts_touch)"
TAKE = "DELETE FROM accounts_touch RETURNING experiment, thing, stage"
log = logging.getLogger(__name__)


def tell(*, at: datetime) -> int:
    """What has changed since the last time; how many things. Where nothing has, this is one small question."""
    with connection.cursor() as cursor:
        cursor.execute(SOMETHING)
        return _tell(at=at) if cursor.fetchone()[0] else 0


def keep_telling(stop: threading.Event, *, now: Callable[[], datetime]) -> None:
    """Until it is told to stop; where the database does not answer, it is asked again."""
    spoke_at = 0.0
    while not stop.wait(PAUSE_S):
        try:
            tell(at=now())
            if time.monotonic() - spoke_at >= ALIVE_S:
                alive()
                forget(before=now() - KEPT)
                spoke_at = time.monotonic()
        except Error as trouble:
            log.warning("the news are not told: %s", trouble)
            connection.close()
    connection.close()


def alive() -> None:
    """Say that there is nothing to say, so that silence is not taken for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def forget(*, before: datetime) -> int:
    """A page that was away for longer asks for everything. The last one stays: it says how far the numbers have come."""
    last = News.objects.order_by("-pk").values("pk")[:1]
    return News.objects.filter(at__lt=before).exclude(pk__in=last).delete()[0]


@transaction.atomic
def _tell(*, at: datetime) -> int:
    """Under the sequencer's lock to the end: the numbers of the news are seen in their order."""
    fresh = events.number_them()
    with connection.cursor() as cursor:
        cursor.execute(TAKE)
        changed = [(each.experiment, each.thing, each.stage, each.what in NEW) for each in fresh]
        found = _sorted([*changed, *((experiment, thing, stage, False) for experiment, thing, stage in cursor.fetchall())])
        News.objects.bulk_create(News(experiment=experiment, at=at, changes=list(things.values()) if len(things) <= MOST else None)
                                 for experiment, things in found.items())
        cursor.execute("SELECT pg_notify(%s, 'news')", [CHANNEL])
    return sum(map(len, found.values()))


def _sorted(changed: Iterable[tuple[str | None, str, int | None, bool]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Each thing once, by experiment, with whose it is."""
    rows = list(changed)
    asked = Stage.objects.filter(pk__in={stage for _, _, stage, _ in rows if stage})
    stages = {pk: (campaign, experiment) for pk, campaign, experiment in asked.values_list("pk", "campaign_id", "campaign__experiment_id")}
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for said, thing, stage, new in rows:
        campaign, experiment = stages.get(stage or 0, (0, said))
        if experiment is None:
            continue
        told = found.setdefault(experiment, {}).setdefault(thing, {"thing": thing, "of": []})
        told["of"] = told["of"] or [name for name in (f"stage:{stage}", f"campaign:{campaign}") if campaign and name != thing]
        told.update({"new": True} if new else {})
    return found
