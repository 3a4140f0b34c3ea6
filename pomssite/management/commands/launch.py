"""`manage.py launch CAMPAIGN --experiment E`: begin a run, as the button on the campaign's page does."""
from django.core.management.base import BaseCommand, CommandError

from accounts.actors import member
from campaigns.models import Campaign, Stage
from pomssite.kit import clock
from pomssite.kit.errors import PomsError
from submissions.services import steering


class Command(BaseCommand):
    """Launches the only stage that nothing feeds, or the one that is named."""

    help = "Begin a run of a campaign."

    def add_arguments(self, parser) -> None:
        parser.add_argument("campaign")
        parser.add_argument("--experiment", required=True)
        parser.add_argument("--stage", default="", help="which stage; else the only one that nothing feeds")
        parser.add_argument("--user", required=True)
        parser.add_argument("--role", default="production")
        parser.add_argument("--key", default="", help="the same key begins a run only once; else each call begins one")
        parser.add_argument("--why", default="asked for on the command line")

    def handle(self, *args, **said) -> None:
        """Say which run began, or why none did."""
        try:
            actor = member(said["user"], said["experiment"], said["role"])
            campaign = Campaign.objects.visible_to(actor).get(name=said["campaign"], retired_at=None)
            stage = campaign.stages.get(name=said["stage"], retired_at=None) if said["stage"] else steering.root_of(campaign)
            at = clock.now()
            intent = steering.launch(stage, actor=actor, at=at, key=said["key"] or at.isoformat(), why=said["why"])
        except (PomsError, Campaign.DoesNotExist, Stage.DoesNotExist) as no:
            raise CommandError(f"{said['campaign']}: {no}") from no
        self.stdout.write(f"run {intent.run_id} of {stage} began")

