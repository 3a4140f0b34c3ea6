"""How long the audit takes where one thing has a hundred thousand events; they are written for the measurement, and taken back."""
from typing import Any

from django.db import connection, transaction

from campaigns.models import Campaign, Schedule
from submissions.models import Submission
from tests.sizes.measuring import seen, signed_in
from tests.sizes.pages import EXPERIMENT

ROWS = 100_000
WRITE = """
    INSERT INTO accounts_event (experiment_id, what, thing, by, role, door, before, after, why, stage, at, number)
    SELECT %s, CASE n %% 5 WHEN 0 THEN 'launches held' ELSE 'status' END, %s, CASE n %% 7 WHEN 0 THEN 'jkim' ELSE 'wrapup' END,
           CASE n %% 7 WHEN 0 THEN 'production' ELSE '' END, CASE n %% 7 WHEN 0 THEN 'page' ELSE 'task' END, 'Idle', 'Running',
           'row ' || n, %s, now() - interval '1 minute' * (%s - n), NULL
    FROM generate_series(1, %s) AS n"""
ASKED = {"": "the newest", "who=people": "of people", "door=page&t=7d": "through the pages, of a week", "what=held": "what=held",
         "q=row+99991": "one word that fits once", "q=nowhere": "a word that fits nothing"}


def audit(times: int) -> dict[str, Any]:
    """Pages of the history of a submission, a schedule, a stage and a campaign with that many, and of the experiment."""
    client, campaign = signed_in("ann"), Campaign.objects.filter(experiment=EXPERIMENT, stages__schedules__isnull=False).order_by("pk").first()
    with transaction.atomic():
        things = _things(campaign)
        with connection.cursor() as cursor:
            for thing, stage in things.values():
                cursor.execute(WRITE, [EXPERIMENT, thing, stage, ROWS, ROWS])
            cursor.execute("ANALYZE accounts_event")
        found = {f"{name}: {words}": seen(client, f"{_address(thing)}?{query}", times)
                 for name, (thing, _) in {**things, "experiment": ("", None)}.items() for query, words in ASKED.items()}
        transaction.set_rollback(True)
    return found


def _things(campaign: Campaign) -> dict[str, tuple[str, int | None]]:
    """What they are called, and whose work they are. All of the campaign's are of one of its stages."""
    stage = campaign.stages.order_by("pk")[0]
    row, submission = Schedule.objects.filter(stage__campaign=campaign)[0], Submission.objects.filter(stage=stage).order_by("pk").first()
    one = {"submission": (f"submission:{submission.pk}", None)} if submission else {}
    return {**one, "schedule": (f"schedule:{row.pk}", None), "stage": (f"stage:{stage.pk}", stage.pk), "campaign": (f"campaign:{campaign.pk}", None)}


def _address(thing: str) -> str:
    kind, _, number = thing.partition(":")
    return f"/{EXPERIMENT}/history/{kind}/{number}/" if thing else f"/{EXPERIMENT}/audit/"
