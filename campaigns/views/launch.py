"""What exactly will happen if I press Launch?"""
import secrets

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts.actors import site_hold
from accounts.models import Held, require
from accounts.pages import member, show
from accounts.policy import Actor, Verb
from campaigns.models import JobType, LoginSetup, Slice, Stage
from campaigns.views import slices
from pomssite.kit import clock
from submissions.services import outlook, reasons, steering
from submissions.services.launch import showing

NEXT = 3        # slices that are shown before they are cut


class LaunchForm(forms.Form):
    """A reason if one likes, a test or not; the token makes a second press harmless."""

    token = forms.RegexField(r"^[\w-]{16,64}$", widget=forms.HiddenInput)
    for_test = forms.BooleanField(required=False, label="Test launch", help_text="With the test split and the test overrides.")
    why = forms.CharField(required=False, max_length=200, label="Reason", widget=forms.TextInput(attrs={"class": "inp"}),
                          help_text="Kept in the history. May be empty.")


@member
def launch(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """First what will happen, then one button."""
    row = get_object_or_404(Stage.objects.visible_to(actor).select_related("campaign__experiment"), pk=pk)
    require(actor, Verb.DO, row.campaign)
    form = LaunchForm(request.POST or None, initial={"token": secrets.token_urlsafe(24)})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        steering.launch(row, actor=actor, at=clock.now(), why=said["why"], for_test=said["for_test"], key=f"page:{said['token']}")
        messages.success(request, f"Launch of {row.name} recorded. It goes out within seconds, or says here why it waits.")
        return redirect("campaigns:campaign", actor.experiment, row.campaign_id)
    return show(request, "campaigns/launch.html", {"form": form, **_preview(row, actor, site_hold(request))}, at=clock.now(), live=False)


@member
def command(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """What would be run, shown and not done; as a test if `test` is said."""
    row = get_object_or_404(Stage.objects.visible_to(actor).select_related("campaign__experiment"), pk=pk)
    for_test = bool(request.GET.get("test"))
    words = {"stage": row, "campaign": row.campaign, "for_test": for_test,
             "shown": showing.show(row, actor=actor, at=clock.now(), for_test=for_test)}
    return show(request, "campaigns/command.html", words, at=clock.now(), live=False)


def _preview(row: Stage, actor: Actor, site: Held | None) -> dict:
    """What will be run, over what, where, and what would make it wait."""
    each = outlook.stage_outlook(row)
    fed = each.settings.dataset == "from_parent"
    living = {"experiment": actor.experiment, "retired_at": None}
    return {
        "stage": row, "campaign": row.campaign, "settings": each.settings, "outlook": each,
        "job_type": JobType.objects.filter(name=each.settings.job_type, **living).first(),
        "login": LoginSetup.objects.filter(name=each.settings.login_setup, **living).first(),
        "free": Slice.objects.filter(stage=row, state=Slice.FREE).count(),
        "obstacles": reasons.obstacles(row.campaign, outlook.standing_holds(row.campaign), row, site),
        **({} if fed else slices.coming(row, each.settings, for_test=False, now=clock.now(), most=NEXT)),
    }
