"""Runs that have changed: joins that wait for more than one submission, and stages that keep themselves running."""
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import events
from accounts.policy import By
from campaigns import graph
from campaigns.models import Dependency, Slice, Stage
from campaigns.services import documents
from pomssite.kit.loops import for_each, in_time
from submissions.models import LaunchIntent, Run, Submission
from submissions.services import families, followers, intents

JOINS = By("joins")
SOON = timedelta(seconds=60)
BATCH = 200


class Above:
    """The stages from which a path leads to a stage, and the edges between them."""

    def __init__(self, stages: set[int], edges: list[tuple[int, int]]) -> None:
        self.stages = sorted(stages)
        self.edges = [(upstream, downstream) for upstream, downstream in edges if {upstream, downstream} <= stages]


def join_up(*, now: Callable[[], datetime]) -> int:
    """One run at a time, under its lock: whoever changes it next marks it again."""
    due = Q(recheck_at=None) | Q(recheck_at__lte=now())
    changed = Run.objects.filter(due, changed=True).order_by("pk")[:BATCH]
    return for_each(in_time(changed, now), lambda run: _look_at(run, at=now()), lambda run, why: _wait(run, why, at=now()))


def _wait(run: Run, why: str, *, at: datetime) -> None:
    Run.objects.filter(pk=run.pk).update(trouble=why, recheck_at=at + SOON)


@transaction.atomic
def _look_at(seen: Run, *, at: datetime) -> bool:
    run = Run.objects.select_for_update(no_key=True).get(pk=seen.pk)
    Run.objects.filter(pk=run.pk).update(changed=False, trouble="", recheck_at=None)
    _keep_running(run, at=at)
    edges = list(Dependency.objects.filter(upstream__campaign=run.stage.campaign_id, retired_at=None).order_by("pk")
                 .select_related("downstream__campaign"))
    pairs = [(edge.upstream_id, edge.downstream_id) for edge in edges]
    fed = {edge.downstream_id: edge.downstream for edge in edges}
    for stage in (fed[pk] for pk in graph.order(list(fed), [pair for pair in pairs if pair[0] in fed])):     # what feeds a join waits already
        join = JOINED.get(documents.settings_of(stage).join or "")
        if join:
            join(run, stage, [edge for edge in edges if edge.downstream_id == stage.pk], Above(graph.before(stage.pk, pairs), pairs), at=at)
    return True


def _all(run: Run, stage: Stage, into: list[Dependency], above: Above, *, at: datetime) -> None:
    """Once a lineage, when each upstream stage has a settled submission of it. One to which no files came is not waited for."""
    settled, feeding = _settled(run, into), {edge.upstream_id for edge in into}
    for lineage in {s.lineage_id for s in settled}:
        mine = [s for s in settled if s.lineage_id == lineage]
        missing = feeding - {s.stage_id for s in mine}
        if not missing or missing <= _barren(run, lineage, above):
            _intend(run, stage, mine, into, lineage_id=lineage, at=at)


def _barren(run: Run, lineage: int, above: Above) -> set[int]:
    """The upstream stages to which nothing comes in this lineage."""
    done = set(run.submissions.firsts().filter(lineage=lineage, stage__in=above.stages).exclude(settled_at=None).values_list("stage", flat=True))
    of = run.intents.filter(lineage=lineage, stage__in=above.stages, parent=None)
    empty = of.for_want_of_files()
    begun = set(of.exclude(pk__in=empty).values_list("stage", flat=True)) - done
    return graph.barren(above.stages, above.edges, empty=set(empty.values_list("stage", flat=True)), done=done, begun=begun)


def _drained(run: Run, stage: Stage, into: list[Dependency], above: Above, *, at: datetime) -> None:
    """Once a run, when nothing upstream is left to cut, to launch or to settle."""
    waiting = LaunchIntent.objects.filter(run=run, stage__in=above.stages).waiting()
    unsettled = run.submissions.firsts().filter(stage__in=above.stages, settled_at=None)
    if run.exhausted_at is None or _takes_free(run) or waiting.exists() or unsettled.exists() or _is_missing(run, stage, above):
        return
    if settled := _settled(run, into):
        _intend(run, stage, settled, into, lineage_id=None, at=at)
    else:
        _trouble(run, f"{stage.name} was not launched: all that feeds it is over, and none of it had files")


def _takes_free(run: Run) -> bool:
    """A slice came back, and this run keeps cutting; any other run has had the one that it is about."""
    return bool(documents.settings_of(run.stage).keep_running) and _came_back(run)


def _is_missing(run: Run, stage: Stage, above: Above) -> bool:
    """Work that was refused to the end is not settled by being dropped: without it the join would lose files. It says so."""
    lost = run.intents.refused_to_the_end().filter(stage__in=above.stages, parent=None).exclude(stage=run.stage_id).select_related("stage").first()
    if lost:
        _trouble(run, f"{stage.name} waits: {lost.stage.name} was not launched, {lost.why}")
    return lost is not None


def _trouble(run: Run, why: str) -> None:
    Run.objects.filter(pk=run.pk).update(trouble=why[:200])


JOINED: dict[str, Callable[..., None]] = {"all": _all, "drained": _drained}


def _settled(run: Run, into: list[Dependency]) -> list[Submission]:
    return list(run.submissions.firsts().filter(stage__in=[edge.upstream_id for edge in into]).exclude(settled_at=None).order_by("pk"))


def _union(upstream: list[Submission], into: list[Dependency]) -> str:
    mine = {edge: [first for first in upstream if first.stage_id == edge.upstream_id] for edge in into}
    return families.union(families.outputs(firsts, edge.pattern) for edge, firsts in mine.items() if firsts)


def _intend(run: Run, stage: Stage, upstream: list[Submission], into: list[Dependency], *, lineage_id: int | None, at: datetime) -> None:
    cause = "drained" if lineage_id is None else "all"
    intents.intend(stage, key=followers.key_of(cause, upstream[0], into[0]), cause=cause, run=run, owner=run.owner, at=at,
                   dimensions=_union(upstream, into), lineage_id=lineage_id)


def _keep_running(run: Run, *, at: datetime) -> None:
    """Up to K families alive; ended ones leave their place, and too many ends in a row end it all."""
    settings = documents.settings_of(run.stage)
    if not settings.keep_running or run.stopped or run.exhausted_at and not _came_back(run):
        return
    if _in_a_row(run, settings.keep_stop or 0):
        return _stop(run, settings.keep_stop or 0, at=at)
    mine = run.intents.filter(stage=run.stage_id, parent=None)
    if mine.filter(taken_at=None, dropped_at=None, preview__has_key="shown").exists():
        return None         # a person saw what that one shall be: no other takes its slice before it
    number = mine.count()
    for n in range(number, number + settings.keep_running - _busy(mine)):
        intents.intend(run.stage, key=f"keep:{run.pk}:{run.stage_id}:{n}", cause="keep", run=run, owner=run.owner, at=at)
    return None


def _busy(mine: QuerySet[LaunchIntent]) -> int:
    """Waiting or alive, in one statement: between two, one that is just being launched would be counted twice or not at all."""
    alive = Submission.objects.alive().filter(intent=OuterRef("pk"))
    return mine.filter(Q(taken_at=None, dropped_at=None) | Exists(alive)).count()


def _came_back(run: Run) -> bool:
    return Slice.objects.filter(stage=run.stage_id, for_test=run.for_test, state=Slice.FREE).exists()


def _in_a_row(run: Run, most: int) -> bool:
    """Families that ended, and intents that were given up, the newest first: were so many of them not Located?

    An attempt whose intent will be tried again is no end: it is our own machine that died, most often.
    """
    ended = Q(abandoned_at=None) & ~Q(settled_at=None, stuck="") | ~Q(intent__dropped_at=None)
    last = run.submissions.filter(ended, stage=run.stage_id, parent=None).order_by("-intent", "-pk").distinct("intent")
    ends = list(last.values_list("settled_at", flat=True)[:most])
    return most > 0 and len(ends) == most and not any(ends)


def _stop(run: Run, most: int, *, at: datetime) -> None:
    why = f"the last {most} submissions ended without being Located"
    Run.objects.filter(pk=run.pk).update(stopped=why)
    events.record([events.event("keep_running stopped", run, by=JOINS, at=at, why=why)])
