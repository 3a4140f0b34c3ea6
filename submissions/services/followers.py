"""What depends on a family: its launches, and, where more came later, the launches over what is new."""
from collections.abc import Iterable
from datetime import datetime

from campaigns.models import Dependency
from campaigns.services import documents
from submissions.models import LaunchIntent, Run, Submission
from submissions.services import families, intents

NEW, NOTHING = "new", "nothing"       # what dependents get of a recovery that a person asked for after they were launched
CAUSES = ("dependent", "all", "drained")
Edges = list[Dependency]


def start(first: Submission, run: Run, *, at: datetime) -> None:
    """One launch for each upstream submission; the other joins look at the whole run, see joins."""
    for edge in edges_of(first):
        if documents.settings_of(edge.downstream).join == "each":
            intents.intend(edge.downstream, key=key_of("each", first, edge), cause="dependent", run=run, owner=first.owner, at=at,
                           lineage_id=first.lineage_id, dimensions=families.outputs([first], edge.pattern), reason=f"after {first.tag}")


def start_again(first: Submission, late: Submission, run: Run, *, at: datetime) -> None:
    """What the late recovery brought, without what they were given already; who is not launched yet gets it with the rest."""
    if late.intent.preview.get("dependents") != NEW:
        return
    for key, cause, edges in _followed(first):
        given = LaunchIntent.objects.filter(key=key) | LaunchIntent.objects.filter(key__startswith=f"{key}:")
        if given.exists() and not given.waiting().exists():
            fresh = families.union(families.outputs([first], edge.pattern) for edge in edges)
            intents.intend(edges[0].downstream, key=f"{key}:{late.pk}", cause=cause, run=run, owner=late.owner, at=at,
                           lineage_id=None if cause == "drained" else first.lineage_id, dimensions=families.without(fresh, _tags(given)),
                           reason=f"what {late.tag} brought")


def key_of(join: str, first: Submission, edge: Dependency) -> str:
    """Names the cause of a dependent's launch."""
    return {"each": f"dependent:{first.pk}:{edge.pk}", "all": f"all:{first.lineage_id}:{edge.downstream_id}",
            "drained": f"drained:{first.run_id}:{edge.downstream_id}"}[join]


def _followed(first: Submission) -> Iterable[tuple[str, str, Edges]]:
    """The key of each launch that followed from this family, its cause, and the edges that it is about."""
    found: dict[tuple[str, str], Edges] = {}
    for edge in edges_of(first):
        join = documents.settings_of(edge.downstream).join or "each"
        found.setdefault((key_of(join, first, edge), "dependent" if join == "each" else join), []).append(edge)
    return [(key, cause, edges) for (key, cause), edges in found.items()]


def edges_of(first: Submission) -> Edges:
    """The dependencies on its stage, by stage."""
    rows = Dependency.objects.filter(upstream=first.stage_id, retired_at=None).select_related("downstream__campaign")
    return list(rows.order_by("downstream", "pk"))


def _tags(given: Iterable[LaunchIntent]) -> list[str]:
    """Of what was launched for these intents, recoveries left out: they run over the same files."""
    return list(Submission.objects.filter(intent__in=list(given), abandoned_at=None).order_by("pk").values_list("tag", flat=True))
