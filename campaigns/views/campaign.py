"""How far is it, and why isn't it moving?"""
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from accounts.pages import member, show
from accounts.policy import Actor, Verb, may
from campaigns.models import Campaign
from campaigns.views.drawing import draw
from pomssite.kit import clock
from submissions.services import reasons
from submissions.services.outlook import CampaignOutlook


@member
def campaign(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The graph, the reasons, the stages, what happened, and the result."""
    mine = Campaign.objects.visible_to(actor).filter(retired_at=None)
    row = get_object_or_404(mine.select_related("experiment", "creator", "version"), pk=pk)
    outlook = CampaignOutlook(row)
    words = {
        "campaign": row, "outlook": outlook, "drawing": draw(outlook.stages, outlook.edges), "reasons": reasons.why(outlook),
        "events": outlook.events(), "plot": outlook.plot(), "roots": [each for each in outlook.stages if not each.feeds],
        "may_do": may(actor, Verb.DO, row.owner), "may_hold": may(actor, Verb.HOLD, row.owner), "held": None in outlook.holds,
        "may_edit": may(actor, Verb.EDIT, row.owner),
    }
    return show(request, "campaigns/campaign.html", words, at=clock.now())
