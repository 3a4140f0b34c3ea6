"""Runs the platform in the foreground: database, web server, background tasks and ticker, each kept alive."""
import os
import sys
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from pomssite.kit.errors import Conflict
from pomssite.kit.supervisor import Child, Supervisor


class Command(BaseCommand):
    """The one process to start; it starts the others."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bind", default=os.environ.get("POMS_BIND", "127.0.0.1"), help="address to listen on")
        parser.add_argument("--port", type=int, default=settings.ADDRESS.port, help="port to listen on")
        parser.add_argument("--only", nargs="*", choices=["database", "tasks", "tick", "web"], help="start only these")

    def handle(self, *args: object, bind: str, port: int, only: list[str] | None, **options: object) -> None:
        chosen = [child for child in children(f"{bind}:{port}") if not only or child.name in only]
        try:
            Supervisor(settings.VAR / "run", settings.VAR / "log", chosen).run()
        except Conflict as taken:
            raise CommandError(str(taken)) from taken


def children(bind: str) -> list[Child]:
    """What the platform consists of."""
    manage = [sys.executable, str(settings.ROOT / "manage.py")]
    workers = os.environ.get("POMS_WEB_WORKERS", "2")
    web = [sys.executable, "-m", "gunicorn", "pomssite.asgi:application", "--bind", bind, "--workers", workers,
           "--worker-class", "pomssite.web.Worker", "--chdir", str(settings.ROOT), "--graceful-timeout", "4", "--timeout", "60"]
    database = [] if os.environ.get("DATABASE_URL") else [Child("database", [sys.executable, "-m", "scripts.postgres", "keep"])]
    return [*database, Child("web", web), Child("tasks", [*manage, "work"]), Child("tick", [*manage, "tick"])]
