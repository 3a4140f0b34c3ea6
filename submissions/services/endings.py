"""Credentials of launches that end soon: noted with their experiment, so that each of its pages says so a day before anything waits."""
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import Experiment, Membership
from accounts.news import touch_by_name
from campaigns.models import LoginSetup
from pomssite.kit.registry import backend
from submissions.batch.port import Ending, launch_host


def look(*, at: datetime) -> int:
    """Of how many experiments there was something new to note."""
    return sum(_note(row.pk, _of(row.pk, at), row.ending) for row in Experiment.objects.filter(active=True))


def _of(experiment: str, at: datetime) -> list[dict[str, Any]]:
    """Read before anything is locked: they are files."""
    aliases = set(LoginSetup.objects.filter(experiment=experiment, retired_at=None).values_list("batch", flat=True))
    hosts = [host for alias in sorted(aliases & settings.BATCH_SYSTEMS.keys()) if (host := launch_host(backend("BATCH_SYSTEMS", alias)))]
    people = list(Membership.objects.filter(experiment=experiment, active=True).order_by("user__username").values_list("user__username", flat=True))
    found = [_row(each) for host in hosts for each in host.ending(experiment, people, at)]
    return [row for number, row in enumerate(found) if row not in found[:number]]


def _row(each: Ending) -> dict[str, Any]:
    return {"role": each.role, "user": each.user, "kind": each.kind, "until": each.until.isoformat() if each.until else "", "wrong": each.wrong}


@transaction.atomic
def _note(experiment: str, found: list[dict[str, Any]], known: list[dict[str, Any]]) -> int:
    if found == known:
        return 0
    Experiment.objects.filter(pk=experiment).update(ending=found)
    touch_by_name(f"experiment:{experiment}", experiment)
    return 1
