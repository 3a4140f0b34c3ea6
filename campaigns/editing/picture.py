"""The graph of a document, as a browser draws it. Pure."""
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from campaigns import graph
from campaigns.document import Campaign, Problem, Settings
from campaigns.editing import marks
from datasets import splits

MANY = 150              # stages, from which on they are placed here: a browser would be seconds about it
WIDE, HIGH = 192, 96    # how far apart


def of(campaign: Campaign, problems: Sequence[Problem], doubts: Sequence[Problem]) -> Mapping[str, Any]:
    """Stages with a line about each, how many things are wrong with it, and how many are doubtful; dependencies with their patterns."""
    settled = {stage.name: campaign.settled(stage) for stage in campaign.stages}
    wrong, doubtful = (marks.of_stages(campaign, settled, found) for found in (problems, doubts))
    broken, loose = (marks.of_edges(campaign, found) for found in (problems, doubts))
    feeds: dict[str, list[str]] = {}
    for edge in campaign.dependencies:
        feeds.setdefault(edge.downstream, []).append(edge.upstream)
    spots = _spots(campaign)
    stages = [{"name": stage.name, "about": _about(settled[stage.name], feeds.get(stage.name, [])), "wrong": wrong[stage.name],
               "doubts": doubtful[stage.name], "at": list(stage.position) if stage.position else None, "spot": spots.get(stage.name)}
              for stage in campaign.stages]
    edges = [{"from": each.upstream, "to": each.downstream, "pattern": each.pattern, "wrong": each in broken, "doubts": each in loose}
             for each in campaign.dependencies]
    return {"stages": stages, "edges": edges}


def _spots(campaign: Campaign) -> dict[str, tuple[float, float]]:
    """Of very many stages, where each is drawn unless a person has put it somewhere: layer under layer, each in the middle."""
    names = [stage.name for stage in campaign.stages]
    edges = [(edge.upstream, edge.downstream) for edge in campaign.dependencies]
    if len(names) <= MANY or len(set(names)) < len(names) or not {name for edge in edges for name in edge} <= {*names} or graph.cycle(edges):
        return {}
    places = graph.layout(names, edges)
    wide = Counter(x for x, _ in places.values())
    return {name: ((y / graph.ROW - (wide[x] - 1) / 2) * WIDE, x / graph.COLUMN * HIGH) for name, (x, y) in places.items()}


def _about(settings: Settings, feeds: list[str]) -> str:
    """The one thing that tells it from the others: its split, what feeds it, or its type."""
    kind = "" if settings.stage_type == "regular" else str(settings.stage_type)
    split = "" if str(settings.split).strip().lower() in splits.NOTHING else str(settings.split)
    follows = f"follows {feeds[0]}" + (f" and {len(feeds) - 1} more" if len(feeds) > 1 else "") if feeds else ""
    return ", ".join(filter(None, (kind, split or follows))) or "all of it at once"
