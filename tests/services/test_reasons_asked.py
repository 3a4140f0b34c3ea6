"""Each deed of the table is done by its service: those that want a reason are refused without one, the others are not."""
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from accounts import reasons
from accounts.models import Experiment, FerrySync
from accounts.policy import Role
from campaigns.models import Slice
from campaigns.services import activity, documents, holds, naming, plans, schedules
from campaigns.services.slices import moving
from pomssite.kit.errors import Invalid
from submissions.models import LaunchIntent, Submission
from submissions.services import bulk, departures, recut, removal, repairs, roster, standstill, steering
from submissions.states import Status
from tests.makers import NOON, make_actor, make_campaign, make_document, make_intent, make_user
from tests.services.deeds import go

HOUSE = Path(__file__).parents[2]
ROOMS = [path for app in ("accounts", "campaigns", "submissions") for path in (HOUSE / app).rglob("*.py")]
GIVEN = re.compile(r'reasons\.given\(\s*"([^"]+)"')
WISH = repairs.Wish("consumed_status")


class Scene:
    """Work of ann, of which all can be said that a deed needs."""

    def __init__(self, worker):
        self.campaign, self.fresh = make_campaign(), make_campaign(make_document("fresh"), files=())
        self.gen = self.campaign.stages.get(name="gen")
        self.schedule = schedules.make(self.gen, schedules.Said(cron="0 6 * * *"), actor=make_actor(), at=NOON)
        make_intent(self.campaign)
        go(worker)
        self.submission, self.dune = Submission.objects.get(), Experiment.objects.get(pk="dune")
        FerrySync.objects.create(experiment=self.dune, mark="m")
        self.boss = replace(make_actor("boss", role=Role.SUPERUSER), root=True)

    def chosen(self):
        return bulk.choose("campaign", "hold", [str(self.campaign.pk)], actor=self.boss, at=NOON)

    def plan(self):
        return plans.keep(documents.read(self.fresh), actor=self.boss, at=NOON).pk


DEEDS = {       # by a deed of the table: what does it, with what was said of who, when and why
    "hold launches": lambda s, w: (holds.hold(s.campaign, **w), holds.hold(s.gen, **w)),
    "hold all launches": lambda s, w: holds.hold_all(s.dune, **w),
    "hold the site": lambda s, w: holds.hold_site(**w),
    "stop a campaign": lambda s, w: standstill.stop(s.campaign, **w),
    "change whether a campaign is active": lambda s, w: activity.deactivate(s.campaign, **w),
    "delete a campaign": lambda s, w: removal.delete(s.fresh, **w),
    "pause a schedule": lambda s, w: schedules.pause(s.schedule, **w),
    "end a schedule": lambda s, w: schedules.retire(s.schedule, **w),
    "plan a downtime": lambda s, w: schedules.announce(begins_at=NOON, ends_at=NOON + timedelta(hours=1), **w),
    "hold, release or kill jobs": lambda s, w: steering.order(s.submission, "remove", **w),
    "mark a submission": lambda s, w: steering.mark(s.submission, Status.LOCATED, **w),
    "recover": lambda s, w: repairs.recover(s.submission, WISH, key="k", **w),
    "launch once more": lambda s, w: repairs.once_more(LaunchIntent.objects.first(), **w),
    "do a slice again": lambda s, w: recut.redo(Slice(stage=s.gen), **w),
    "move a split": lambda s, w: moving.reset(s.gen, settings=documents.settings_of(s.gen), for_test=False, **w),
    "act on many": lambda s, w: bulk.start(s.chosen(), said={}, **w),
    "hand over": lambda s, w: departures.hand_over(make_user("zoe"), "ann", **w),
    "agree with FERRY": lambda s, w: roster.agree(s.dune, "m", **w),
    "launch": lambda s, w: steering.launch(s.gen, key="k", **w),
    "release launches": lambda s, w: holds.release(s.campaign, **w),
    "release all launches": lambda s, w: holds.release_all(s.dune, **w),
    "release the site": lambda s, w: holds.release_site(**w),
    "resume a campaign": lambda s, w: standstill.resume(s.campaign, **w),
    "resume a schedule": lambda s, w: schedules.resume(s.schedule, **w),
    "change a campaign": lambda s, w: plans.apply(s.plan(), **w),
    "rename a campaign": lambda s, w: naming.rename(s.campaign, "mc2", **w),
}


@pytest.fixture
def scene(worker):
    return Scene(worker)


def test_the_table_names_every_deed_that_asks_it_and_no_other():
    asked = {name for path in ROOMS for name in GIVEN.findall(path.read_text())}
    assert asked == {*reasons.ASKED, *reasons.FREE} == {*DEEDS} and not {*reasons.ASKED} & reasons.FREE


def test_no_room_asks_for_a_reason_by_itself():
    assert [path for path in ROOMS if "Reason is empty" in path.read_text() and path.name != "reasons.py"] == []


@pytest.mark.parametrize("deed", reasons.ASKED)
@pytest.mark.parametrize("why", ["", " \t\n"])
def test_what_changes_the_course_of_things_wants_a_reason(scene, deed, why):
    with pytest.raises(Invalid, match=re.escape(f"Reason is empty. {reasons.ASKED[deed]}")):
        DEEDS[deed](scene, {"actor": scene.boss, "at": NOON, "why": why})


@pytest.mark.parametrize("deed", sorted(reasons.FREE))
def test_what_goes_on_as_it_was_meant_to_wants_none(scene, deed):
    DEEDS[deed](scene, {"actor": scene.boss, "at": NOON, "why": ""})
