"""`manage.py campaign import FILE` and `campaign export NAME`: a campaign as a text file, both ways."""
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.actors import member
from accounts.models import Experiment, Membership, User
from accounts.policy import Actor, Role
from campaigns import ini
from campaigns.document.changes import LEAVE, Line
from campaigns.models import Campaign
from campaigns.services import documents, plans, state
from pomssite.kit import clock
from pomssite.kit.errors import PomsError


class Command(BaseCommand):
    """Says what it will do before it does it; on any fault nothing is saved."""

    help = "Import a campaign from a file, or export one (docs/campaign-file.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        deeds = parser.add_subparsers(dest="deed", required=True)
        taken = deeds.add_parser("import", help="make or change a campaign as a file says")
        taken.add_argument("file", help="the file; - for standard input")
        taken.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        taken.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the file")
        taken.add_argument("--update-shared", action="store_true", help="change job types and login setups that differ")
        taken.add_argument("--why", default="", help="kept with the version")
        given = deeds.add_parser("export", help="print a campaign as a file")
        given.add_argument("name")
        for deed in (taken, given):
            deed.add_argument("--experiment", required=True)
            deed.add_argument("--with-state", action="store_true", help="also what is held, scheduled and cut")
            deed.add_argument("--user", default="", help="in whose name; else the first who may")
            deed.add_argument("--role", default=Role.PRODUCTION, help="in which role; else production")

    def handle(self, *args: object, deed: str, **said: Any) -> None:
        try:
            actor = _actor(said["experiment"], said["user"], said["role"])
            (self._import if deed == "import" else self._export)(actor, said)
        except (PomsError, ini.Broken) as no:
            raise CommandError(str(no)) from no

    def _export(self, actor: Actor, said: dict[str, Any]) -> None:
        row = Campaign.objects.visible_to(actor).filter(name=said["name"], retired_at=None).first()
        if row is None:
            raise CommandError(f"{actor.experiment} has no campaign {said['name']}.")
        self.stdout.write(ini.write(documents.read(row), state.read(row) if said["with_state"] else None), ending="")

    def _import(self, actor: Actor, said: dict[str, Any]) -> None:
        book = ini.look(_text(said["file"]), file=said["file"], values=_values(said["set"]))
        book.check(**documents.known(book.campaign.name, experiment=actor.experiment))
        restored = _restored(book, actor, with_state=said["with_state"])
        for fault in book.warnings:
            self.stderr.write(f"warning: {fault}")
        for line in plans.plan(book.campaign, experiment=actor.experiment, update_shared=said["update_shared"]):
            self.stdout.write(_told(line))
        if said["dry_run"]:
            self.stdout.write("dry run: nothing was changed")
        else:
            row = _store(book, restored, actor, said)
            self.stdout.write(f"campaign {row.name} of {actor.experiment} is at version {row.version.number if row.version else 0}")


@transaction.atomic
def _store(book: ini.Book, restored: state.State | None, actor: Actor, said: dict[str, Any]) -> Campaign:
    at = clock.now()
    row = documents.store(book.campaign, actor=actor, at=at, door="command", why=said["why"], update_shared=said["update_shared"])
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
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as bad:
        raise CommandError(f"{name} cannot be read: {bad.strerror}") from bad
    return ini.text_of(data, file=name)


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
