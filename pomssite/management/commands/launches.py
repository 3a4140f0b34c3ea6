"""`manage.py launches`: what is held; `launches hold`, `launches release`: of the site, an experiment, a campaign or a stage, as on the pages."""
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from accounts.actors import member, root
from accounts.models import Experiment, SiteHold
from accounts.policy import Actor
from campaigns.models import Campaign, Hold, Stage
from campaigns.services import holds
from pomssite.kit import clock
from pomssite.kit.errors import PomsError
from submissions.services import intents


class Command(BaseCommand):
    """Without a deed it lists what is held, by whom, since when and why."""

    help = "Hold or release launches: of the whole site, or of what is named. Without a deed: list what is held."

    def add_arguments(self, parser) -> None:
        parser.add_argument("deed", nargs="?", choices=["hold", "release"])
        parser.add_argument("--experiment", default="", help="only of this experiment; else of the whole site")
        parser.add_argument("--campaign", default="", help="only of this campaign of the experiment")
        parser.add_argument("--stage", default="", help="only of this stage of the campaign")
        parser.add_argument("--user", default="")
        parser.add_argument("--role", default="production", help="in which role; of the whole experiment: superuser")
        parser.add_argument("--why", default="")

    def handle(self, *args, deed: str | None, **said) -> None:
        """Say what is held, or what was done."""
        if deed is None:
            self.stdout.write("\n".join(_standing()) or "nothing is held")
            return
        if said["stage"] and not said["campaign"] or said["campaign"] and not said["experiment"]:
            raise CommandError("A stage needs its --campaign, and a campaign its --experiment.")
        try:
            actor = member(said["user"], said["experiment"], said["role"]) if said["experiment"] else root(said["user"])
            thing = _thing(actor, said["campaign"], said["stage"])
            done = DEEDS[deed, type(thing)](thing, actor=actor, at=clock.now(), why=said["why"])
        except (PomsError, Campaign.DoesNotExist, Stage.DoesNotExist) as no:
            raise CommandError(str(no)) from no
        if deed == "release":
            intents.recheck(list(_stages(thing).values_list("pk", flat=True)))
        self.stdout.write(f"launches of {thing or 'the whole site'}: {deed}{'' if done else ': it was so already'}")


def _thing(actor: Actor, campaign: str, stage: str) -> Any:
    """What is named; None: the site."""
    if not campaign:
        return Experiment.objects.get(pk=actor.experiment) if actor.experiment else None
    row = Campaign.objects.visible_to(actor).get(name=campaign, retired_at=None)
    return row.stages.get(name=stage, retired_at=None) if stage else row


def _hold_site(_: None, **said: Any) -> bool:
    return holds.hold_site(**said)


def _release_site(_: None, **said: Any) -> bool:
    return holds.release_site(**said)


DEEDS: dict[tuple[str, type], Callable[..., bool]] = {
    ("hold", type(None)): _hold_site, ("release", type(None)): _release_site,
    ("hold", Experiment): holds.hold_all, ("release", Experiment): holds.release_all,
    ("hold", Campaign): holds.hold, ("release", Campaign): holds.release, ("hold", Stage): holds.hold, ("release", Stage): holds.release,
}


def _stages(thing: Any) -> QuerySet[Stage]:
    """Those of which something may wait."""
    of = {Experiment: "campaign__experiment", Campaign: "campaign", Stage: "pk"}.get(type(thing))
    return Stage.objects.filter(**{of: thing.pk} if of else {}, intents__taken_at=None, intents__dropped_at=None).distinct()


def _standing() -> Iterator[str]:
    """The widest first."""
    for site in SiteHold.objects.standing().select_related("by"):
        yield _line("the whole site", site.by, site.at, site.why)
    for each in Experiment.objects.exclude(launches_held_by=""):
        yield _line(f"experiment {each}", each.launches_held_by, each.launches_held_at, each.launches_held_why)
    for row in Hold.objects.filter(lifted_at=None).select_related("by", "campaign", "stage__campaign").order_by("pk"):
        what = f"campaign {row.campaign}" if row.campaign else f"stage {row.stage}"
        yield _line(what, row.by, row.at, row.why)


def _line(what: str, by: object, at: datetime | None, why: str) -> str:
    return f"{what}: held by {by}{f' since {at:%-d %b %H:%M} UTC' if at else ''}: {why}"
