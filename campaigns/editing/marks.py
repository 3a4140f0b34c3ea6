"""Where in the graph a problem is shown: on which stages, and on which dependencies. Pure."""
from collections import Counter
from collections.abc import Iterable, Mapping

from campaigns.document import Campaign, Dependency, Problem, Settings
from datasets import patterns

SHARED = ("job_type", "login_setup")


def concerns(edge: Dependency, problem: Problem) -> bool:
    """Whether it is this dependency that the problem is about, of all that the stage has."""
    if problem.place != ("dependency", edge.downstream):
        return False
    if problem.field == "pattern":
        return problem.value == edge.pattern or problem.value in patterns.split(edge.pattern)
    return problem.value == getattr(edge, problem.field, problem.value)


def of_stages(campaign: Campaign, settled: Mapping[str, Settings], problems: Iterable[Problem]) -> Counter[str]:
    """How many there are of each stage. What is wrong with the defaults or with a job type is so for the stages that use them."""
    found: Counter[str] = Counter()
    for problem in problems:
        found.update(_stages(campaign, settled, problem))
    return found


def _stages(campaign: Campaign, settled: Mapping[str, Settings], problem: Problem) -> list[str]:
    kind, *names = problem.place
    if kind in ("stage", "dependency"):
        return names[:1]
    if kind == "defaults":
        return [stage.name for stage in campaign.stages if getattr(stage.settings, problem.field, "") is None]
    return [name for name, settings in settled.items() if kind in SHARED and getattr(settings, kind) == names[0]]


def of_edges(campaign: Campaign, problems: Iterable[Problem]) -> set[Dependency]:
    told: dict[str, list[Problem]] = {}
    for problem in problems:
        if problem.place[0] == "dependency":
            told.setdefault(problem.place[1], []).append(problem)
    return {edge for edge in campaign.dependencies if any(concerns(edge, problem) for problem in told.get(edge.downstream, ()))}
