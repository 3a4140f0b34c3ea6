"""Counts anew what is kept counted, and says what differed. Nothing should: each summary is kept by whoever writes what it sums."""
from collections.abc import Callable

from django.core.management.base import BaseCommand

from pomssite.kit import clock
from submissions.services import census, standing, tally

REBUILDS: dict[str, Callable[[], list[str]]] = {        # a summary, and what makes it true again while the house is at work
    "submissions by status": tally.rebuild,
    "how each campaign stands": standing.rebuild,
    "jobs by state, end, site and time": census.rebuild,
}
SHOWN = 20


class Command(BaseCommand):
    """`manage.py rebuild`, whenever one doubts; exit 1 if something differed."""

    help = __doc__

    def handle(self, *args: object, **options: object) -> None:
        wrong = sum(self._rebuilt(name, rebuild) for name, rebuild in REBUILDS.items())
        census.thin(at=clock.now())
        if wrong:
            raise SystemExit(1)

    def _rebuilt(self, name: str, rebuild: Callable[[], list[str]]) -> int:
        found = rebuild()
        self.stdout.write(f"{name}: {len(found) or 'nothing'} differed" + (", and was corrected" if found else ""))
        for words in found[:SHOWN]:
            self.stdout.write(f"  {words}")
        if found[SHOWN:]:
            self.stdout.write(f"  and {len(found) - SHOWN} more")
        return len(found)
