"""Where one may go from every page: the side navigation, and where old addresses lead. Names of views, so that no app below knows one above."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One line of the navigation. `has` are the views that belong to it; of two that fit the longer one counts."""

    words: str
    icon: str
    view: str
    key: str = ""
    has: tuple[str, ...] = ()

    def fit(self, view: str) -> int:
        """How well a view belongs here: 0 not at all."""
        return max((len(start) for start in (self.view, *self.has) if view.startswith(start)), default=0)


PLACES: dict[str, tuple[Place, ...]] = {
    "Operate": (
        Place("Campaigns", "camp", "campaigns:list", "g c", ("campaigns:",)),
        Place("Stages", "stage", "campaigns:stages", "g e", ("campaigns:stage", "campaigns:slice")),
        Place("Submissions", "sub", "submissions:list", "g s", ("submissions:",)),
        Place("Jobs", "jobs", "submissions:jobs", "g j", ("submissions:job",)),
        Place("Acts on many", "check", "submissions:bulk", "g m"),
        Place("Schedules", "idle", "campaigns:schedules", "g p", ("campaigns:schedule",)),
        Place("Downtimes", "cal", "campaigns:downtimes", "g o", ("campaigns:downtime",)),
    ),
    "Understand": (
        Place("Datasets", "data", "datasets:why", "g d", ("datasets:",)),
    ),
    "Build": (
        Place("Templates", "clone", "campaigns:templates", "g t", ("campaigns:template",)),
    ),
    "Experiment": (
        Place("Members", "users", "members:list", "g u", ("members:",)),
        Place("Audit", "eye", "audit:list", "g a", ("audit:",)),
        Place("Tokens", "key", "tokens:list", "g k", ("tokens:",)),
    ),
}

NOWHERE = ("submissions:search",)      # of no line: it looks through all of them


def current(view: str) -> Place | None:
    """The line of the navigation to which a view belongs."""
    if view in NOWHERE:
        return None
    best = max((place for group in PLACES.values() for place in group), key=lambda place: place.fit(view))
    return best if best.fit(view) else None
