"""The tabs of a campaign beside its overview: what was launched, its files, what happened, and how it is set up."""
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, Sum
from django.http import HttpRequest

from accounts import events
from accounts.keyset import query
from accounts.models import Event
from campaigns import document
from campaigns.document import changes
from campaigns.models import Campaign, CampaignVersion
from datasets.models import File, FileLocation, LocationKind
from pomssite.kit.numbers import number
from submissions.models import Submission
from submissions.services import overview
from submissions.services.overview import CampaignOutlook
from submissions.states import Status

ROWS, LAUNCHES, VERSIONS = 50, 25, 20


def submissions(request: HttpRequest, outlook: CampaignOutlook) -> dict[str, Any]:
    """Newest first; of one stage or in one status, if that is asked."""
    asked, status = request.GET.get("stage", ""), request.GET.get("status", "")
    stages = [each.stage.pk for each in outlook.stages if asked in ("", str(each.stage.pk))]
    status = status if status in list(Status) else ""
    rows, more = _some(overview.newest(stages, most=ROWS + 1, before=_before(request), status=status), ROWS)
    counts = outlook.campaign.summary.by_status() if hasattr(outlook.campaign, "summary") else {}
    return {
        "submissions": rows, "older": _older(request, rows[-1].pk if more else None), "status": status, "asked": asked,
        "statuses": [(word, count, query(request.GET, status=word, before="")) for word, count in counts.items() if count],
        "all": query(request.GET, status="", before=""), "is_first": "before" not in request.GET,
    }


def files(request: HttpRequest, outlook: CampaignOutlook) -> dict[str, Any]:
    """Per stage what went in and came through; per launch what came out."""
    stages = [each.stage.pk for each in outlook.stages]
    rows, more = _some(overview.newest(stages, most=LAUNCHES + 1, before=_before(request), status=""), LAUNCHES)
    return {"launches": list(zip(rows, _made(outlook.campaign, rows), strict=True)), "older": _older(request, rows[-1].pk if more else None)}


def _made(campaign: Campaign, rows: Sequence[Submission]) -> list[dict[str, Any]]:
    """Of each what it declared, and of how much a place is known."""
    found = File.objects.filter(experiment_id=campaign.experiment_id, submission_id__in=[row.pk for row in rows])
    somewhere = Exists(FileLocation.objects.filter(file=OuterRef("pk"), kind=LocationKind.PHYSICAL))
    sums = found.order_by().values("submission_id").annotate(files=Count("pk"), size=Sum("size"), events=Sum("events"))
    located = dict(found.filter(somewhere).order_by().values_list("submission_id").annotate(n=Count("pk")))
    by_number = {each["submission_id"]: {**each, "located": located.get(each["submission_id"], 0)} for each in sums}
    return [by_number.get(row.pk, {}) for row in rows]


def activity(request: HttpRequest, outlook: CampaignOutlook) -> dict[str, Any]:
    """All that happened, or what people did alone."""
    people = request.GET.get("who") == "people"
    every = list(outlook.campaign.stages.values_list("pk", flat=True))
    among = Event.objects.exclude(role="") if people else None
    found = events.of_work(every, [f"campaign:{outlook.campaign.pk}"], most=ROWS + 1, before=_before(request), among=among)
    rows, more = _some(found, ROWS)
    return {"events": rows, "older": _older(request, rows[-1].pk if more else None), "people": people,
            "whose": [("Everybody", query(request.GET, who="", before=""), not people),
                      ("People", query(request.GET, who="people", before=""), people)]}


def settings(request: HttpRequest, outlook: CampaignOutlook) -> dict[str, Any]:
    """What it says of itself, what each stage says besides, and every version of it."""
    campaign = outlook.campaign
    before = _before(request)
    rows, more = _some(campaign.versions.filter(number__lt=min(before, 2**31 - 1)).order_by("-number").defer("document")[:VERSIONS + 1], VERSIONS)
    limits = [("campaign_limit", campaign.limit), ("campaign_job_limit", campaign.job_limit)]
    return {"defaults": campaign.defaults.items(), "limits": [(name, most) for name, most in limits if most],
            "said": [(each.stage, each.stage.settings.items()) for each in outlook.stages],
            "versions": rows, "older": _older(request, rows[-1].number if more else None),
            "compared": _compared(campaign, request.GET.get("v", "")), "query": query(request.GET, v="", before="")}


def _compared(campaign: Campaign, word: str) -> dict[str, Any]:
    """A version beside the one before it, as the lines of a plan."""
    number = int(word) if word.isascii() and word.isdecimal() and len(word) < 9 else 0
    if not number:
        return {}
    found = {row.number: row for row in CampaignVersion.objects.filter(campaign=campaign, number__in=[number, number - 1])}
    if number not in found:
        return {}
    after = document.from_json(found[number].document)
    before = document.from_json(found[number - 1].document) if number - 1 in found else None
    return {"version": found[number], "lines": [line for line in changes.changes(before, after) if line.verb != changes.KEEP]}


def _before(request: HttpRequest) -> int:
    before = number(request.GET.get("before", ""))
    return events.NEWEST if before is None else before


def _some(found: Any, most: int) -> tuple[list[Any], bool]:
    rows = list(found)
    return rows[:most], len(rows) > most


def _older(request: HttpRequest, number: int | None) -> str:
    return query(request.GET, before=str(number)) if number is not None else ""
