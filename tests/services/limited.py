"""What limits and login hosts are tested with: launches that wait, and campaigns on a host."""
from dataclasses import replace

from campaigns.document import LoginSetup
from campaigns.models import Campaign
from submissions.models import LaunchIntent
from tests.makers import NOON, make_campaign, make_intent
from tests.services.crowds import by_one
from tests.services.deeds import go

FILES = tuple(f"f{n}" for n in range(6))
HOST = "gpvm1.lab"


def waiting():
    """The gate's answers, the oldest first."""
    return list(LaunchIntent.objects.waiting().order_by("pk").values_list("gate", flat=True))


def launched(worker, at=NOON):
    """Until nothing more goes out; how many did."""
    return sum(iter(lambda: go(worker, at), 0))


def many(name="mc", times=4, **said):
    """A campaign that is cut file by file, with so many launches that wait."""
    campaign = make_campaign(replace(by_one(**said), name=name), files=() if Campaign.objects.exists() else FILES)
    return campaign, [make_intent(campaign) for _ in range(times)]


def on_host(name="mc", host=HOST, **said):
    """One whose login setup names a host."""
    doc = replace(by_one(**said), name=name, login_setups=(LoginSetup("farm", host, "pro", ""),))
    return make_campaign(doc, files=() if Campaign.objects.exists() else FILES)
