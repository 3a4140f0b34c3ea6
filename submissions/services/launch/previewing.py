"""What would be launched, worked out as the launcher does and from the same rows. It takes no slice and no number, and writes nothing."""
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings as site

from accounts.models import User
from accounts.policy import Actor
from campaigns.document import Settings
from campaigns.models import LoginSetup, Slice, Stage
from campaigns.services import documents, slices
from campaigns.services.slices import Piece
from datasets.query import BadQuery
from datasets.splits import BadSplit
from pomssite.kit.errors import PomsError
from pomssite.kit.registry import backend
from submissions import gate, preview
from submissions.batch.port import Credential
from submissions.command import BadCommand, JobSpec
from submissions.models import LaunchIntent
from submissions.models.intents import NOT_AS_PREVIEWED
from submissions.services import intents, limits
from submissions.services.launch import asking, cutting, shaping

FIRST = 10              # files of a slice that are shown
MENDS = (       # words of a reason of the gate, and the page on which one can do something about it
    ("Limit of", "campaign"), ("Downtime of", "downtimes"), ("login host", "campaign"), ("login setup", "file"), ("retired", "campaign"),
    ("inactive", "campaign"), ("of the site are held", "list"), ("of the experiment are held", "list"), ("of the campaign are held", "campaign"),
    ("of the stage are held", "stage"), ("holds the role", "stage"),
    ("lacks good credentials", "file"))


@dataclass(frozen=True)
class Check:
    """Why a launch would be refused, or would wait, and the page on which that can be mended: file, slices, stage, campaign, downtimes, list."""

    text: str
    mend: str


@dataclass(frozen=True)
class Preview:
    """All that would be launched. Without an id nothing can be: `refused` says why."""

    id: str = ""
    shown: dict[str, Any] | None = None
    slice: Slice | None = None      # its row, perhaps not written yet
    refused: tuple[Check, ...] = ()
    waits: tuple[Check, ...] = ()
    credentials: tuple[Credential, ...] = ()        # with which it would go out now; renewed since, it is the same launch

    @property
    def agreed(self) -> dict[str, Any]:
        """As it is kept with the intent of whoever agrees."""
        return {"id": self.id, "shown": self.shown} if self.id else {}

    @property
    def script(self) -> str:
        """As a person could type it."""
        return preview.script(self.shown["where"], self.shown["environment"], self.shown["command"]) if self.shown else ""


class _Cannot(Exception):
    """It could not be launched, for this reason."""

    def __init__(self, check: Check) -> None:
        super().__init__(check.text)
        self.check = check


def of_stage(stage: Stage, *, actor: Actor, at: datetime, for_test: bool) -> Preview:
    """What this person would begin here now. Their pressing the button makes an inactive campaign active."""
    if stage.retired_at or stage.campaign.retired_at:
        return Preview(refused=(Check(f"{stage} is retired: it cannot be launched.", "campaign"),))
    return of(planned(stage, actor=actor, for_test=for_test), at=at, wakes=True)


def planned(stage: Stage, *, actor: Actor, for_test: bool = False, **what: Any) -> LaunchIntent:
    """An intent of this person that is not written."""
    return _by(intents.planned(stage, owner=actor.makes, for_test=for_test, cause="manual", **what), actor)


def of_another(intent: LaunchIntent, *, actor: Actor, at: datetime) -> Preview:
    """What an intent that was given up would become, tried anew in this person's name. The row stays as it is."""
    mine = copy(intent)
    mine.creator_role = actor.makes.role
    return of(_by(mine, actor), at=at)


def _by(intent: LaunchIntent, actor: Actor) -> LaunchIntent:
    intent.creator = User(pk=actor.user_id, username=actor.user, is_superuser=actor.root)
    return intent


def of(intent: LaunchIntent, *, at: datetime, piece: Piece | None = None, wakes: bool = False) -> Preview:
    """What this intent, written or not, would become now; over `piece`, if it is to do that one and no other."""
    never: tuple[Check, ...] = ()
    waits: tuple[Check, ...] = ()
    entrusted: tuple[Credential, ...] = ()
    try:
        with _told("", "file"):
            settings = documents.settings_of(intent.stage)
            login = documents.login_of(settings, intent.experiment_id)
            entrusted = asking.entrusted(intent, settings, login, at=at)
        never, waits = _gate(intent, settings, login, entrusted, at=at, wakes=wakes)
        with _told("The command cannot be made: ", "file"):
            shaped = shaping.shape(intent.stage, settings, login, for_test=intent.for_test, overrides=intent.overrides)
            found = _over(intent, settings, shaped, piece, at=at)
            return replace(found, id="" if never else found.id, refused=(*never, *found.refused), waits=waits, credentials=entrusted)
    except _Cannot as no:
        return Preview(refused=(*never, no.check), waits=waits, credentials=entrusted)


def _over(intent: LaunchIntent, settings: Settings, shaped: dict[str, Any], piece: Piece | None, *, at: datetime) -> Preview:
    """With its slice; where there is none, the command is shown without."""
    try:
        piece = piece or _piece(intent, settings, at=at)
    except _Cannot as no:
        return Preview(shown=None if intent.dimensions else _composed(intent, shaped, None)[0], refused=(no.check,))
    shown, spec = _composed(intent, shaped, piece)
    batch = shaped["login_setup"]["batch"]
    refused = tuple(Check(f"The batch system {batch} would refuse it: {no}.", "file") for no in _unsendable(shaped, spec))
    return Preview("" if refused else preview.id_of(shown), shown, piece.row if piece else intent.slice, refused)


@contextmanager
def _told(words: str, mend: str) -> Iterator[None]:
    try:
        yield
    except (PomsError, BadCommand, BadQuery, BadSplit) as no:
        raise _Cannot(Check(f"{words}{no}", mend)) from no


def _piece(intent: LaunchIntent, settings: Settings, *, at: datetime) -> Piece | None:
    if settings.dataset == "from_parent" and intent.cuts():
        raise _Cannot(Check(f"{intent.stage} has the dataset from_parent: it runs over what is handed to it by the stages that"
                            " feed it, and starts by itself. Launch the stage at the beginning.", "campaign"))
    with _told("The dataset cannot be cut: ", "file"):
        found = cutting.next_of(intent, settings, at=at) if intent.cuts() else None
        nothing = cutting.nothing(intent, settings, found, cutting.files_of(intent))
    if nothing:
        raise _Cannot(Check(f"There is nothing to run over: {nothing}.", "slices"))
    return found or None


def _composed(intent: LaunchIntent, shaped: dict[str, Any], piece: Piece | None) -> tuple[dict[str, Any], JobSpec]:
    """Everything that shapes the launch, but for what exists only once it is made; and what the batch system would be handed."""
    row, files = (piece.row, piece.files) if piece else (intent.slice, slices.files_of(intent.slice))
    launch = shaping.launch_of(intent, row, number=preview.NUMBER, tag=preview.TAG, run=preview.RUN)
    shaped = shaped | shaping.worded(shaped, intent.stage, launch)
    over = _files(intent, launch.dimensions, files) | {"dimensions": launch.dimensions, "parameter": launch.parameter}
    spec = shaping.spec_of(shaped, tag=preview.TAG, inputs=over["count"], token="")
    login = shaped.pop("login")
    return preview.plain({
        **shaped, "place": [intent.stage.campaign_id, intent.stage_id], "slice": over, "asks": {**shaped["requests"], "jobs": spec.jobs},
        "where": {**login, "batch": shaped["login_setup"]["batch"], "style": spec.style},
        "beside": {name: preview.of_names([text]) if text else "made at the launch" for name, text in spec.inputs}}), spec


def _files(intent: LaunchIntent, dimensions: str, files: Sequence[str]) -> dict[str, Any]:
    """How many, the first ones, and what stands for the others: all names of a split that keeps its files; else, so that a hundred
    thousand need not be read, the number, the first ten and the last of what the query means."""
    if files:
        names = sorted(files)
        return {"count": len(names), "first": names[:FIRST], "last": names[-1], "names": preview.of_names(names)}
    if not dimensions:
        return {"count": 0, "first": [], "last": ""}
    experiment = intent.stage.campaign.experiment
    handler = backend("DATA_HANDLERS", experiment.catalogue)
    count, first = handler.count(experiment.pk, dimensions), handler.files(experiment.pk, dimensions, limit=FIRST)
    last = handler.files(experiment.pk, dimensions, limit=1, after=count - 1) if count > FIRST else first[-1:]
    return {"count": count, "first": first, "last": last[0] if last else ""}


def _unsendable(shaped: dict[str, Any], spec: JobSpec) -> Sequence[str]:
    """What the batch system's own rules say of it. An approval sends nothing; a batch system that is not known is among what waits."""
    name = shaped["login_setup"]["batch"]
    if shaped["settings"]["stage_type"] == "approval" or name not in site.BATCH_SYSTEMS:
        return ()
    wrong: list[str] = backend("BATCH_SYSTEMS", name).wrong(spec)
    return wrong


def _gate(intent: LaunchIntent, settings: Settings, login: LoginSetup, entrusted: Sequence[Credential], *, at: datetime,
          wakes: bool) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
    """What the gate would say: what this person may not do, and what it would wait for. A launch by a person of an inactive campaign makes it
    active."""
    found = limits.of(intent.stage, settings, login, intent.creator.username)
    facts = asking.facts(intent, found, batch=login.batch, at=at, entrusted=entrusted)
    never, said = gate.refusals(facts), gate.reasons(replace(facts, inactive=facts.inactive and not wakes))
    return tuple(map(_check, never)), tuple(_check(reason) for reason in said if reason not in never)


def _check(reason: str) -> Check:
    return Check(reason, next((mend for words, mend in MENDS if words in reason), "stage"))


def differs(intent: LaunchIntent, shaped: dict[str, Any], piece: Piece | None) -> str:
    """What of it is not as the person saw it; empty if all is, or if nothing was shown."""
    agreed = intent.preview.get("shown")
    changes = preview.differences(agreed, _composed(intent, shaped, piece)[0]) if agreed else []
    return f"{NOT_AS_PREVIEWED}{preview.sentence(changes, 200 - len(NOT_AS_PREVIEWED))}" if changes else ""
