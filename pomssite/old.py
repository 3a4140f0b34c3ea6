"""Addresses of POMS before this one, in mails, logbooks and bookmarks: they lead to the page that took their place, for good."""
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.views.decorators.http import require_safe

NAMES = {"name": "q", "campaign_name": "q", "q": "q"}       # a name of old is looked for: it may have been renamed since
# old page: the words of its query that hold a number, the page of that number, and the list if there is none
PAGES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "show_campaigns": (("campaign_id",), "campaigns/{}/", "campaigns/"),
    "show_campaign_stages": (("campaign_id",), "campaigns/{}/", "campaigns/"),
    "campaign_overview": (("campaign_id",), "campaigns/{}/", "campaigns/"),
    "campaign_deps": (("campaign_id",), "campaigns/{}/", "campaigns/"),
    "campaign_deps_ini": (("campaign_id",), "campaigns/{}/", "campaigns/"),
    "gui_wf_edit": (("campaign_id",), "campaigns/{}/", "campaigns/"),
    "campaign_edit": (("campaign_id",), "campaigns/{}/", "campaigns/"),
    "campaign_stage_info": (("campaign_stage_id",), "stages/{}/", "campaigns/"),
    "campaign_stage_edit": (("campaign_stage_id",), "stages/{}/", "campaigns/"),
    "campaign_stage_submissions": (("campaign_stage_id",), "stages/{}/", "submissions/"),
    "launch_jobs": (("campaign_stage_id",), "stages/{}/launch/", "campaigns/"),
    "schedule_launch": (("campaign_stage_id",), "stages/{}/", "schedules/"),
    "submission_details": (("submission_id",), "submissions/{}/", "submissions/"),
    "list_launch_file": (("submission_id",), "submissions/{}/", "submissions/"),
}
PATTERN = rf"^(?:poms/)?(?P<page>{'|'.join(PAGES)})/(?P<exp>[-a-zA-Z0-9_]{{1,32}})(?:/(?P<role>[-a-z]{{1,24}}))?/?$"


@require_safe
def redirect(request: HttpRequest, page: str, exp: str, role: str | None = None) -> HttpResponse:
    """301. The role it was seen in goes along as a question, for it is not a part of addresses any more."""
    return HttpResponsePermanentRedirect(f"{settings.FORCE_SCRIPT_NAME or ''}/{quote(exp)}/{place(page, request.GET, role or '')}")


def place(page: str, said: Mapping[str, str], role: str) -> str:
    """Where an old page is now, within its experiment."""
    words, numbered, listed = PAGES[page]
    number = next((said[word] for word in words if said.get(word, "")), "")
    if number and not number.isdecimal():
        raise Http404(f"{number!r} is not a number")
    asked = {} if number else {NAMES[word]: said[word] for word in NAMES if said.get(word)}
    query = urlencode(asked | ({"as": role} if role else {}))
    return (numbered.format(number) if number else listed) + (f"?{query}" if query else "")
