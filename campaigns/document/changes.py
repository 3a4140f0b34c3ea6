"""What would change if one document took the place of another: the lines of a plan. Pure."""
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from campaigns.document.data import Campaign, Dependency, Settings

Differences = list[tuple[str, Any, Any]]    # (field, before, after)
HEAD = ("kind", "note", "limit", "job_limit", "keywords", "parameters")
PART = ("note", "position")
KEEP, LEAVE = "keep", "leave"


@dataclass(frozen=True)
class Line:
    """One line of a plan: create, update, rename, retire, keep; reset: it begins anew; leave: it differs and is left as it is."""

    verb: str
    kind: str
    name: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.verb} {self.kind} {self.name}" + (f": {self.detail}" if self.detail else "")


def changes(before: Campaign | None, after: Campaign) -> list[Line]:
    """The lines for the campaign, its stages and its dependencies; shared parts are not looked at."""
    if before is None:
        parts = [Line("create", "stage", stage.name) for stage in after.stages]
        return [Line("create", "campaign", after.name), *parts, *(Line("create", "dependency", _way(edge)) for edge in after.dependencies)]
    return [_head(before, after), *_stages(before, after), *_edges(renamed(before, after), after)]


def renamed(before: Campaign, after: Campaign) -> Campaign:
    """The earlier document with the names that `was` gives its stages now."""
    had = names(before)
    new = {stage.was: stage.name for stage in after.stages if stage.was in had and stage.name not in had}
    stages = tuple(replace(s, name=new.get(s.name, s.name), was=s.name if s.name in new else "") if s.was or s.name in new else s
                   for s in before.stages)
    edges = tuple(replace(e, upstream=new.get(e.upstream, e.upstream), downstream=new.get(e.downstream, e.downstream))
                  for e in before.dependencies)
    return replace(before, stages=stages, dependencies=edges)


def names(campaign: Campaign) -> set[str]:
    return {stage.name for stage in campaign.stages}


def differences(before: Any, after: Any, names_: Iterable[str]) -> Differences:
    both = ((name, getattr(before, name), getattr(after, name)) for name in names_)
    return [(name, old, new) for name, old, new in both if old != new]


def settings_differences(before: Settings, after: Settings) -> Differences:
    return differences(before, after, (f.name for f in fields(Settings))) if before != after else []


def line(kind: str, name: str, found: Differences, *, verb: str = "update") -> Line:
    """What is different, as a line; nothing is: keep."""
    return Line(verb, kind, name, told(found)) if found else Line(KEEP, kind, name)


def told(found: Differences) -> str:
    return ", ".join(f"{name} {_shown(old)} → {_shown(new)}" for name, old, new in found)


def _head(before: Campaign, after: Campaign) -> Line:
    had = names(before)
    common = [s.name for s in after.stages if s.name in had]
    order: Differences = [("order of stages", tuple(s.name for s in before.stages if s.name in common), tuple(common))]
    moved = [one for one in order if one[1] != one[2] and set(one[1]) == set(one[2])]
    defaults = settings_differences(before.defaults, after.defaults)
    return line("campaign", after.name, [*differences(before, after, HEAD), *defaults, *moved])


def _stages(before: Campaign, after: Campaign) -> Iterator[Line]:
    old = {stage.name: stage for stage in renamed(before, after).stages}
    for stage in after.stages:
        if stage.name not in old:
            yield Line("create", "stage", stage.name)
            continue
        earlier = old[stage.name]
        found = [*differences(earlier, stage, PART), *settings_differences(earlier.settings, stage.settings)]
        if earlier.was:
            yield Line("rename", "stage", earlier.was, f"to {stage.name}")
        if found or not earlier.was:
            yield line("stage", stage.name, found)
    left = names(after)
    yield from (Line("retire", "stage", name) for name in old if name not in left)


def _edges(before: Campaign, after: Campaign) -> Iterator[Line]:
    old, new = set(before.dependencies), set(after.dependencies)
    yield from (Line(KEEP if edge in old else "create", "dependency", _way(edge)) for edge in after.dependencies)
    yield from (Line("retire", "dependency", _way(edge)) for edge in before.dependencies if edge not in new)


def _way(edge: Dependency) -> str:
    return f"{edge.upstream} → {edge.downstream} ({edge.pattern})"


def _shown(value: Any) -> str:
    if value is None:
        return "unsaid"
    text = value if isinstance(value, str) and value else repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
