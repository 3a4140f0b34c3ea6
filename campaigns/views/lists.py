"""How do all campaigns stand?"""
from collections import Counter
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse

from accounts.models import Experiment
from accounts.pages import member, piece, show, wants_part
from accounts.policy import Actor, Owner, Role, Verb, may
from campaigns.filters import CampaignFilter
from campaigns.models import Campaign, Hold
from pomssite.kit import clock
from submissions.services import outlook, stale
from submissions.states import Status, worst


@dataclass(frozen=True)
class Line:
    """One campaign of the list."""

    campaign: Campaign
    open: Counter[Status]

    @property
    def located(self) -> int:
        summary = getattr(self.campaign, "summary", None)
        return summary.located if summary else 0

    @property
    def counts(self) -> dict[Status, int]:
        """What is located, and how the rest stands; failures that a recovery made good are not shown again."""
        return {**self.open, Status.LOCATED: self.located}

    @property
    def state(self) -> Status:
        return worst(self.open) or (Status.LOCATED if self.located else Status.NEW)

    @property
    def words(self) -> str:
        """The state, and of how many submissions."""
        held = ", launches held" if self.campaign.is_held else ""  # type: ignore[attr-defined]
        if self.open:
            return f"{self.state}, {self.open[self.state]} open{held}"
        return ("Nothing open" if self.located else "Not launched yet") + held


@member
def campaigns(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Newest first, fifty at a time."""
    mine = Campaign.objects.visible_to(actor).filter(retired_at=None).select_related("summary", "creator")
    held = Exists(Hold.objects.filter(campaign=OuterRef("pk"), lifted_at=None))
    found = CampaignFilter(request.GET, mine.annotate(is_held=held))
    page = piece(request, found.qs)
    states = outlook.open_states([row.pk for row in page.rows])
    lines = [Line(row, states.get(row.pk, Counter())) for row in page.rows]
    at, experiment = clock.now(), Experiment.objects.get(pk=actor.experiment)
    words = {"filter": found, "lines": lines, "older": page.older, "experiment": experiment,
             "stale": 0 if wants_part(request) else len(stale.proposed(experiment, at=at)),
             "may_hold_all": may(actor, Verb.ADMIN, Owner(0, experiment.pk, Role.PRODUCTION))}
    return show(request, "campaigns/list.html", words, at=at)
