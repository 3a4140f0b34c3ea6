"""What would be run if a stage were launched now: shown, and nothing else. It takes no slice, no number, and writes nothing."""
import shlex
from dataclasses import dataclass
from datetime import datetime

from accounts.policy import Actor
from campaigns.models import Stage
from campaigns.services import documents, slices
from datasets.query import BadQuery
from datasets.splits import BadSplit
from pomssite.kit.errors import PomsError
from submissions.command import BadCommand
from submissions.services.launch import shaping

TAG, NUMBER = "TAG", "NUMBER"       # what only a launch can know


@dataclass(frozen=True)
class Shown:
    """A text that a person may paste into a shell; or why there is none."""

    text: str = ""
    over: str = ""          # the slice that would be next
    trouble: str = ""


def show(stage: Stage, *, actor: Actor, at: datetime, for_test: bool) -> Shown:
    """The next launch of this stage by this person."""
    try:
        settings = documents.settings_of(stage)
        coming, nothing = slices.peek(stage, settings, experiment=stage.campaign.experiment, for_test=for_test, now=at, most=1)
        piece = coming[0].row if coming else None
        launch = shaping.Launch(NUMBER, TAG, actor.user, dimensions=piece.dimensions if piece else "", parameter=piece.parameter if piece else "",
                                role=actor.role)
        words = shaping.worded(shaping.shape(stage, settings, documents.login_of(settings, actor.experiment), for_test=for_test), stage, launch)
    except (PomsError, BadCommand, BadQuery, BadSplit) as no:
        return Shown(trouble=str(no))
    why = nothing.why if nothing is not None else "nothing is left"
    if settings.dataset == "from_parent":
        return Shown(_script(words), "what is handed to it by the stages that feed it; the command is shown without")
    return Shown(_script(words), (piece.parameter or piece.dimensions or "no input files") if piece
                 else f"nothing now: {why}; the command is shown without a slice")


def _script(words: dict) -> str:
    login = words["login"]
    where = f"{login['account']}@{login['host']}" if login["account"] and login["host"] else login["host"]
    exports = [f"export {name}={shlex.quote(value)}" for name, value in words["environment"].items()]
    lines = [f"ssh -t {shlex.quote(where)}" if where else "", *exports, login["setup"], line(words["command"])]
    return "\n".join(each for each in lines if each)


def line(words) -> str:
    """A command as one could type it, an option a line; what is kept are words, never such a line."""
    return "".join(f" \\\n  {shlex.quote(word)}" if word.startswith("-") else f" {shlex.quote(word)}" for word in words).strip()
