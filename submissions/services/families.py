"""A submission and its recoveries, in the words of the catalogue."""
from collections.abc import Iterable, Sequence

from django.db.models import Exists, F, Max, Q

from submissions import recovery
from submissions.models import LaunchIntent, Submission
from submissions.states import AT_WORK

APPROVAL = "approval"
HANDS_ON = (APPROVAL, "datatransfer")       # stages whose inputs are their outputs


def tags(*firsts: Submission) -> tuple[str, ...]:
    """Their tags, and those of their recoveries that were sent: only these surely have a project. Attempts that were given up are left out."""
    sent = Submission.objects.filter(parent__in=firsts, abandoned_at=None).exclude(sent_at=None)
    return (*(first.tag for first in firsts), *sent.order_by("pk").values_list("tag", flat=True))


def recoveries(first: Submission) -> int:
    """Steps of the plan that are behind it: launched, waiting, or dropped. What a person asked for besides is none."""
    last = LaunchIntent.objects.filter(parent=first, cause="recovery").aggregate(last=Max("step"))["last"]
    return 0 if last is None else last + 1


def step_by_hand(first: Submission) -> int:
    """The number of a recovery outside of the plan: after all of the plan, and after what was asked for before."""
    last = LaunchIntent.objects.filter(parent=first).aggregate(last=Max("step"))["last"]
    return max(len(first.snapshot["job_type"]["recoveries"]), 0 if last is None else last + 1)


def is_busy(member: Submission) -> bool:
    """Another of its family is at work, waits for its launch, or has ended and is not wrapped up yet."""
    first = member.parent_id or member.pk
    others = Submission.objects.filter(Q(pk=first) | Q(parent=first), abandoned_at=None).exclude(pk=member.pk)
    at_work = others.filter(Q(status__in=AT_WORK) | ~Q(wrapped=F("status")))
    waiting = LaunchIntent.objects.filter(parent=first).waiting()
    return Submission.objects.filter(Exists(at_work) | Exists(waiting), pk=first).exists()     # in one statement: it may just be launched


def not_by_itself(first: Submission) -> None:
    """A person has taken it in hand: none of it is taken as Located because time has passed."""
    Submission.objects.filter(Q(pk=first.pk) | Q(parent=first)).update(force_at=None)


def about(first: Submission) -> recovery.About:
    """What recoveries are made from."""
    settings = first.snapshot["settings"]
    return recovery.About(
        first=first.tag, family=tags(first), dataset="" if _keeps_files(first) else first.dimensions, version=settings["software_version"] or "",
        since=first.created_at, patterns=tuple(first.snapshot["patterns"]), depth=settings["output_ancestor_depth"])


def _keeps_files(first: Submission) -> bool:
    """Files that join its dataset go into slices to come, not into this one."""
    return first.slice is not None and first.slice.members.exists()


def outputs(firsts: Sequence[Submission], pattern: str) -> str:
    """The dimensions of what these families brought, for one dependency. Submissions of one kind share one term."""
    groups: dict[tuple, list[Submission]] = {}
    for first in firsts:
        groups.setdefault(_kind(first), []).append(first)
    return union(_brought(group, pattern) for group in groups.values())


def without(dimensions: str, given: Sequence[str]) -> str:
    """These files, but not those that the projects of these tags hold."""
    return f"({dimensions}) minus snapshot_for_project_name {','.join(given)}" if given else dimensions


def union(parts: Iterable[str]) -> str:
    """Files of any of them."""
    parts = list(parts)
    return parts[0] if len(parts) == 1 else " or ".join(f"({part})" for part in parts)


def _kind(first: Submission) -> tuple:
    settings = first.snapshot["settings"]
    return settings["stage_type"] in HANDS_ON, bool(first.dimensions), settings["software_version"] or "", settings["output_ancestor_depth"]


def _brought(group: list[Submission], pattern: str) -> str:
    """Of the whole family: a recovery may have run over files that the first had not (added_files)."""
    hands_on, has_files, version, depth = _kind(group[0])
    family = tags(*group)
    if hands_on:
        return recovery.passed_on(family, pattern)
    if not has_files:
        return recovery.produced(family, pattern)
    return recovery.children(family, pattern, version=version, since=min(first.created_at for first in group), depth=depth)
