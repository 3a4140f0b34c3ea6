"""`manage.py ferry_sync`: members as FERRY says, of every experiment that has a FERRY unit or of one; `--dry-run` says what would change."""
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.ferry.decision import Decision
from accounts.models import Experiment
from pomssite.kit import clock
from pomssite.kit.errors import PomsError
from submissions.services import roster


class Command(BaseCommand):
    """Prints the differences; exit 1 if an experiment's members were left as they are though something is wrong."""

    help = "Bring members, roles and who is active to what FERRY says (docs/people.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--experiment", default="", help="only this one")
        parser.add_argument("--dry-run", action="store_true", help="say what would be changed, and change nothing")

    def handle(self, *args: object, experiment: str, dry_run: bool, **options: Any) -> None:
        rows = Experiment.objects.filter(active=True, **{"pk": experiment} if experiment else {})
        rows = rows if experiment else rows.exclude(ferry_unit="")
        if not rows:
            raise CommandError(f"There is no active experiment {experiment}." if experiment else "No active experiment has a FERRY unit.")
        try:
            wrong = [row for row in rows if self._wrong(row, dry_run=dry_run)]
        except PomsError as no:
            raise CommandError(str(no)) from no
        if wrong:
            raise SystemExit(1)

    def _wrong(self, row: Experiment, *, dry_run: bool) -> bool:
        found = roster.preview(row) if dry_run else roster.sync(row, now=clock.now, door="command")
        for change in found.changes:
            who, what, before, after = change.words
            self.stdout.write(f"{row.pk}: {who} {what}{f': {before} -> {after}' if before and after else f' ({before or after})'}")
        self.stdout.write(f"{row.pk}: {_summary(found, dry_run=dry_run)}")
        return bool(found.trouble or found.empty or found.asks)


def _summary(found: Decision, *, dry_run: bool) -> str:
    if found.trouble:
        return f"nothing was changed. {found.trouble}"
    if found.empty:
        return f"nothing was changed. {roster.EMPTY}"
    if found.asks:
        return f"nothing was changed. {found.asks}: a superuser must agree on the page Members"
    if not found.changes:
        return "nothing differs"
    return f"{len(found.changes)} would be changed; dry run: nothing was" if dry_run else f"{len(found.changes)} changed"
