"""Campaigns as text files: shown, downloaded, and taken in; what a file would change is shown before anything is saved."""
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from accounts.actors import actor_of
from accounts.models import require
from accounts.pages import member, show
from accounts.policy import Actor, Verb
from campaigns import document, ini
from campaigns.document import Settings, Stage
from campaigns.document.mapping import Instead, mapped, told
from campaigns.filters import CampaignFilter
from campaigns.models import Campaign, JobType, LoginSetup, Plan
from campaigns.services import documents, matches, naming, plans, state
from campaigns.views import mapping
from campaigns.views.changing import ask, one
from datasets import splits
from pomssite.kit import clock
from pomssite.kit.errors import Conflict, Invalid
from pomssite.kit.numbers import numbers

MOST = 1_000                # files of one archive
NO_STATE = "What [state] says is left out: only `manage.py campaign import --with-state` takes it, and only for a new campaign."
OLD_NAME = "{0} is called {1} now. Saved as it is, this file makes a new campaign; to change that one, write name = {1} in [campaign]."


@member
def shown(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The file of a campaign, to be read, copied or downloaded."""
    row = one(actor, pk)
    with_state = "state" in request.GET
    text = _text(row, with_state=with_state)
    if "download" in request.GET:
        return _download(text.encode(), f"{row.name}.ini", "text/plain; charset=utf-8")
    return ask(request, "campaigns/ini.html", row, {"text": text, "with_state": with_state, "count": text.count("\n")})


@member
def many(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The files of the chosen campaigns in one archive."""
    said = request.POST or request.GET
    rows: QuerySet[Campaign] = Campaign.objects.visible_to(actor).filter(retired_at=None).select_related("experiment")
    chosen = CampaignFilter(QueryDict(said.get("of", "")), actor).of(rows) if "all" in said else rows.filter(pk__in=numbers(said.getlist("thing")))
    found = list(chosen.order_by("name")[:MOST + 1])
    if not found:
        raise Invalid("No campaign is chosen. Tick those that you mean, and press Download .ini again.")
    if len(found) > MOST:
        raise Invalid(f"More than {MOST:,} campaigns are chosen. Narrow the filter, and download them in parts.")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as kept:
        for name, row in _file_names(found).items():
            kept.writestr(name, _text(row))
    return _download(archive.getvalue(), f"{actor.experiment}-campaigns.zip", "application/zip")


def _file_names(rows: Sequence[Campaign]) -> dict[str, Campaign]:
    """A name of its own for the file of each, whatever signs the campaign's has."""
    found: dict[str, Campaign] = {}
    for row in rows:
        name = "".join(sign if sign.isprintable() and sign not in '/\\:*?"<>|' else "_" for sign in row.name)
        found[f"{name}.ini" if f"{name}.ini" not in found else f"{name} {row.pk}.ini"] = row
    return found


def _text(row: Campaign, *, with_state: bool = False) -> str:
    return ini.write(documents.read(row), state.read(row, at=clock.now()) if with_state else None)


def _download(data: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=kind)
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._- ") else "_" for sign in name)
    answer["Content-Disposition"] = f'attachment; filename="{plain}"'
    return answer


@dataclass
class Looked:
    """A file that cannot be planned as it is: every line that is wrong, or the sentence that stands against it."""

    text: str
    file: str
    faults: Sequence[ini.Fault] = ()
    trouble: str = ""
    instead: Instead = field(default_factory=Instead)

    @property
    def numbered(self) -> list[tuple[int, str, bool]]:
        """The lines of the text, those marked that are wrong."""
        wrong = {fault.line for fault in self.faults}
        return [(n, line, n in wrong) for n, line in enumerate(self.text.split("\n"), 1)]


@member
def upload(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A file or a text; then its lines that are wrong, or a plan of what it would change. Nothing is saved here."""
    require(actor, Verb.CREATE, actor.makes)
    if request.method != "POST":
        return _page(request, actor, _begun(request, actor))
    looked = Looked(request.POST.get("text", ""), "file", instead=mapping.chosen(request.POST))
    try:
        looked.text, looked.file = _sent(request)
        return redirect("campaigns:plan", actor.experiment, _planned(looked, actor, update_shared="update_shared" in request.POST).pk)
    except ini.Broken as broken:
        looked.faults = broken.faults
    except (Invalid, Conflict) as no:
        looked.trouble = str(no)
    return _page(request, actor, looked)


def _planned(looked: Looked, actor: Actor, *, update_shared: bool) -> Plan:
    book = ini.look(looked.text, file=looked.file)
    name = book.campaign.name
    book.check(**documents.known(name, experiment=actor.experiment, also=looked.instead))
    was = None if documents.living(name, experiment=actor.experiment) else naming.find(name, experiment=actor.experiment)
    old = [OLD_NAME.format(name, was.name)] if was else []
    doubts = matches.warnings(book, experiment=actor.experiment)
    notes = [*old, *([NO_STATE] if book.state else []), *doubts, *told(book.campaign, looked.instead), *book.notes]
    return plans.keep(mapped(book.campaign, looked.instead), actor=actor, at=clock.now(), update_shared=update_shared, notes=notes)


def _begun(request: HttpRequest, actor: Actor) -> Looked | None:
    """The text of a plan, to be changed further; or of a campaign of another experiment, `?of=nova/12`, of which one is a member too."""
    if "of" in request.GET:
        return _of_others(request, actor)
    asked = numbers(request.GET.getlist("plan"))
    row = Plan.objects.visible_to(actor).filter(pk__in=asked).first()
    return Looked(ini.write(plans.document_of(row)), f"plan {row.pk}") if row else None


def _of_others(request: HttpRequest, actor: Actor) -> Looked:
    experiment, _, number = request.GET["of"].partition("/")
    row = one(actor_of(request, experiment), next(iter(numbers([number])), 0))
    return Looked(ini.write(replace(documents.read(row), experiment=actor.experiment)), f"{experiment}/{row.name}")


def _names(looked: Looked | None, actor: Actor) -> list[mapping.Choice]:
    """What the text names, as far as it can be read."""
    if not looked or not looked.text:
        return []
    return mapping.choices(ini.look(looked.text, file=looked.file).campaign, looked.instead, experiment=actor.experiment)


def _sent(request: HttpRequest) -> tuple[str, str]:
    """The text and the name of what was sent; a file goes before what stands in the box."""
    sent, most = request.FILES.get("file"), settings.POMS_LARGEST_FILE
    if sent is None:
        name = request.POST.get("name", "") or "text"
        return ini.text_of(request.POST.get("text", "").replace("\r\n", "\n").encode(), file=name, most=most), name
    name = str(sent.name)
    ini.too_large(sent.size or 0, file=name, most=most)
    return ini.text_of(sent.read(), file=name, most=most), name


def _page(request: HttpRequest, actor: Actor, looked: Looked | None) -> HttpResponse:
    answer = show(request, "campaigns/upload.html", {
        "looked": looked, "names": _names(looked, actor), "trail": [("Campaigns", reverse("campaigns:list", args=[actor.experiment]))]},
        at=clock.now(), live=False)
    answer.status_code = 422 if looked and (looked.faults or looked.trouble) else 200
    return answer


class NewForm(forms.Form):
    """A campaign of one stage; all else can be said later, in its file."""

    name = forms.CharField(max_length=200, label="Name of the campaign")
    stage = forms.CharField(max_length=200, label="Name of its first stage", initial="gen")
    dataset = forms.CharField(required=False, max_length=2000, label="Dataset", help_text="A definition or a query. Empty: it reads no files.")
    split = forms.ChoiceField(required=False, label="Split")
    jobs = forms.IntegerField(min_value=1, max_value=100_000, initial=1, label="Jobs a launch")
    job_type = forms.ChoiceField(label="Job type")
    login_setup = forms.ChoiceField(label="Login setup")

    def __init__(self, *args: Any, experiment: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in (("job_type", JobType), ("login_setup", LoginSetup)):
            rows = model._default_manager.filter(experiment=experiment, retired_at=None).order_by("name").values_list("name", flat=True)
            self.fields[name].choices = [(each, each) for each in rows]        # type: ignore[attr-defined]
        self.fields["split"].choices = [("none", "none: all of it at once"), ("drainingn(100)", "drainingn(100)"),   # type: ignore[attr-defined]
                                        ("new", "new: what came since"), ("byrun", "byrun")]
        for shown_ in self.fields.values():
            shown_.widget.attrs["class"] = "inp"

    def document(self) -> document.Campaign:
        said = self.cleaned_data
        settings = Settings(dataset=said["dataset"], split=said["split"] or "none", jobs=said["jobs"], job_type=said["job_type"],
                            login_setup=said["login_setup"])
        return document.Campaign(said["name"].strip(), stages=(Stage(said["stage"].strip(), settings),))


def _not_there(doc: document.Campaign, actor: Actor) -> document.Campaign:
    if documents.living(doc.name, experiment=actor.experiment):
        raise Conflict(f"{actor.experiment} has a campaign {doc.name} already: choose another name. Nothing was made.")
    return doc


@member
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """One stage to begin with, a clone of what there is, or a file."""
    require(actor, Verb.CREATE, actor.makes)
    form, trouble = NewForm(request.POST or None, experiment=actor.experiment), ""
    if request.method == "POST" and form.is_valid():
        try:
            row = documents.store(_not_there(form.document(), actor), actor=actor, at=clock.now(), base=0)
            messages.success(request, f"{row.name} is made. Nothing of it was launched yet.")
            return redirect("campaigns:campaign", actor.experiment, row.pk)
        except (Invalid, Conflict, splits.BadSplit) as no:
            trouble = str(no)
    recent = Campaign.objects.visible_to(actor).filter(retired_at=None).order_by("-pk")[:12]
    answer = show(request, "campaigns/new.html", {
        "form": form, "trouble": trouble, "recent": recent, "trail": [("Campaigns", reverse("campaigns:list", args=[actor.experiment]))]},
        at=clock.now(), live=False)
    answer.status_code = 422 if trouble or form.errors else 200
    return answer
