"""What could be recovered by hand, and over how much: asked of the catalogue, which may also say that it does not know. Writes nothing."""
from dataclasses import dataclass

from pomssite.kit.errors import PomsError
from submissions import recovery
from submissions.models import Submission
from submissions.services import accounting, families

SAMPLE = 5


@dataclass(frozen=True)
class Remedy:
    """One kind of recovery, for one family, now. Without input files, `files` counts the outputs that are missing."""

    kind: str
    words: str
    files: int = 0
    sample: tuple[str, ...] = ()
    trouble: str = ""                                   # why it is not known; never the same as no files
    overrides: tuple[tuple[str, str], ...] = ()         # what it asks for by itself


def remedies(first: Submission) -> list[Remedy]:
    """Every kind, in the order of the table. All kinds are one where there are no input files."""
    kinds = recovery.WORDS if first.dimensions else {recovery.AGAIN: ""}
    return [remedy(first, kind) for kind in kinds]


def remedy(first: Submission, kind: str) -> Remedy:
    """What this kind would run over."""
    try:
        return _over_files(first, kind) if first.dimensions else _over_parameter(first)
    except PomsError as why:
        return Remedy(kind, recovery.WORDS.get(kind, ""), trouble=f"It is not known: {why}")


def _over_files(first: Submission, kind: str) -> Remedy:
    dimensions, handler = recovery.RECOVERIES[kind](families.about(first)), accounting.catalogue(first)
    if not dimensions:
        return Remedy(kind, recovery.WORDS[kind])
    files = handler.count(first.experiment_id, dimensions)
    sample = handler.files(first.experiment_id, dimensions, limit=SAMPLE) if files else []
    return Remedy(kind, recovery.WORDS[kind], files, tuple(sample))


def _over_parameter(first: Submission) -> Remedy:
    """It has no inputs: its parameter is run again, by as many jobs as bring the outputs that are missing."""
    due, _, made = accounting.counts(first)
    missing = max(0, due - made)
    jobs = recovery.jobs_for(missing, first.snapshot["job_type"]["output_files_per_job"])
    said = f"its parameter {first.parameter} again" if first.parameter else "the same again"
    return Remedy(recovery.AGAIN, f"{said}, as it has no input files", missing, overrides=jobs)
