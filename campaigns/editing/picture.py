"""The graph of a document, as a browser draws it. Pure."""
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from campaigns.document import Campaign, Problem, Settings
from datasets import splits


def of(campaign: Campaign, problems: Iterable[Problem]) -> Mapping[str, Any]:
    """Stages with a line about each and how many things are wrong with it; dependencies with their patterns."""
    wrong = Counter(problem.place[1] for problem in problems if problem.place[0] == "stage")
    loose = {problem.place[1] for problem in problems if problem.place[0] == "dependency"}
    feeds: dict[str, list[str]] = {}
    for edge in campaign.dependencies:
        feeds.setdefault(edge.downstream, []).append(edge.upstream)
    stages = [{"name": stage.name, "about": _about(campaign.settled(stage), feeds.get(stage.name, [])), "wrong": wrong[stage.name],
               "at": list(stage.position) if stage.position else None} for stage in campaign.stages]
    edges = [{"from": each.upstream, "to": each.downstream, "pattern": each.pattern, "wrong": each.downstream in loose}
             for each in campaign.dependencies]
    return {"stages": stages, "edges": edges}


def _about(settings: Settings, feeds: list[str]) -> str:
    """The one thing that tells it from the others: its split, what feeds it, or its type."""
    kind = "" if settings.stage_type == "regular" else str(settings.stage_type)
    split = "" if str(settings.split).strip().lower() in splits.NOTHING else str(settings.split)
    follows = f"follows {feeds[0]}" + (f" and {len(feeds) - 1} more" if len(feeds) > 1 else "") if feeds else ""
    return ", ".join(filter(None, (kind, split or follows))) or "all of it at once"
