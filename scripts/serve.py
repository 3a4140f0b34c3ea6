"""The platform in the foreground: database, tables, files of the pages, then the supervisor with all processes."""
import os
import sys

import django
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from pomssite.kit import supervisor
from scripts import postgres

MANAGE = [sys.executable, str(postgres.ROOT / "manage.py")]


def prepare() -> None:
    """A running database with its tables, and the files of the pages in one place; in this process rows can be read. May be repeated."""
    if not os.environ.get("DATABASE_URL"):
        postgres.Server(postgres.folder_of()).start()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pomssite.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    collect()
    connection.close()


def collect() -> None:
    """The files of the pages. What a killed collection has half written would pass for whole, so after one all are written anew."""
    begun = settings.VAR / "static.begun"
    killed = begun.exists()
    begun.touch()
    call_command("collectstatic", clear=killed, interactive=False, verbosity=0)
    begun.unlink(missing_ok=True)


def main() -> int:
    running = supervisor.holder(postgres.folder_of().parent / "run")
    if running:
        print(f"the platform runs already, under supervisor {running}; `make stop` ends it", file=sys.stderr)
        return 1
    try:
        prepare()
        print(f"POMS serves {settings.POMS_URL} until Ctrl-C or `make stop`", flush=True)
        call_command("supervise", *sys.argv[1:])
    except (postgres.Trouble, DatabaseError, CommandError) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
