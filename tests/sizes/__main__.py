"""Builds a laboratory of a size in the folder POMS_VAR, and shows it.

    POMS_VAR=FOLDER python -m tests.sizes build tiny|S|M|L                                the rows, with a database of their own; done once
    POMS_VAR=FOLDER POMS_URL=http://127.0.0.1:8077 python -m tests.sizes serve [SIZE]     builds them (S), then serves the pages alone

Sign in as ann (superuser of dune, nova and icarus), jkim (production), tnguyen … or root (the administration too); all have the password that
is printed. Nothing runs behind the pages: no task asks the grid for jobs that never were. Ctrl-C ends the server, `make stop` the database too.
"""
import os
import sys

from scripts import postgres, serve


def main(deed: str = "", name: str = "S") -> int:
    if deed not in {"build", "serve"} or os.environ.get("DATABASE_URL"):
        print(__doc__, "\nDATABASE_URL must not be set: the rows go into a database of their own.", sep="", file=sys.stderr)
        return 2
    os.environ.setdefault("POMS_VAR", str(postgres.ROOT / "var" / f"size-{name.lower()}"))
    _build(name)
    if deed == "serve":
        from django.core.management import call_command
        call_command("supervise", "--only", "database", "web")
    return 0


def _build(name: str) -> None:
    """Quickly written: what a power cut would spoil is built anew."""
    server = postgres.Server(postgres.folder_of())
    server.start(fast=True)
    serve.prepare()
    from django.conf import settings
    from django.db import connection

    from pomssite.kit import clock, environment
    from tests.sizes.build import built
    from tests.sizes.sizes import SIZES

    password = environment.secret(settings.VAR / "demo" / "password")
    built(SIZES[name], now=clock.now().replace(minute=0, second=0, microsecond=0), password=password)
    connection.close()
    server.stop()
    server.start()
    print(f"size {name} in {settings.VAR}; people: ann, jkim, root; password: {password}", flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
