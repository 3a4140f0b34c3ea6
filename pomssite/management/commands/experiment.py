"""`manage.py experiment list | check NAME | add NAME …`: a laboratory's first day, on the command line."""
from collections.abc import Iterable
from dataclasses import fields

from django.core.management.base import BaseCommand, CommandError

from accounts.actors import root
from accounts.models import Experiment
from pomssite.kit import clock
from pomssite.kit.errors import PomsError
from submissions.services import newcomers
from submissions.services.newcomers import Answer, Newcomer

HELP = {
    "title": "its name in words",
    "batch": "which of the batch systems of POMS_BATCH_FILE takes its jobs",
    "batch_group": "its group there, if not its name", "ferry_unit": "whose members FERRY tells",
    "catalogue": "which of the data catalogues knows its files",
    "production": "account@host on which production launches", "analysis": "account@host on which analysts launch",
    "logbook": "address of its logbook", "service_desk": "address where people ask for help",
}
USUAL = {field.name: field.default for field in fields(Newcomer)}


class Command(BaseCommand):
    """Nothing is made unless all that is named answers, or `--anyway`."""

    help = "List experiments, ask after everything that one names, or bring one in."

    def add_arguments(self, parser) -> None:
        deeds = parser.add_subparsers(dest="deed", required=True)
        deeds.add_parser("list", help="the experiments")
        check = deeds.add_parser("check", help="ask after everything that an experiment names")
        check.add_argument("name")
        add = deeds.add_parser("add", help="bring in an experiment")
        add.add_argument("name", help="short, as in addresses")
        add.add_argument("--user", required=True, help="who asks: an administrator of the site")
        add.add_argument("--superuser", action="append", default=[], dest="superusers", help="a person who runs it; may be repeated")
        add.add_argument("--anyway", action="store_true", help="also if something does not answer")
        for name, words in HELP.items():
            add.add_argument(f"--{name.replace('_', '-')}", default=USUAL[name], help=words)

    def handle(self, *args, deed: str, **said) -> None:
        """Each answer is a line; exit 1 if one is not good."""
        try:
            getattr(self, f"_{deed}")(**said)
        except (PomsError, Experiment.DoesNotExist) as no:
            raise CommandError(str(no)) from no

    def _list(self, **said) -> None:
        """A line each."""
        for row in Experiment.objects.all():
            self.stdout.write(f"{row.name:20} {row.title}{'' if row.active else ' (not active)'}")

    def _check(self, name: str, **said) -> None:
        """What answers now."""
        self._tell(newcomers.ask(newcomers.known(Experiment.objects.get(pk=name)), at=clock.now()))

    def _add(self, name: str, user: str, anyway: bool, superusers: list[str], **said) -> None:
        """All of it or nothing."""
        of = Newcomer(name, superusers=tuple(superusers), **{key: said[key] for key in HELP})
        actor = root(user)
        if not anyway:
            self._tell(newcomers.ask(of, at=clock.now()))
        newcomers.add(of, actor=actor, at=clock.now())
        self.stdout.write(f"{name} is there: its people begin at /{name}/campaigns/")

    def _tell(self, answers: Iterable[Answer]) -> None:
        bad = 0
        for each in answers:
            self.stdout.write(f"{'good' if each.good else 'BAD '} {each.field} {each.value}: {each.said}")
            bad += not each.good
        if bad:
            raise CommandError(f"{bad} of these did not answer as they should.")
