"""Takes all campaigns, what they share and the catalogue out of a database, as if it were a new one; people stay."""
from django.apps import apps

from campaigns.models import Campaign

FIRST = ("campaigns.Plan", "campaigns.CampaignTag", "campaigns.Hold", "campaigns.Schedule", "campaigns.Downtime", "campaigns.SliceFile",
         "campaigns.Slice", "campaigns.Dependency", "campaigns.Stage", "campaigns.Tag", "campaigns.CampaignVersion", "campaigns.Campaign",
         "campaigns.JobType", "campaigns.LoginSetup", "datasets.Definition", "datasets.FileLocation", "datasets.File")


def wipe() -> None:
    """What points to another goes before it."""
    Campaign.objects.update(version=None)
    for name in FIRST:
        apps.get_model(name)._default_manager.all().delete()
