"""Which files a document speaks of: what a catalogue may be asked, and what to say where there are none so far. Pure."""
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from campaigns.document.data import Campaign, Settings
from campaigns.document.soundness import Place, Problem
from datasets import patterns, splits

ANY = "%"


@dataclass(frozen=True)
class Spoken:
    """Files as one part of the document names them, and the query that means them."""

    place: Place
    field: str
    value: str
    said: str           # of the value, the part that is meant
    dimensions: str


def spoken(campaign: Campaign) -> Iterator[Spoken]:
    """The patterns of its dependencies; the datasets with which it begins."""
    for edge in campaign.dependencies:
        for part in patterns.split(edge.pattern):
            if part != ANY:
                yield Spoken(("dependency", edge.downstream), "pattern", edge.pattern, part, patterns.dimensions(part))
    fed = {edge.downstream for edge in campaign.dependencies}
    for stage in campaign.stages:
        if stage.name not in fed:
            yield from _begun_with(stage.name, campaign.settled(stage))


def _begun_with(stage: str, settings: Settings) -> Iterator[Spoken]:
    dataset = str(settings.dataset)
    for each in _datasets(str(settings.split), dataset) if settings.stage_type != "approval" else ():
        if words := splits.dimensions(each):
            yield Spoken(("stage", stage), "dataset", dataset, each, words)


def _datasets(split: str, dataset: str) -> list[str]:
    """What the split takes files from, as queries or names of queries."""
    try:
        return splits.parse(split)[0].names(dataset)
    except splits.BadSplit:
        return []       # a problem of its own


def doubts(campaign: Campaign, told: Mapping[str, str]) -> list[Problem]:
    """`told`: of queries that mean no file so far, the sentence about it."""
    return [Problem(each.place, each.field, each.value, f"{each.said}: {told[each.dimensions]}")
            for each in (spoken(campaign) if told else ()) if each.dimensions in told]
