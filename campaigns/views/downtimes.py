"""When is nothing launched, and why?"""
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings as site
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.models import require
from accounts.pages import member, show
from accounts.policy import Actor, Verb, may
from campaigns import cron
from campaigns.models import Campaign, Downtime, Stage
from campaigns.services import schedules
from pomssite.kit import clock
from pomssite.kit.errors import Invalid

TEXT = {"class": "inp"}
MOMENT = {"class": "inp", "type": "datetime-local"}


class DowntimeForm(forms.Form):
    """Of the whole experiment, unless a campaign, a stage or a batch system is named."""

    of = forms.CharField(required=False, max_length=400, label="Campaign, or campaign/stage", widget=forms.TextInput(attrs=TEXT),
                         help_text="Empty: all of the experiment.")
    batch = forms.ChoiceField(required=False, label="Batch system", widget=forms.Select(attrs=TEXT))
    begins_at = forms.DateTimeField(label="From", widget=forms.DateTimeInput(attrs=MOMENT))
    ends_at = forms.DateTimeField(label="To", widget=forms.DateTimeInput(attrs=MOMENT))
    zone = forms.CharField(max_length=64, initial="UTC", label="Time zone of both", widget=forms.TextInput(attrs=TEXT))
    why = forms.CharField(max_length=200, label="Reason", widget=forms.TextInput(attrs=TEXT), help_text="What the next shifter reads.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["batch"].choices = [("", "any"), *((name, name) for name in site.BATCH_SYSTEMS)]  # type: ignore[attr-defined]

    def moment(self, name: str) -> datetime:
        """As the clock on that wall shows it."""
        return self.cleaned_data[name].replace(tzinfo=cron.zone_of(self.cleaned_data["zone"]))


@member
def listed(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Those that stand or come, and a form for those who may announce one."""
    now = clock.now()
    allowed = may(actor, Verb.SCHEDULE, schedules.downtime_owner(actor=actor))
    form = DowntimeForm(request.POST or None)
    if request.method == "POST":
        require(actor, Verb.SCHEDULE, schedules.downtime_owner(actor=actor))
        if form.is_valid() and _announced(form, actor, now):
            messages.success(request, "The downtime is announced. Launches that are due in it wait, and say so.")
            return redirect("campaigns:downtimes", actor.experiment)
    rows = (Downtime.objects.visible_to(actor).filter(ends_at__gt=now, lifted_at=None).select_related("campaign", "stage__campaign", "creator")
            .order_by("begins_at", "pk")[:200])
    answer = show(request, "campaigns/downtimes.html", {"rows": rows, "form": form, "may": allowed}, at=now, live=False)
    answer.status_code = Invalid.status if form.is_bound else answer.status_code
    return answer


@member
def lift(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Earlier than was said."""
    row = get_object_or_404(Downtime.objects.visible_to(actor).select_related("campaign", "stage__campaign"), pk=pk)
    require(actor, Verb.SCHEDULE, schedules.downtime_owner(actor=actor))
    back = reverse("campaigns:downtimes", args=[actor.experiment])
    if request.method != "POST":
        words = {"title": f"Lift the downtime of {row.of}", "effect": "It ends now, or never comes. What waited goes out within half a minute.",
                 "button": "Lift the downtime", "back": back, "trail": [("Downtimes", back)]}
        return show(request, "confirm.html", words, at=clock.now(), live=False)
    if schedules.lift(row, actor=actor, at=clock.now(), why=request.POST.get("why", "")):
        messages.success(request, "The downtime is lifted.")
    return redirect(back)


def _announced(form: DowntimeForm, actor: Actor, now: datetime) -> bool:
    said = form.cleaned_data
    try:
        schedules.announce(actor=actor, at=now, begins_at=form.moment("begins_at"), ends_at=form.moment("ends_at"), why=said["why"],
                           of=_concerned(actor, said["of"].strip(), said["batch"]))
    except (Invalid, cron.BadCron) as bad:
        form.add_error(None, str(bad))
        return False
    return True


def _concerned(actor: Actor, name: str, batch: str) -> Campaign | Stage | str:
    """A campaign of that name, else a stage of one."""
    if not name or batch:
        if name:
            raise Invalid(f"Say either the campaign {name!r} or the batch system {batch!r}: a downtime is of one thing.")
        return batch
    living = {"experiment": actor.experiment, "retired_at": None}
    campaign, _, stage = name.rpartition("/")
    stages = Stage.objects.visible_to(actor).filter(campaign__name=campaign, campaign__retired_at=None, name=stage).select_related("campaign")
    found = Campaign.objects.filter(name=name, **living).first() or stages.first()
    if found is None:
        raise Invalid(f"There is no campaign {name!r} in {actor.experiment}, and no stage of that name. Write a campaign, or campaign/stage.")
    return found
