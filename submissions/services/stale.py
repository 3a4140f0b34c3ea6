"""Campaigns that nobody seems to need: proposed, and put to rest or kept as a person says. Nothing here happens by itself."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Experiment
from accounts.policy import Actor
from campaigns.models import Campaign, Schedule, Stage
from campaigns.services import activity
from pomssite.kit.errors import Invalid
from submissions import stale
from submissions.models import LaunchIntent, Submission
from submissions.states import AT_WORK

MOST = 500
COUNTED = ("waiting", "alive", "schedules")


@dataclass(frozen=True)
class Looked:
    """A campaign, what is known of it, and how many of its families are stuck."""

    campaign: Campaign
    facts: stale.Facts
    stuck: int


def proposed(experiment: Experiment, *, at: datetime) -> list[Looked]:
    """Active campaigns of the experiment that look stale, the longest forgotten first."""
    asked = _old(experiment, at).select_related("creator")[:MOST]
    found = [each for each in map(_looked, asked) if not stale.signs_of_life(each.facts, at=at, days=experiment.stale_after_d)]
    return sorted(found, key=lambda each: each.facts.launched_at or each.facts.born_at)


def count(experiment: Experiment, *, at: datetime) -> int:
    """How many are proposed: every look at the list of campaigns asks it, so no row is made of them."""
    asked = _old(experiment, at).values("launched_at", "keep_until", *COUNTED, born_at=F("created_at"))[:MOST]
    return sum(not stale.signs_of_life(stale.Facts(**each), at=at, days=experiment.stale_after_d) for each in asked)


def _old(experiment: Experiment, at: datetime) -> QuerySet[Campaign]:
    """Without a launch for so many days; none, if the experiment proposes none."""
    long_ago, free = at - timedelta(days=experiment.stale_after_d), Q(keep_until=None) | Q(keep_until__lte=at)
    rows = Campaign.objects.filter(free, experiment=experiment, active=True, retired_at=None, created_at__lte=long_ago)
    old = _with_launches(rows if experiment.stale_after_d else rows.none()).alias(last_at=Coalesce("launched_at", "created_at"))
    return _asked(old.filter(last_at__lte=long_ago)).order_by("created_at", "pk")


def look(campaign: Campaign) -> Looked:
    """At one of them, active or not."""
    return _looked(_asked(_with_launches(Campaign.objects.filter(pk=campaign.pk))).get())


@transaction.atomic
def rest(chosen: Sequence[int], experiment: Experiment, *, actor: Actor, at: datetime, why: str) -> tuple[list[str], list[str]]:
    """Deactivate the chosen that still look stale; their names, and for each other one why it was left as it is."""
    rested, left = [], []
    for row in _chosen(chosen, experiment):
        each = look(row)
        if signs := stale.signs_of_life(each.facts, at=at, days=experiment.stale_after_d) if row.active else ("It is inactive already.",):
            left.append(f"{row.name} was left as it is: {signs[0]}")
        elif activity.deactivate(row, actor=actor, at=at, why=why):
            rested.append(row.name)
    return rested, left


@transaction.atomic
def keep(chosen: Sequence[int], experiment: Experiment, *, days: int, actor: Actor, at: datetime, why: str) -> list[str]:
    """Do not propose the chosen for so many days; their names."""
    rows = _chosen(chosen, experiment)
    for row in rows:
        activity.keep(row, days=days, actor=actor, at=at, why=why)
    return [row.name for row in rows]


def _chosen(chosen: Sequence[int], experiment: Experiment) -> list[Campaign]:
    """Under their locks: a launch by a person waits, and then finds the campaign as it is."""
    if not chosen:
        raise Invalid("No campaign is ticked. Tick those that you mean. Nothing was changed.")
    rows = Campaign.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=chosen, experiment=experiment, retired_at=None)
    found = list(rows.select_related("experiment").order_by("pk"))
    if len(found) != len(set(chosen)):
        raise Invalid("One of the ticked campaigns is not there any more. Load the page again. Nothing was changed.")
    return found


def _with_launches(rows: QuerySet[Campaign]) -> QuerySet[Campaign]:
    """With the time of the newest submission: for each stage the last row of an index."""
    newest = Submission.objects.filter(stage=OuterRef("pk")).order_by("-pk").values("created_at")[:1]
    stages = Stage.objects.filter(campaign=OuterRef("pk")).annotate(newest=Subquery(newest))
    return rows.annotate(launched_at=Subquery(stages.order_by(F("newest").desc(nulls_last=True)).values("newest")[:1]))


def _asked(rows: QuerySet[Campaign]) -> QuerySet[Campaign]:
    first, at_work = Q(parent=None, settled_at=None), Q(status__in=sorted(AT_WORK))
    families = Submission.objects.filter(first, stuck="", abandoned_at=None)
    others = Submission.objects.filter(at_work, abandoned_at=None).exclude(first, stuck="")
    return rows.annotate(
        waiting=_count(LaunchIntent.objects.waiting()), schedules=_count(Schedule.objects.filter(retired_at=None, paused_by="")),
        alive=_count(families) + _count(others),        # each of the two has an index
        stuck=_count(Submission.objects.filter(first & ~Q(stuck=""), abandoned_at=None)))


def _count(rows: QuerySet) -> Coalesce:
    """How many of these rows are of the campaign's stages."""
    mine = rows.filter(stage__campaign=OuterRef("pk")).order_by().values("stage__campaign").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(mine, output_field=IntegerField()), 0)


def _looked(row) -> Looked:
    counted = {name: getattr(row, name) for name in COUNTED}
    return Looked(row, stale.Facts(born_at=row.created_at, launched_at=row.launched_at, keep_until=row.keep_until, **counted), row.stuck)


