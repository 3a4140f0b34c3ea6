"""`manage.py restore FILE --successor | --copy`: what `backup` wrote, into an empty database."""
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from pomssite.kit import clock, dumps
from pomssite.kit.errors import PomsError
from submissions.services import succession


class Command(BaseCommand):
    """Two platforms over one pool must not take each other's jobs for their own: so one says which of them this is."""

    help = "Fill an empty database from a backup."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--successor", action="store_true", help="the other had stopped before the backup was made: it goes on here")
        which.add_argument("--copy", action="store_true", help="anything else: the other lives on, or worked on after the backup")

    def handle(self, *args, file: Path, copy: bool, **options) -> None:
        """Refuse a database that is not empty, but for what an earlier restore has left half; migrate what is older."""
        if connection.introspection.table_names() and not dumps.is_half_loaded():
            raise CommandError("The database is not empty. Make a new one (`createdb`), and name it in DATABASE_URL.")
        try:
            self.stdout.write(self._restored(file, copy=copy))
        except (PomsError, OSError) as no:
            raise CommandError(f"{no} Nothing works here until a restore comes to its end.") from no

    def _restored(self, file: Path, *, copy: bool) -> str:
        """Marked until all of it is done: what is killed on the way launches nothing under the other's name."""
        dumps.mark_half_loaded(yes=True)
        dumps.empty()
        dumps.load(settings.DATABASES["default"], file)
        call_command("migrate", verbosity=0)
        said = succession.begin(copy=copy, at=clock.now())
        dumps.mark_half_loaded(yes=False)
        return said
