"""Builds a laboratory in an empty database, once: a note on the database says what is in it."""
import sys
import time
from collections.abc import Callable
from datetime import datetime
from random import Random

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction

from accounts import events
from accounts.models import Experiment
from campaigns.models import SliceFile
from datasets.models import File, FileLocation, FileParent, ProjectFile, SnapshotFile
from pomssite.management.commands.rebuild import REBUILDS
from submissions.models import Job
from submissions.services import census
from tests.sizes import files, ground, history, jobs, plan, story
from tests.sizes.pouring import without_indexes
from tests.sizes.sizes import Size

SEED = 4
APPS = ("accounts", "datasets", "campaigns", "submissions")
GREAT = (Job, File, FileLocation, FileParent, ProjectFile, SnapshotFile, SliceFile)


class Trouble(Exception):
    """It cannot be built here."""


@transaction.atomic
def build(size: Size, *, now: datetime, password: str, seed: int = SEED, say: Callable[[str], None] = lambda words: None) -> None:
    """All rows, or none. Keys that point nowhere would be noticed in the small sizes, where the database checks each of them."""
    if Experiment.objects.exists():
        raise Trouble("there is something in this database already: name another folder in POMS_VAR")
    luck, clock = Random(seed), _Clock(say)
    campaigns = plan.plan(size, luck)
    told = story.tell(campaigns, size, luck)
    clock.said(f"{len(told)} submissions thought of")
    _checks(size, on=False)
    ground.people(password)
    ground.shared(now)
    ground.campaigns(campaigns, now, luck)
    history.pour_history(told, now, luck)
    clock.said("campaigns and submissions")
    with without_indexes(*GREAT):
        jobs.pour_jobs(told, now, luck)
        clock.said("jobs")
        files.pour_files(told, size, now)
        clock.said("files")
    clock.said("indexes")
    _checks(size, on=True)
    _finish(now)
    clock.said("counts and numbers")


class _Clock:
    """Says how long each step took."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say, self._began = say, time.monotonic()

    def said(self, what: str) -> None:
        self._say(f"{time.monotonic() - self._began:6.0f} s  {what}")


def _checks(size: Size, *, on: bool) -> None:
    """Above the smallest size foreign keys are believed, not looked up a million times."""
    if size.name != "tiny":
        with connection.cursor() as cursor:
            cursor.execute(f"SET session_replication_role = {'origin' if on else 'replica'}")


def _finish(now: datetime) -> None:
    """What the house keeps of all that: the numbers of events, the counts, and where numbering goes on."""
    events.number_them()
    for rebuild in REBUILDS.values():
        rebuild()
    census.thin(at=now)
    models = [model for app in APPS for model in apps.get_app_config(app).get_models() if model is not Job]
    with connection.cursor() as cursor:
        for words in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(words)
        cursor.execute("ANALYZE")


def size_of_database() -> str:
    """What was built here: a size and its seed, or nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()")
        return cursor.fetchone()[0] or ""


def built(size: Size, *, now: datetime, password: str, seed: int = SEED) -> bool:
    """True if it was built now, False if it was there; said on the database when it is whole."""
    wanted = f"size {size.name}, seed {seed}"
    found = size_of_database()
    if found == wanted:
        return False
    if found:
        raise Trouble(f"in this database is {found}: name another folder in POMS_VAR")
    build(size, now=now, password=password, seed=seed, say=lambda words: print(words, file=sys.stderr, flush=True))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FULL) submissions_jobflow")        # years of it were thinned out at once; else that is done as they go by
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(f"COMMENT ON DATABASE \"{connection.settings_dict['NAME']}\" IS '{wanted}'")
    return True
