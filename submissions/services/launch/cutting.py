"""Over what an intent is launched: its own slice or words, else the stage's next slice; or why there is nothing. Asks, and writes nothing."""
from datetime import datetime

from campaigns.document import Settings
from campaigns.services import slices
from campaigns.services.slices import Piece
from datasets.splits import Nothing
from pomssite.kit.registry import backend
from submissions.models import LaunchIntent
from submissions.models.intents import NOT_YET, NOTHING_LEFT


def next_of(intent: LaunchIntent, settings: Settings, *, at: datetime) -> Piece | Nothing:
    """The whole dataset is given out once a run; a slice that came back is not waited for."""
    if settings.split == "none" and intent.run_id and intent.run.submissions.firsts().filter(stage=intent.stage).exists():
        return Nothing(NOTHING_LEFT)
    return slices.next_slice(intent.stage, settings, experiment=intent.stage.campaign.experiment, for_test=intent.for_test, now=at)


def files_of(intent: LaunchIntent) -> int | None:
    """How many it names by itself; None, if it names none."""
    if not intent.dimensions or intent.cuts():
        return None
    experiment = intent.stage.campaign.experiment
    return backend("DATA_HANDLERS", experiment.catalogue).count(experiment.pk, intent.dimensions)


def nothing(intent: LaunchIntent, settings: Settings, piece: Piece | Nothing | None, files: int | None) -> str:
    """Why there is nothing to run over; empty, if there is something."""
    if intent.cuts():
        if isinstance(piece, Piece) and settings.dataset == "from_parent" and not piece.row.dimensions:
            return "the stage's dataset comes from its parent: launch the stage that feeds it"
        return _why_none(piece) if isinstance(piece, Nothing) else ""
    return "no file matches" if files == 0 else ""


def _why_none(nothing: Nothing) -> str:
    """In words that a schedule understands: what is over, and what may come yet."""
    return NOTHING_LEFT if nothing.final else f"{NOT_YET}{nothing.why}"
