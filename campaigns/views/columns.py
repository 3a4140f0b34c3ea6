"""Which columns the list of campaigns shows: a word of the address, kept with a saved view as any other."""
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

WORD, FORM = "cols", "columns"      # in an address: cols=tags,cpu; as the form sends it: columns=tags&columns=cpu
TITLES = {
    "tags": "Tags", "on": "On", "located": "Located", "running": "Running", "last": "Last 10 submissions", "next": "Next launch",
    "changed": "Changed", "updated": "Updated", "cpu": "CPU hours by site", "report": "Files report",
    "good": "Good jobs", "watchers": "Watchers", "creator": "Creator",
}
USUAL = ("tags", "on", "located", "running", "last", "next", "changed", "creator")
OF_SITES = frozenset({"cpu", "good"})       # read from the sums of sites


@dataclass(frozen=True)
class Columns:
    """Those that are shown beside the name, the state and the acts."""

    names: Sequence[str] = USUAL
    chosen: bool = False        # somebody asked for them: none hides where the window is narrow

    @classmethod
    def read(cls, words: QueryDict) -> "Columns":
        """As an address says it; what makes no sense is passed over."""
        said = words.get(WORD, "")
        return cls(ordered(said.split(",")), chosen=True) if said else cls()

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """Name, title, and whether it is shown."""
        return [(name, title, name in self.names) for name, title in TITLES.items()]

    @property
    def of_sites(self) -> bool:
        """One of them needs the sums of sites."""
        return not OF_SITES.isdisjoint(self.names)


def ordered(names: Sequence[str]) -> tuple[str, ...]:
    """Those that there are, in the order in which they stand."""
    return tuple(name for name in TITLES if name in names)


def said(names: Sequence[str]) -> str:
    """As an address says that just these are shown; the usual ones need no word."""
    kept = ordered(names)
    return "" if kept == USUAL else ",".join(kept) or "none"
