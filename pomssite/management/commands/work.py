"""The background tasks: django-q's cluster, begun with a clean slate."""
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import close_old_connections

from submissions import pulses


class Command(BaseCommand):
    """`manage.py work` runs until it is told to stop."""

    help = __doc__

    def handle(self, *args: object, **options: object) -> None:
        pulses.forget()
        close_old_connections()         # the cluster forks
        call_command("qcluster")
