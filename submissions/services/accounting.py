"""What the catalogue says of a submission's files: how many there are, how many were consumed, how many have all their outputs."""
from datasets.port import DataHandler
from pomssite.kit.registry import backend
from submissions import recovery
from submissions.models import Submission
from submissions.services import families


def catalogue(submission: Submission) -> DataHandler:
    """The one that was its experiment's when it was launched."""
    return backend("DATA_HANDLERS", submission.snapshot["catalogue"])


def counts(submission: Submission) -> tuple[int, int, int]:
    """Inputs, those consumed, those accounted for. Without input files: outputs due, the same, and those that are there."""
    return _with_files(submission) if submission.dimensions else _without_files(submission)


def _with_files(submission: Submission) -> tuple[int, int, int]:
    handler, settings, first = catalogue(submission), submission.snapshot["settings"], submission.parent or submission
    totals = handler.totals(submission.experiment_id, submission.tag)
    inputs, consumed = sum(totals.values()), totals.get("consumed", 0) + totals.get("completed", 0)
    if settings["stage_type"] in families.HANDS_ON:
        done = inputs if settings["stage_type"] == families.APPROVAL else consumed
        return inputs, done, done
    accounted = handler.located(submission.experiment_id, submission.tag, submission.snapshot["patterns"], settings["software_version"],
                                first.created_at, settings["output_ancestor_depth"])
    return inputs, consumed, accounted


def _without_files(submission: Submission) -> tuple[int, int, int]:
    """Work without input files owes so many outputs of each pattern a job, counted over its family."""
    first = submission.parent or submission
    due = (first.expected or 0) * first.snapshot["job_type"]["output_files_per_job"]
    handler, tags = catalogue(submission), families.tags(first)
    made = [handler.count(submission.experiment_id, f"({recovery.produced(tags, pattern)}) with availability physical")
            for pattern in submission.snapshot["patterns"]]
    return due, due, min(made, default=0)
