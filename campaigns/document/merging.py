"""What two people made of the same campaign, put together: each change of either, and mine where both changed the same thing. Pure."""
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from campaigns.document.changes import HEAD, PART, renamed
from campaigns.document.data import Campaign, Settings, Stage


@dataclass(frozen=True)
class Clash:
    """Both have changed it, in different ways; mine stands."""

    where: str
    mine: Any
    theirs: Any

    def __str__(self) -> str:
        return f"{self.where}: {_shown(self.mine)} stands, and not {_shown(self.theirs)}, which is saved now"


def merged(base: Campaign, mine: Campaign, theirs: Campaign) -> tuple[Campaign, list[Clash]]:
    """Both came from `base`. A stage is known by its name; under the names that `mine` gives them."""
    base, theirs, clashes = renamed(base, mine), renamed(theirs, mine), []

    def pick(where: str, old: Any, here: Any, there: Any) -> Any:
        if here != old and there not in (old, here):
            clashes.append(Clash(where, here, there))
        return there if here == old else here

    stages = tuple(_stages(base, mine, theirs, pick))
    names = {stage.name for stage in stages}
    edges = tuple(edge for edge in _edges(base, mine, theirs) if {edge.upstream, edge.downstream} <= names)
    head = {name: pick(name, getattr(base, name), getattr(mine, name), getattr(theirs, name)) for name in HEAD}
    defaults = _settings("defaults", base.defaults, mine.defaults, theirs.defaults, pick)
    return replace(mine, **head, defaults=defaults, stages=stages, dependencies=edges), clashes


Pick = Callable[[str, Any, Any, Any], Any]


def _stages(base: Campaign, mine: Campaign, theirs: Campaign, pick: Pick) -> Iterator[Stage]:
    """In my order; what they added comes after."""
    old, here, there = ({stage.name: stage for stage in each.stages} for each in (base, mine, theirs))
    for name in [*here, *(name for name in there if name not in here)]:
        if name in here and name in there:
            yield _both(old.get(name, Stage(name)), here[name], there[name], pick)
        elif name not in old:
            yield here.get(name) or there[name]
        elif found := pick(name, _alone(old[name]), _alone(here.get(name)), _alone(there.get(name))):
            yield found


def _alone(stage: Stage | None) -> Stage | None:
    """What it says, by whatever name it went."""
    return replace(stage, was="") if stage else None


def _both(old: Stage, here: Stage, there: Stage, pick: Pick) -> Stage:
    said = {name: pick(f"{here.name} {name}", getattr(old, name), getattr(here, name), getattr(there, name)) for name in PART}
    return replace(here, **said, settings=_settings(here.name, old.settings, here.settings, there.settings, pick))


def _settings(where: str, old: Settings, here: Settings, there: Settings, pick: Pick) -> Settings:
    names = [each.name for each in fields(Settings)]
    return Settings(**{name: pick(f"{where} {name}", getattr(old, name), getattr(here, name), getattr(there, name)) for name in names})


def _edges(base: Campaign, mine: Campaign, theirs: Campaign) -> Iterator[Any]:
    """Those that both have, and those that either added: what either took away is gone."""
    old, here, there = (set(each.dependencies) for each in (base, mine, theirs))
    return (edge for edge in sorted(here | there, key=str) if edge in here & there or edge not in old)


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    return value.name if isinstance(value, Stage) else str(value)[:80] or '""'
