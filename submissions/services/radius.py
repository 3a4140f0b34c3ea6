"""What a plan means for what is running: which submissions, launches that wait and schedules of a campaign it touches, and how."""
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from campaigns.document import Campaign as Document
from campaigns.document.changes import differences, names, renamed, settings_differences
from campaigns.models import Campaign, Plan, Schedule
from campaigns.services import plans
from submissions.models import LaunchIntent, Submission
from submissions.states import AT_WORK

SHOWN = 5       # numbers of submissions in a sentence


@dataclass(frozen=True)
class Touched:
    """One sentence about the work of one stage; `submissions`: all that it is about."""

    stage: str
    words: str
    submissions: tuple[int, ...] = ()
    pk: int = 0             # of the stage


    def __str__(self) -> str:
        return f"{self.stage}: {self.words}"


@dataclass(frozen=True)
class Standing:
    """What there is of one stage now."""

    pk: int = 0
    submissions: tuple[int, ...] = ()
    waiting: int = 0
    schedules: int = 0


def touched(row: Campaign | None, before: Document | None, after: Document) -> list[Touched]:
    """In the order of the stages as they are; nothing for a campaign that is not there yet."""
    if row is None or before is None:
        return []
    here = _standing(row)
    version = row.version.number if row.version else 0
    lost = _lost(before, after)
    found = ((here[stage.name].pk, _of(stage.name, here[stage.name], before, after, version, lost)) for stage in before.stages)
    return [replace(each, pk=pk) for pk, some in found for each in some]


def of_plan(plan: Plan) -> list[Touched]:
    """What a plan means now, which may be more than when it was made."""
    now = plans.stand(plan)
    return touched(now.here, now.before, plans.document_of(plan))


def _of(name: str, here: Standing, before: Document, after: Document, version: int, lost: Mapping[str, Sequence[str]]) -> Iterator[Touched]:
    new = next((stage.name for stage in after.stages if name in (stage.name, stage.was)), None)
    if new is None:
        yield from _gone(name, here)
    elif _differs(name, new, before, after):
        yield from _changed(name, here, version)
    if new and new in lost and here.submissions:
        yield Touched(name, f"What is at work starts {', '.join(lost[new])} no more.", here.submissions)


def _gone(name: str, here: Standing) -> Iterator[Touched]:
    if here.submissions:
        yield Touched(name, f"{told(here.submissions)} at work: what was launched ends so, is not recovered, and starts nothing.",
                      here.submissions)
    yield from _others(name, here, "will never begin: drop what you do not need", "end{s} with the stage")


def _changed(name: str, here: Standing, version: int) -> Iterator[Touched]:
    if here.submissions:
        yield Touched(name, f"{told(here.submissions)} at work: what was launched keeps version {version}; recoveries that are launched from now on "
                            "run with the new settings.", here.submissions)
    yield from _others(name, here, "will run with the new settings", "stay{s}, and launch{es} with the new settings")


def _others(name: str, here: Standing, launches: str, schedules: str) -> Iterator[Touched]:
    if here.waiting:
        yield Touched(name, f"{here.waiting} {'launch that waits' if here.waiting == 1 else 'launches that wait'} {launches}.")
    if here.schedules:
        s, es = ("s", "es") if here.schedules == 1 else ("", "")
        yield Touched(name, f"{here.schedules} schedule{'' if here.schedules == 1 else 's'} {schedules.format(s=s, es=es)}.")


def _differs(name: str, new: str, before: Document, after: Document) -> bool:
    """Whether a launch of the stage would be another one: by what it says itself, or by what the campaign says for all."""
    old = next(stage for stage in before.stages if stage.name == name)
    now = next(stage for stage in after.stages if stage.name == new)
    return bool(settings_differences(before.settled(old), after.settled(now)) or differences(before, after, ("kind", "keywords")))


def _lost(before: Document, after: Document) -> dict[str, list[str]]:
    """By the name that a stage has then: the stages that are still there, and that it feeds no longer."""
    was, now = ({(edge.upstream, edge.downstream) for edge in each.dependencies} for each in (renamed(before, after), after))
    there, found = names(after), {}     # type: set[str], dict[str, list[str]]
    for upstream, downstream in sorted(was - now):
        if downstream in there:
            found.setdefault(upstream, []).append(downstream)
    return found


def _standing(row: Campaign) -> Mapping[str, Standing]:
    stages = dict(row.stages.filter(retired_at=None).values_list("pk", "name"))
    at_work: dict[int, list[int]] = {}
    for stage, pk in Submission.objects.filter(stage__in=stages, status__in=AT_WORK, abandoned_at=None).order_by("pk").values_list("stage_id", "pk"):
        at_work.setdefault(stage, []).append(pk)
    waiting = Counter(LaunchIntent.objects.waiting().filter(stage__in=stages).values_list("stage_id", flat=True))
    schedules = Counter(Schedule.objects.living().filter(stage__in=stages).values_list("stage_id", flat=True))
    return {name: Standing(pk, tuple(at_work.get(pk, ())), waiting.get(pk, 0), schedules.get(pk, 0)) for pk, name in stages.items()}


def told(numbers: Sequence[int]) -> str:
    """Some of them by number, and how many there are besides; with the verb."""
    some = ", ".join(f"#{number}" for number in numbers[:SHOWN])
    rest = f" and {len(numbers) - SHOWN} more" if len(numbers) > SHOWN else ""
    return f"{some}{rest} {'is' if len(numbers) == 1 else 'are'}"
