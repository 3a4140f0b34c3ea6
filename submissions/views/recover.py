"""What is missing here, and how do I run over it again?"""
import json
import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts.models import require
from accounts.pages import member, show
from accounts.policy import Actor
from pomssite.kit import clock
from pomssite.kit.errors import Conflict
from submissions import recovery
from submissions.models import LaunchIntent, Submission
from submissions.services import followers, particulars, remedies, repairs
from submissions.services.deeds import RECOVER, why_not
from submissions.services.intents import NOTHING_AGREED
from submissions.services.launch import previewing
from submissions.services.launch.previewing import Preview
from submissions.views import previews

DEPENDENTS = ((followers.NOTHING, "Nothing: they stay as they are."), (followers.NEW, "One more launch each, over the new files only."))
INPUT = {"class": "inp"}


class RecoverForm(forms.Form):
    """What to run over, with what, and why; the token makes a second press harmless."""

    token = forms.RegexField(r"^[\w-]{16,64}$", widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=[(kind, kind) for kind in (*recovery.WORDS, recovery.AGAIN)])
    memory_mb = forms.IntegerField(required=False, min_value=1, label="Memory, MB", widget=forms.NumberInput(attrs=INPUT))
    wall_s = forms.IntegerField(required=False, min_value=1, label="Wall time, s", widget=forms.NumberInput(attrs=INPUT))
    overrides = forms.CharField(required=False, max_length=10_000, label="Overrides", widget=forms.TextInput(attrs=INPUT),
                                help_text='Pairs as in the campaign file: [["--tune ", "c3"], ["@cpus", "2"]]. They hold for this recovery alone.')
    dependents = forms.ChoiceField(choices=DEPENDENTS, initial=followers.NOTHING, widget=forms.RadioSelect,
                                   label="Dependents that were launched already get")
    why = forms.CharField(max_length=150, label="Reason", widget=forms.TextInput(attrs=INPUT),
                          help_text="Kept with the recovery, with your name and role.")

    def clean_overrides(self) -> list[tuple[str, str]]:
        try:
            return [(str(key), str(value)) for key, value in json.loads(self.cleaned_data["overrides"] or "[]")]
        except (ValueError, TypeError, RecursionError) as bad:
            raise ValidationError('It must be pairs of texts, as [["--tune ", "c3"]].') from bad

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """All that is asked for; what has a field of its own comes last."""
        asked = [(f"@{name}", str(self.cleaned_data[name])) for name in ("memory_mb", "wall_s") if self.cleaned_data[name]]
        return (*self.cleaned_data["overrides"], *asked)


@member
def recover(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """First how much each kind would run over, then one button."""
    rows = Submission.objects.visible_to(actor).select_related("stage__campaign__experiment", "run", "parent__slice", "parent__run", "slice")
    row = get_object_or_404(rows, pk=pk)
    require(actor, RECOVER.verb, row)
    if reason := why_not(RECOVER, row, actor=actor):
        raise Conflict(f"{reason} Nothing was changed.")
    first = row.parent or row
    first.stage = row.stage
    form = RecoverForm(request.POST or None, initial={"token": secrets.token_urlsafe(24)})
    is_asked = request.method == "POST" and form.is_valid() and "look" not in request.POST
    if "look" in request.POST:
        form.errors.pop("why", None)        # who only looks need not say why
    if is_asked and _recorded(row, first, form, actor, said=request.POST.get("preview")):
        messages.success(request, f"Recovery of {first} recorded. It goes out within seconds, or its stage says why it waits.")
        return redirect("submissions:submission", actor.experiment, row.pk)
    found = remedies.remedies(first)
    chosen = _chosen(form, found)
    preview = _preview(first, next((each for each in found if each.kind == chosen and each.files), None), form, actor)
    is_other = is_asked and not form.errors
    words = {"form": form, "submission": row, "first": first, "remedies": found, "chosen": chosen, "not_launched": is_other,
             "followed": [f for f in particulars.followers_of(first) if f.taken_at], "plan": first.snapshot["job_type"]["recoveries"],
             "changes": previews.changes(request.POST, preview) if is_other else [], **previews.words_of(preview, row.stage)}
    answer = show(request, "submissions/recover.html", words, at=clock.now(), live=False)
    answer.status_code = 409 if is_other else 200
    return answer


def _preview(first: Submission, remedy: remedies.Remedy | None, form: RecoverForm, actor: Actor) -> Preview:
    """Of what the form says now; of nothing, if there is nothing to do or the form is wrong."""
    if remedy is None or set(form.errors) - {"why"}:
        return Preview()
    wanted = repairs.columns(first, _wish(remedy, form))
    return previewing.of(previewing.planned(first.stage, actor=actor, for_test=first.run.for_test, **wanted), at=clock.now())


def _wish(remedy: remedies.Remedy, form: RecoverForm) -> repairs.Wish:
    more, dependents = (form.pairs(), form.cleaned_data["dependents"]) if form.is_bound else ((), followers.NOTHING)
    return repairs.Wish(remedy.kind, (*remedy.overrides, *more), dependents, remedy.files, remedy.sample)


def _recorded(row: Submission, first: Submission, form: RecoverForm, actor: Actor, *, said: str | None) -> bool:
    """What is asked for is looked at once more: of nothing there is no recovery, and what was not shown is not recovered."""
    asked, key = form.cleaned_data, f"page:{form.cleaned_data['token']}"
    if repairs.asked(first, key=key):
        return True
    remedy = remedies.remedy(first, asked["kind"])
    if remedy.trouble or not remedy.files:
        form.add_error("kind", remedy.trouble or f"Nothing is missing by {remedy.kind}: there is nothing to run over.")
        return False
    agreed = NOTHING_AGREED
    if said is not None:
        found = _preview(first, remedy, form, actor)
        if not found.id or said != found.id:
            return False
        agreed = found.agreed
    repairs.recover(row, _wish(remedy, form), actor=actor, at=clock.now(), why=asked["why"], key=key, agreed=agreed)
    return True


def _chosen(form: RecoverForm, found: list[remedies.Remedy]) -> str:
    """What was chosen before, else the first kind that has something to do."""
    return form.data.get("kind") or next((each.kind for each in found if each.files), "")


@member
def once_more(request: HttpRequest, actor: Actor, pk: int, intent: int) -> HttpResponse:
    """A dependent's launch that was given up, or had no files, is tried anew."""
    row = get_object_or_404(Submission.objects.visible_to(actor).select_related("stage__campaign"), pk=pk)
    follower = get_object_or_404(LaunchIntent.objects.visible_to(actor).select_related("stage__campaign__experiment", "run"), pk=intent)
    require(actor, RECOVER.verb, follower)
    said = request.POST.get("preview")
    found = previewing.of_another(follower, actor=actor, at=clock.now()) if follower.dropped_at else Preview()
    if request.method == "POST" and (said is None or not follower.dropped_at or found.id and said == found.id):
        repairs.once_more(follower, actor=actor, at=clock.now(), why=request.POST.get("why", ""), agreed=found.agreed if said else NOTHING_AGREED)
        messages.success(request, f"Launch of {follower.stage.name} recorded again.")
        return redirect("submissions:submission", actor.experiment, row.pk)
    words = {"not_launched": said is not None, "changes": previews.changes(request.POST, found), **previews.words_of(found, follower.stage)}
    answer = show(request, "confirm.html", words | _words(row, follower, actor), at=clock.now(), live=False)
    answer.status_code = 200 if said is None else 409
    return answer


def _words(row: Submission, follower: LaunchIntent, actor: Actor) -> dict[str, Any]:
    return {"title": f"Launch {follower.stage.name} after #{row.pk} again", "button": "Launch again", "needs_why": True,
            "effect": f"It was not launched: {follower.why}. It is tried anew, in your name and role, over the files that there are now.",
            "back": f"/{actor.experiment}/submissions/{row.pk}/", "trail": [(f"#{row.pk}", f"/{actor.experiment}/submissions/{row.pk}/")]}
