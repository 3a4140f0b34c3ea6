"""`manage.py notice TEXT [--maintenance]`: tell everybody on every page; `notice --lift`: take it back."""
from django.core.management.base import BaseCommand, CommandError

from accounts import notices
from accounts.actors import root
from pomssite.kit import clock
from pomssite.kit.errors import PomsError


class Command(BaseCommand):
    """One stands at a time; a new one takes the place of the one before."""

    help = "Tell everybody something on every page, or begin and end maintenance."

    def add_arguments(self, parser) -> None:
        parser.add_argument("text", nargs="?", default="", help="what there is, and until when")
        parser.add_argument("--maintenance", action="store_true", help="meanwhile nobody but administrators of the site changes anything")
        parser.add_argument("--lift", action="store_true", help="nobody is told any more, and maintenance ends")
        parser.add_argument("--user", required=True, help="an administrator of the site")

    def handle(self, *args, text: str, maintenance: bool, lift: bool, user: str, **options) -> None:
        """Say what everybody is told now."""
        if lift == bool(text):
            raise CommandError("Say a text, or --lift.")
        try:
            actor = root(user)
            if lift:
                self.stdout.write("lifted" if notices.lift(actor=actor, at=clock.now()) else "nothing was said")
            else:
                self.stdout.write(f"told: {notices.announce(text, maintenance=maintenance, actor=actor, at=clock.now())}")
        except PomsError as no:
            raise CommandError(str(no)) from no
