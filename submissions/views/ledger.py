"""A submission's files, in the words of its catalogue."""
from dataclasses import dataclass
from typing import Any

from datasets.models import FileStatus
from datasets.port import UnknownName
from pomssite.kit.errors import NoAnswer, Refused
from pomssite.kit.registry import backend
from submissions.models import Submission
from submissions.services import families, particulars
from submissions.states import Status

CONSUMED = (FileStatus.CONSUMED, FileStatus.COMPLETED)


@dataclass(frozen=True)
class Line:
    """One count, of how many."""

    word: str
    status: Status
    count: int
    total: int
    of: str = ""            # the list of its files

    @property
    def counts(self) -> dict[Status, int]:
        return {self.status: self.count}


@dataclass(frozen=True)
class Ledger:
    """Counts; `trouble` says why there are none."""

    inputs: dict[str, int]
    outputs: dict[str, int]
    trouble: str = ""
    approval: bool = False      # it consumes nothing: what comes is handed on

    @property
    def lines(self) -> list[Line]:
        """Counting words are exact: delivered, consumed, declared, located."""
        total = sum(self.inputs.values())
        consumed = sum(self.inputs.get(word, 0) for word in CONSUMED)
        made, located = self.outputs["declared"], self.outputs["located"]
        inputs = [Line("Inputs delivered", Status.RUNNING, total - self.inputs.get(FileStatus.UNKNOWN, 0), total, "delivered"),
                  Line("Inputs consumed", Status.LOCATED, consumed, total, "consumed"),
                  Line("Inputs missing", Status.FAILED, total - consumed, total, "missing")]
        if self.approval:
            return [Line("Files to hand on", Status.COMPLETED, total, total, "missing")] if total else []
        outputs = [Line("Outputs declared", Status.COMPLETED, made, made, "declared"),
                   Line("Outputs located", Status.LOCATED, located, made, "located")]
        return [*(inputs if total else []), *outputs]


def ledger_of(submission: Submission) -> Ledger:
    """What the catalogue says now; no project is no fault: work without input files has none."""
    outputs = particulars.outputs_of(submission)
    try:
        return Ledger(_totals(submission), outputs, approval=_is_approval(submission))
    except UnknownName:
        return Ledger({}, outputs, "" if submission.dimensions == "" else "The catalogue has no project of this tag yet.")
    except (Refused, NoAnswer) as why:
        return Ledger({}, outputs, f"The catalogue does not answer: {why}")


def _is_approval(submission: Submission) -> bool:
    return bool(submission.snapshot.get("settings", {}).get("stage_type") == families.APPROVAL)


def _totals(submission: Submission) -> dict[str, Any]:
    if not submission.dimensions:
        return {}
    return backend("DATA_HANDLERS", submission.experiment.catalogue).totals(submission.experiment_id, submission.tag)
