"""Builds a laboratory of a size in the folder POMS_VAR, shows it, and measures the site at it.

    POMS_VAR=FOLDER python -m tests.sizes build tiny|S|M|L                                the rows, with a database of their own; done once
    POMS_VAR=FOLDER POMS_URL=http://127.0.0.1:8077 python -m tests.sizes serve [SIZE]     builds them (S), then serves the pages alone
    POMS_VAR=FOLDER python -m tests.sizes pages|lists SIZE TIMES                          milliseconds, bytes, queries; the last line is JSON
    POMS_VAR=FOLDER python -m tests.sizes moves NUMBER                                    random moves, on empty ground
    POMS_VAR=FOLDER python -m tests.sizes together NUMBER                                 one deed for so many, on empty ground

Sign in as ann (superuser of dune, nova and icarus), jkim (production), tnguyen … or root (the administration too); all have the password that
is printed. Nothing runs behind the pages: no task asks the grid for jobs that never were. Ctrl-C ends the server, `make stop` the database too.
"""
import importlib
import json
import os
import sys

from scripts import postgres, serve

DEEDS = {"build", "serve", "pages", "lists", "moves", "together"}


def main(deed: str = "", name: str = "S", number: str = "30") -> int:
    if deed not in DEEDS or os.environ.get("DATABASE_URL"):
        print(__doc__, "\nDATABASE_URL must not be set: the rows go into a database of their own.", sep="", file=sys.stderr)
        return 2
    os.environ.setdefault("POMS_VAR", str(postgres.ROOT / "var" / f"size-{name.lower()}"))
    os.environ.setdefault("POMS_LOG_LEVEL", "WARNING")
    if deed in ("moves", "together"):
        print(json.dumps(_on_empty_ground(deed, int(name))))
        return 0
    password = _build(name)
    if deed == "serve":
        from django.core.management import call_command
        print(f"people: ann, jkim, root; password: {password}", flush=True)
        call_command("supervise", "--only", "database", "web")
    elif deed != "build":
        from tests.sizes import measuring
        print(json.dumps(getattr(measuring, deed)(int(number))))
    return 0


def _on_empty_ground(deed: str, number: int) -> dict[str, object]:
    serve.prepare()
    return importlib.import_module(f"tests.sizes.{'moving' if deed == 'moves' else deed}").told(number)


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
