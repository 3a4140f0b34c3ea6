"""Campaigns as text files: shown, downloaded, and taken in; what a file would change is shown before anything is saved."""
import io
import zipfile
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from accounts.models import require
from accounts.pages import member, show
from accounts.policy import Actor, Verb
from campaigns import document, ini
from campaigns.document import Settings, Stage
from campaigns.document.changes import KEEP, Line
from campaigns.filters import CampaignFilter
from campaigns.models import Campaign, JobType, LoginSetup
from campaigns.services import documents, naming, plans, state
from campaigns.views.changing import ask, one
from datasets import splits
from pomssite.kit import clock
from pomssite.kit.errors import Conflict, Invalid
from pomssite.kit.numbers import numbers

LARGEST = 1_000_000         # bytes of a file
MOST = 1_000                # files of one archive


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
    found = list(chosen.order_by("name")[:MOST])
    if not found:
        raise Invalid("No campaign is chosen. Tick those that you mean, and press Download .ini again.")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as kept:
        for row in found:
            kept.writestr(f"{row.name.replace('/', '_')}.ini", _text(row))
    return _download(archive.getvalue(), f"{actor.experiment}-campaigns.zip", "application/zip")


def _text(row: Campaign, *, with_state: bool = False) -> str:
    return ini.write(documents.read(row), state.read(row) if with_state else None)


def _download(data: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=kind)
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._- ") else "_" for sign in name)
    answer["Content-Disposition"] = f'attachment; filename="{plain}"'
    return answer


@dataclass
class Looked:
    """A file as it was read: what storing it would do, or every line that is wrong."""

    text: str
    file: str
    book: ini.Book | None = None
    row: Campaign | None = None         # the campaign that it would change
    lines: list[Line] = field(default_factory=list)
    faults: list[ini.Fault] = field(default_factory=list)
    trouble: str = ""

    @property
    def base(self) -> int:
        """The version that the changes were worked out against."""
        return self.row.version.number if self.row and self.row.version else 0

    @property
    def changes(self) -> list[Line]:
        return [line for line in self.lines if line.verb != KEEP]

    @property
    def kept(self) -> int:
        return len(self.lines) - len(self.changes)

    @property
    def numbered(self) -> list[tuple[int, str, bool]]:
        """The lines of the text, those marked that are wrong."""
        wrong = {fault.line for fault in self.faults}
        return [(n, line, n in wrong) for n, line in enumerate(self.text.split("\n"), 1)]


def _look(text: str, file: str, actor: Actor, *, update_shared: bool) -> Looked:
    found = Looked(text, file)
    try:
        found.book = ini.look(text, file=file)
        name = found.book.campaign.name
        found.book.check(**documents.known(name, experiment=actor.experiment))
        found.row = documents.living(name, experiment=actor.experiment)
        require(actor, Verb.EDIT if found.row else Verb.CREATE, found.row or actor.makes)
        found.lines = plans.plan(found.book.campaign, experiment=actor.experiment, update_shared=update_shared)
    except ini.Broken as broken:
        found.faults = list(broken.faults)
    except (Invalid, Conflict) as no:
        found.trouble = str(no)
    return found


@member
def upload(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A file or a text; then what it would change, or its lines that are wrong; then one button."""
    if request.method != "POST":
        return _page(request, actor, None)
    said, update = request.POST, "update_shared" in request.POST
    try:
        text, file = _sent(request)
    except ini.Broken as broken:
        return _page(request, actor, Looked("", "file", faults=list(broken.faults)), update_shared=update)
    looked = _look(text, file, actor, update_shared=update)
    if "save" in said and looked.book and not looked.faults and not looked.trouble:
        if said.get("base") == str(looked.base):
            row = documents.store(looked.book.campaign, actor=actor, at=clock.now(), door="page", why=said.get("why", ""), update_shared=update,
                                  base=looked.base)
            messages.success(request, f"{row.name} is saved, at version {row.version.number if row.version else 0}.")
            return redirect("campaigns:campaign", actor.experiment, row.pk)
        looked.trouble = "Not saved: somebody changed the campaign after you looked. What you see now is against its newest version: look again."
        return _page(request, actor, looked, update_shared=update, stale=True)
    return _page(request, actor, looked, update_shared=update)


def _sent(request: HttpRequest) -> tuple[str, str]:
    """The text and the name of what was sent; a file goes before what stands in the box."""
    sent = request.FILES.get("file")
    if sent is None:
        return request.POST.get("text", "").replace("\r\n", "\n"), request.POST.get("name", "") or "text"
    name = str(sent.name)
    if (sent.size or 0) > LARGEST:
        raise ini.Broken([ini.Fault(name, 1, "", "", f"{sent.size} bytes", f"a campaign file has at most {LARGEST} bytes: is this the right file?")])
    return ini.text_of(sent.read(), file=name), name


def _page(request: HttpRequest, actor: Actor, looked: Looked | None, **words: Any) -> HttpResponse:
    require(actor, Verb.CREATE, actor.makes)
    old = naming.find(looked.book.campaign.name, experiment=actor.experiment) if looked and looked.book and not looked.row else None
    answer = show(request, "campaigns/upload.html", {
        "looked": looked, "was": old, "trail": [("Campaigns", reverse("campaigns:list", args=[actor.experiment]))], **words},
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
            row = documents.store(_not_there(form.document(), actor), actor=actor, at=clock.now(), door="page", base=0)
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
