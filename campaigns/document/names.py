"""The same stage under another name: from version to version, and back. Pure."""
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from campaigns.document.data import Campaign

Stages = Mapping[str, str]      # of a document: the name of each stage, and the one that it had before


def heirs(first: Collection[str], later: Iterable[Stages]) -> dict[str, str]:
    """What the stages of a version are called in the last of those that came later; stages that are gone are left out."""
    found, had = {name: name for name in first}, set(first)
    for stages in later:
        new = {was: name for name, was in stages.items() if was in had and name not in had}
        found = {old: new.get(now, now) for old, now in found.items() if now in new or now in stages}
        had = set(stages)
    return found


def called(campaign: Campaign, new: Mapping[str, str]) -> Campaign:
    """The document with other names for its stages, as far as none of its own has them; also where it says what a stage was."""
    taken = {stage.name for stage in campaign.stages}
    free = {old: name for old, name in new.items() if name not in taken}
    stages = tuple(replace(stage, name=free.get(stage.name, stage.name), was=new.get(stage.was, stage.was)) for stage in campaign.stages)
    edges = tuple(replace(edge, upstream=free.get(edge.upstream, edge.upstream), downstream=free.get(edge.downstream, edge.downstream))
                  for edge in campaign.dependencies)
    return replace(campaign, stages=stages, dependencies=edges)
