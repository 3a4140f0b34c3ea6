"""What waits for its time to be looked at is looked at now."""
from datetime import datetime
from typing import Any

from django.db import models, transaction

from accounts import events
from accounts.policy import By
from submissions import pulses
from submissions.models import LaunchIntent, Order, Submission

# whose turn it is, once a row of that kind need not wait
WAKES: dict[type[models.Model], tuple[str, ...]] = {
    Submission: ("resume", "sweep", "wrap_up"),
    LaunchIntent: ("launch_ready",),
    Order: ("carry_out",),
}


@transaction.atomic
def look_again(rows: models.QuerySet[Any], *, by: By, at: datetime) -> int:
    """These rows wait no longer; how many. That somebody asked is an event of each."""
    found = list(rows.select_related(None).order_by("pk"))
    rows.model._default_manager.filter(pk__in=[row.pk for row in found]).update(recheck_at=None)
    events.record([events.event("asked again", row, by=by, at=at) for row in found])
    for name in WAKES[rows.model]:
        pulses.wake(name)
    return len(found)
