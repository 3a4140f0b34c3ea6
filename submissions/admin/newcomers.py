"""Bringing in an experiment: one form, every thing it names asked there and then, and its first rows."""
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from accounts.admin.recorded import actor
from pomssite.kit import clock
from pomssite.kit.errors import NotAllowed, PomsError
from submissions.services import newcomers
from submissions.services.newcomers import Answer, Newcomer


def _choices(setting: str) -> Any:
    return lambda: [(name, name) for name in getattr(settings, setting)]


class NewcomerForm(forms.Form):
    """What a laboratory says of it."""

    name = forms.SlugField(max_length=32, help_text="Short, as in addresses: dune. It stays for good.")
    title = forms.CharField(max_length=120, help_text="Its name in words.")
    batch = forms.ChoiceField(label="Batch system", choices=_choices("BATCH_SYSTEMS"), help_text="Which of POMS_BATCH_FILE takes its jobs.")
    batch_group = forms.CharField(max_length=64, required=False, help_text="Its group there; empty: its name.")
    catalogue = forms.ChoiceField(choices=_choices("DATA_HANDLERS"), help_text="Which data catalogue knows its files.")
    production = forms.CharField(max_length=350, required=False, label="Login of production",
                                 help_text="account@host on which production launches; empty: POMS hands payloads to the batch system itself.")
    analysis = forms.CharField(max_length=350, required=False, label="Login of analysis", help_text="The same for analysts.")
    ferry_unit = forms.CharField(max_length=64, required=False, label="FERRY unit", help_text="Whose members belong to it; empty: you add them here.")
    superusers = forms.CharField(required=False, help_text="User names of who runs it, with blanks between.")
    logbook = forms.URLField(required=False, assume_scheme="https", help_text="Where its shifts are written down.")
    service_desk = forms.URLField(required=False, assume_scheme="https", help_text="Where its people ask for help.")
    anyway = forms.BooleanField(required=False, label="Also if something does not answer")

    def said(self) -> Newcomer:
        """As the service takes it."""
        words = {name: value for name, value in self.cleaned_data.items() if name not in ("anyway", "superusers")}
        return Newcomer(**words, superusers=tuple(self.cleaned_data["superusers"].split()))


def newcomer(request: HttpRequest) -> HttpResponse:
    """For administrators of the site."""
    if not request.user.is_superuser:
        raise NotAllowed("Only an administrator of the site brings in an experiment.")
    form = NewcomerForm(request.POST or None, initial={"batch": "default", "catalogue": "default"})
    answers: list[Answer] = []
    if request.method == "POST" and form.is_valid():
        try:
            answers = newcomers.ask(form.said(), at=clock.now())
            if all(each.good for each in answers) or form.cleaned_data["anyway"]:
                return _added(request, form)
        except PomsError as no:
            form.add_error(None, str(no))
    return TemplateResponse(request, "admin/newcomer.html", _shown(request, form, answers), status=422 if request.method == "POST" else 200)


def _added(request: HttpRequest, form: NewcomerForm) -> HttpResponse:
    row = newcomers.add(form.said(), actor=actor(request, ""), at=clock.now())
    messages.success(request, f"{row} is there. Its people begin at /{row.pk}/campaigns/.")
    return redirect("admin:accounts_experiment_change", row.pk)


def _shown(request: HttpRequest, form: NewcomerForm, answers: list[Answer]) -> dict[str, Any]:
    return admin.site.each_context(request) | {
        "title": "Bring in an experiment", "form": form, "answers": [(form[each.field].label, each) for each in answers],
        "silent": any(not each.good for each in answers)}
