"""What the editor is told that no text says: which files there are none of, and which job types of the experiment do not fit."""
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Experiment
from accounts.policy import Actor
from campaigns import ini
from campaigns.document import Campaign, Problem, matching
from campaigns.services import fitting, matches

MOST = 200      # facts that a browser may bring back


@dataclass(frozen=True)
class Facts:
    """As they were when somebody asked last; the browser keeps them, and says them again with each text."""

    files: dict[str, str] = field(default_factory=dict)         # of a query that means no file: the sentence about it
    unfit: tuple[Problem, ...] = ()

    def about(self, campaign: Campaign) -> tuple[Iterable[Problem], Iterable[Problem]]:
        """What is wrong, and what is doubtful, of a document that may be another by now."""
        used = {campaign.settled(stage).job_type for stage in campaign.stages} if self.unfit else set()
        return [each for each in self.unfit if each.place[-1] in used], matching.doubts(campaign, self.files)

    @property
    def said(self) -> dict[str, Any]:
        return {"files": self.files, "unfit": [[each.place[-1], each.field, str(each.value), each.sentence] for each in self.unfit]}


NOTHING = Facts()


def asked(text: str, actor: Actor, *, update: bool, known: Facts) -> Facts:
    """Asks the catalogue and the experiment's job types about a text; of one that cannot be read there is no more than what is known."""
    book = ini.look(text)
    if book.desk.faults or not book.desk.readable:
        return known
    unfit = fitting.misfits(book.campaign, actor.experiment, update=update)
    return Facts(files(book.campaign, actor), tuple(unfit[:MOST]))


def files(campaign: Campaign, actor: Actor) -> dict[str, str]:
    return matches.without_files(campaign, experiment=Experiment.objects.get(pk=actor.experiment))


def brought(told: Any) -> Facts:
    """What a browser says it was told."""
    if not isinstance(told, dict):
        return NOTHING
    there, unfit = told.get("files"), told.get("unfit")
    rows = [[*map(str, row)] for row in unfit[:MOST] if isinstance(row, list) and len(row) == 4] if isinstance(unfit, list) else []
    return Facts({str(words): str(said) for words, said in list(there.items())[:MOST]} if isinstance(there, dict) else {},
                 tuple(Problem(("job_type", name), key, value, sentence) for name, key, value, sentence in rows))
