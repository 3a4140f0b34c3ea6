"""A submission and its recoveries, in the words of the catalogue."""
from collections.abc import Iterable

from datasets import splits
from submissions import recovery
from submissions.models import Submission

HANDS_ON = ("approval", "datatransfer")     # stages whose inputs are their outputs


def tags(first: Submission) -> tuple[str, ...]:
    """Its tag, and those of its recoveries, attempts that were given up left out."""
    return (first.tag, *Submission.objects.filter(parent=first, abandoned_at=None).order_by("pk").values_list("tag", flat=True))


def about(first: Submission) -> recovery.About:
    """What recoveries are made from."""
    settings = first.snapshot["settings"]
    return recovery.About(
        first=first.tag, family=tags(first), dataset=splits.dimensions(settings["dataset"] or ""), version=settings["software_version"] or "",
        since=first.created_at, patterns=tuple(first.snapshot["patterns"]), depth=settings["output_ancestor_depth"])


def outputs(first: Submission, pattern: str) -> str:
    """The dimensions of what a family brought, for one dependency."""
    settings, family = first.snapshot["settings"], tags(first)
    if settings["stage_type"] in HANDS_ON:
        return recovery.passed_on([first.tag], pattern)
    if not first.dimensions:
        return recovery.produced(family, pattern)
    return recovery.children([first.tag], pattern, version=settings["software_version"] or "", since=first.created_at,
                             depth=settings["output_ancestor_depth"])


def union(parts: Iterable[str]) -> str:
    """Files of any of them."""
    parts = list(parts)
    return parts[0] if len(parts) == 1 else " or ".join(f"({part})" for part in parts)
