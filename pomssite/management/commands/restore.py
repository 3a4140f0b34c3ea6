"""`manage.py restore FILE --successor | --copy`: what `backup` wrote, into an empty database."""
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from pomssite.kit import dumps
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
        """Refuse a database that is not empty; migrate what is older."""
        if connection.introspection.table_names():
            raise CommandError("The database is not empty. Make a new one (`createdb`), and name it in DATABASE_URL.")
        try:
            dumps.load(settings.DATABASES["default"], file)
        except (PomsError, OSError) as no:
            raise CommandError(str(no)) from no
        call_command("migrate", verbosity=0)
        self.stdout.write(succession.begin(copy=copy))
