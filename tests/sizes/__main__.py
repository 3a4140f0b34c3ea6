"""Builds a laboratory of a size in the folder POMS_VAR, shows it, and measures the site at it.

    POMS_VAR=FOLDER python -m tests.sizes build tiny|S|M|L                                the rows, with a database of their own; done once
    POMS_VAR=FOLDER POMS_URL=http://127.0.0.1:8077 python -m tests.sizes serve [SIZE]     builds them (S), then serves the pages alone
    POMS_VAR=FOLDER python -m tests.sizes pages|lists|walled|audit SIZE TIMES             milliseconds, bytes, queries; the last line is JSON
    POMS_VAR=FOLDER python -m tests.sizes taken|idle SIZE TIMES                           rows a second taken in; pulses with nothing to do
    POMS_VAR=FOLDER python -m tests.sizes moves|together|reports NUMBER                   random moves, one deed for many, reports over HTTP;
                                                                                          on empty ground
    POMS_VAR=FOLDER python -m tests.sizes overtaken NUMBER                                launchers that are killed, one after the other; there
    POMS_VAR=FOLDER python -m tests.sizes wrapped|followed NUMBER TURNS                   so many that have ended, and their dependents; there

Sign in as ann (superuser of dune, nova and icarus), jkim (production), tnguyen … or root (the administration too); all have the password that
is printed. Nothing runs behind the pages: no task asks the grid for jobs that never were. Ctrl-C ends the server, `make stop` the database too.
"""
import importlib
import json
import os
import sys

from scripts import postgres, serve

AT_A_SIZE = {"pages": "measuring", "lists": "measuring", "walled": "measuring", "audit": "auditing", "taken": "writing", "idle": "writing"}
ON_EMPTY_GROUND = {"moves": ("moving", "told"), "together": ("together", "told"), "reports": ("writing", "reports"),
                   "wrapped": ("ending", "wrapped"), "followed": ("ending", "followed"),
                   "overtaken": ("dying", "overtaken"), "hangs": ("dying", "hangs")}
DEEDS = {"build", "serve", *AT_A_SIZE, *ON_EMPTY_GROUND}


def main(deed: str = "", name: str = "S", number: str = "") -> int:
    if deed not in DEEDS or os.environ.get("DATABASE_URL"):
        print(__doc__, "\nDATABASE_URL must not be set: the rows go into a database of their own.", sep="", file=sys.stderr)
        return 2
    os.environ.setdefault("POMS_VAR", str(postgres.ROOT / "var" / f"size-{name.lower()}"))
    os.environ.setdefault("POMS_LOG_LEVEL", "WARNING")
    if deed in ON_EMPTY_GROUND:
        print(json.dumps(_on_empty_ground(deed, *map(int, filter(None, (name, number))))))
        return 0
    password = _build(name)
    if deed == "serve":
        from django.core.management import call_command
        print(f"people: ann, jkim, root; password: {password}", flush=True)
        call_command("supervise", "--only", "database", "web")
    elif deed != "build":
        print(json.dumps(getattr(importlib.import_module(f"tests.sizes.{AT_A_SIZE[deed]}"), deed)(int(number or 30))))
    return 0


def _on_empty_ground(deed: str, *numbers: int) -> dict[str, object]:
    serve.prepare()
    module, name = ON_EMPTY_GROUND[deed]
    return dict(getattr(importlib.import_module(f"tests.sizes.{module}"), name)(*numbers))


def _build(name: str) -> str:
    """The password of everybody. Quickly written: what a power cut would spoil is built anew."""
    server = postgres.Server(postgres.folder_of())
    server.start(fast=True)
    serve.prepare()
    from django.conf import settings
    from django.db import connection

    from pomssite.kit import clock, environment
    from tests.sizes.build import built
    from tests.sizes.sizes import SIZES

    password = environment.secret(settings.VAR / "demo" / "password")
    if built(SIZES[name], now=clock.now().replace(minute=0, second=0, microsecond=0), password=password):
        connection.close()
        server.stop()
        server.start()
    return password


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
