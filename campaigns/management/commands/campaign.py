"""`manage.py campaign import | export | roundtrip | diff | plan | apply`: a campaign as a text file, both ways."""
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.actors import member
from accounts.models import Experiment, Membership, User
from accounts.policy import Actor, Role
from campaigns import ini
from campaigns.document.changes import LEAVE, Line
from campaigns.ini import state as ini_state
from campaigns.ini import texts
from campaigns.models import Campaign
from campaigns.services import documents, matches, plans, state
from pomssite.kit import clock
from pomssite.kit.errors import PomsError
from submissions.services import radius

WHO = "--experiment --user --role"
DEEDS = {       # what it does, and what may be said to it
    "import": ("make or change a campaign as a file says", f"file --dry-run --set --update-shared --why --with-state {WHO}"),
    "export": ("print a campaign as a file", f"name --with-state {WHO}"),
    "roundtrip": ("read a file, write it, and read that again: silent where nothing is lost, else the difference", "file --set"),
    "diff": ("compare a campaign as it is saved with a file", f"file --set {WHO}"),
    "plan": ("say what a file would change and what that means for what is running; nothing is changed", f"file --set --update-shared {WHO}"),
    "apply": ("do what a plan said, unless the campaign has changed since", f"number --why {WHO}"),
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "file": {"help": "the file; - for standard input"},
    "name": {"help": "of the campaign"},
    "number": {"type": int, "help": "of the plan"},
    "--dry-run": {"action": "store_true", "help": "say what would be done, and do nothing"},
    "--set": {"action": "append", "default": [], "metavar": "NAME=VALUE", "help": "a parameter of the file"},
    "--update-shared": {"action": "store_true", "help": "change job types and login setups that differ"},
    "--why": {"default": "", "help": "kept with the version"},
    "--with-state": {"action": "store_true", "help": "also what is held, scheduled and cut"},
    "--experiment": {"required": True},
    "--user": {"default": "", "help": "in whose name; else the first who may"},
    "--role": {"default": Role.PRODUCTION, "help": "in which role; else production"},
}


class Command(BaseCommand):
    """Says what it will do before it does it; on any fault nothing is saved."""

    help = "A campaign and its file: import, export, compare, plan and apply (docs/campaign-file.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        deeds = parser.add_subparsers(dest="deed", required=True)
        for name, (words, wanted) in DEEDS.items():
            one = deeds.add_parser(name, help=words)
            for argument in wanted.split():
                one.add_argument(argument, **ARGUMENTS[argument])

    def handle(self, *args: object, deed: str, **said: Any) -> None:
        try:
            if deed == "roundtrip":
                self._roundtrip(said)
            else:
                getattr(self, f"_{deed}")(_actor(said["experiment"], said["user"], said["role"]), said)
        except (PomsError, ini.Broken) as no:
            raise CommandError(str(no)) from no

    def _roundtrip(self, said: dict[str, Any]) -> None:
        """Needs no database: the job types and login setups that a file names need not exist."""
        if found := texts.lost(_text(said["file"]), file=said["file"], values=_values(said["set"])):
            self._differs(found)

    def _diff(self, actor: Actor, said: dict[str, Any]) -> None:
        book = _book(said, actor)
        row = documents.living(book.campaign.name, experiment=actor.experiment)
        if found := texts.beside(ini.write(documents.read(row)) if row else "", ini.write(book.campaign), "saved", said["file"]):
            self._differs(found)

    def _differs(self, found: str) -> None:
        """As `diff` does: the difference, and exit 1."""
        self.stdout.write(found, ending="")
        sys.exit(1)

    def _plan(self, actor: Actor, said: dict[str, Any]) -> None:
        book = _book(said, actor)
        notes = self._doubts(book, actor)
        row = plans.keep(book.campaign, actor=actor, at=clock.now(), update_shared=said["update_shared"], notes=notes)
        for line in plans.lines_of(row):
            self.stdout.write(_told(line))
        for each in radius.of_plan(row):
            self.stdout.write(f"running: {each}")
        self.stdout.write(f"plan {row.pk}: nothing was changed; `manage.py campaign apply {row.pk} --experiment {actor.experiment}` does it")

    def _doubts(self, book: ini.Book, actor: Actor) -> list[str]:
        """What a person must know besides of a file; told, and given back to be kept with a plan."""
        doubts = matches.warnings(book, experiment=actor.experiment)
        for kind, sentences in (("note", book.notes), ("warning", doubts)):
            for sentence in sentences:
                self.stderr.write(f"{kind}: {sentence}")
        return [*doubts, *book.notes]

    def _apply(self, actor: Actor, said: dict[str, Any]) -> None:
        self._stored(plans.apply(said["number"], actor=actor, at=clock.now(), why=said["why"]))

    def _stored(self, row: Campaign) -> None:
        self.stdout.write(f"campaign {row.name} of {row.experiment_id} is at version {row.version.number if row.version else 0}")

    def _export(self, actor: Actor, said: dict[str, Any]) -> None:
        row = Campaign.objects.visible_to(actor).filter(name=said["name"], retired_at=None).first()
        if row is None:
            raise CommandError(f"{actor.experiment} has no campaign {said['name']}.")
        self.stdout.write(ini.write(documents.read(row), state.read(row, at=clock.now()) if said["with_state"] else None), ending="")

    def _import(self, actor: Actor, said: dict[str, Any]) -> None:
        book = _book(said, actor)
        restored = _restored(book, actor, with_state=said["with_state"])
        self._doubts(book, actor)
        for line in plans.plan(book.campaign, experiment=actor.experiment, update_shared=said["update_shared"]):
            self.stdout.write(_told(line))
        for key, value in ini_state.write(restored) if restored else ():
            self.stdout.write(f"state {key} = {value}")
        if said["dry_run"]:
            self.stdout.write("dry run: nothing was changed")
        else:
            self._stored(_store(book, restored, actor, said))


def _book(said: dict[str, Any], actor: Actor) -> ini.Book:
    book = ini.look(_text(said["file"]), file=said["file"], values=_values(said["set"]))
    book.check(**documents.known(book.campaign.name, experiment=actor.experiment))
    return book


@transaction.atomic
def _store(book: ini.Book, restored: state.State | None, actor: Actor, said: dict[str, Any]) -> Campaign:
    at = clock.now()
    row = documents.store(book.campaign, actor=actor, at=at, why=said["why"], update_shared=said["update_shared"])
    if restored is not None:
        state.apply(row, restored, actor=actor, at=at, why=said["why"])
    return row


def _restored(book: ini.Book, actor: Actor, *, with_state: bool) -> state.State | None:
    """The state to apply: only when asked for, and only to what does not exist yet."""
    if not with_state:
        return None
    if book.state is None:
        raise CommandError("--with-state: the file has no [state] section. Leave the option out, or export the campaign --with-state.")
    if documents.living(book.campaign.name, experiment=actor.experiment):
        raise CommandError(f"--with-state: campaign {book.campaign.name} exists, and a state is applied only to a new one. Leave it out.")
    return book.state


def _told(line: Line) -> str:
    return f"warning: {line}; it is left as it is, unless you say --update-shared" if line.verb == LEAVE else str(line)


def _text(name: str) -> str:
    try:
        with nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb") as file:
            data = file.read(settings.POMS_LARGEST_FILE + 1)
    except OSError as bad:
        raise CommandError(f"{name} cannot be read: {bad.strerror}") from bad
    return ini.text_of(data, file=name, most=settings.POMS_LARGEST_FILE)


def _values(pairs: list[str]) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise CommandError(f"--set {pair}: write --set name=value")
    return dict(pair.split("=", 1) for pair in pairs)


def _actor(experiment: str, username: str, role: str) -> Actor:
    if not Experiment.objects.filter(pk=experiment).exists():
        there = ", ".join(Experiment.objects.values_list("pk", flat=True)) or "none"
        raise CommandError(f"there is no experiment {experiment}; there are {there}")
    return member(username or _usual(experiment), experiment, role)


def _usual(experiment: str) -> str:
    """The first who acts for the experiment's production."""
    may = Membership.objects.filter(experiment_id=experiment, active=True, user__is_active=True, role__in=[Role.PRODUCTION, Role.SUPERUSER])
    found = may.order_by("pk").values_list("user__username", flat=True).first()
    found = found or User.objects.filter(is_superuser=True, is_active=True).order_by("pk").values_list("username", flat=True).first()
    if found is None:
        raise CommandError(f"nobody may act for the production of {experiment}: say --user and --role")
    return found
