"""`manage.py backup FILE`: everything that POMS knows, in one file. Outputs of jobs are not in it: they are the laboratory's."""
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from pomssite.kit import dumps
from pomssite.kit.errors import PomsError


class Command(BaseCommand):
    """While the platform runs: what is in it is the state of one moment."""

    help = "Write the whole database into a file. The secret key is not in it: keep that by itself."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, help="one that is not there yet")

    def handle(self, *args, file: Path, **options) -> None:
        """Say how large it is."""
        if file.exists():
            raise CommandError(f"{file} is there already. Name another.")
        try:
            size = dumps.dump(settings.DATABASES["default"], file)
        except (PomsError, OSError) as no:
            raise CommandError(str(no)) from no
        self.stdout.write(f"{file}: {size:,} bytes")
