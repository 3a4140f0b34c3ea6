"""What the demo reads of a run: how far it is, what a recovery brought home, and why it will never come to its end."""
import io
from pathlib import Path

import pytest

from campaigns import ini
from campaigns.document import Dependency, Settings, Stage
from campaigns.services import documents
from scripts.demo import platform, story, watch
from scripts.demo.bars import Board
from scripts.demo.choices import Place
from scripts.demo.trouble import Trouble
from submissions.models import Submission
from submissions.states import JobState
from tests.makers import NOON, make_actor, make_campaign, make_document, make_intent
from tests.services.deeds import LATER, go, produce, report, wrap

PLACE = Place(Path("var"), "http://127.0.0.1:1")
TEMPLATE = Path(__file__).parents[2] / "demo" / "zmumu.ini"


def launched(worker, doc=None):
    """A run in the demo's experiment, its first submission sent."""
    campaign = make_campaign(doc, actor=make_actor("demo", "demo"), files=("a", "b", "c"))
    make_intent(campaign, key="manual:1:demo")
    go(worker)
    return campaign, Submission.objects.earliest("pk")


def until_complete(campaign, **said):
    return watch.until_complete(campaign.name, PLACE, board=Board(io.StringIO()), **said)


def test_of_the_template_each_stage_is_expected_to_have_its_part(db, worker):
    doc = ini.parse(TEMPLATE.read_text(), values={"seeds": "1, 2, 3"})
    campaign = documents.store(doc, actor=make_actor("demo", "demo"), at=NOON)
    make_intent(campaign, key="manual:1:demo")
    go(worker)
    bars = story.bars(story.run_of("zmumu"))
    assert [(bar.name, bar.expected, bar.at_work) for bar in bars] == [("generate", 3, 1), ("simulate", 3, 0), ("merge", 1, 0), ("fit", 1, 0)]


def test_what_a_recovery_brought_home_is_counted_once_and_the_rest_not(db, worker):
    campaign, first = launched(worker)
    produce(first, "a", "b")
    report(first, JobState.FAILED)
    wrap()
    go(worker, LATER)
    second = Submission.objects.get(parent=first)
    produce(second, "c")
    report(second, JobState.DONE)
    wrap()
    outcome = story.outcome(story.run_of(campaign.name))
    assert (outcome.submissions, outcome.jobs, outcome.recovered) == (2, 2, 1)
    assert outcome.seconds == (LATER - NOON).total_seconds()
    gen = story.bars(story.run_of(campaign.name))[0]
    assert (gen.is_complete, gen.recoveries, gen.done, gen.failed) == (True, 1, 1, 1)


def test_a_complete_run_ends_the_watch_with_its_figures(db, worker):
    campaign, first = launched(worker, make_document(stages=(Stage("gen"),), dependencies=()))
    produce(first, "a", "b", "c")
    report(first, JobState.DONE)
    wrap()
    assert until_complete(campaign, patience_s=0).submissions == 1


def test_a_stuck_run_fails_loudly_with_its_sentence(db, worker):
    campaign, first = launched(worker, make_document(defaults=Settings(recover_failed=False)))
    report(first, JobState.FAILED)
    wrap()
    with pytest.raises(Trouble, match=r"it is stuck\n.*gen: .*recover_failed = no(?s:.*)logs are in"):
        until_complete(campaign, patience_s=60)


def test_a_run_that_does_not_move_fails_with_what_waits(db, worker):
    campaign = make_campaign(actor=make_actor("demo", "demo"))
    make_intent(campaign, key="manual:1:demo")
    with pytest.raises(Trouble, match=r"nothing moved for(?s:.*)launch manual:.* waits: for a launcher"):
        until_complete(campaign, patience_s=-1)


def test_a_joined_run_is_the_latest_of_the_newest_campaign(db):
    actor = make_actor("demo", "demo")
    assert (platform.campaign_name(new=False), platform.campaign_name(new=True)) == ("zmumu", "zmumu")
    for name in ("zmumu", "zmumu-9", "zmumu-10", "zmumu-x", "other-99"):
        make_campaign(make_document(name, stages=(Stage("gen"), Stage("reco")), dependencies=(Dependency("gen", "reco"),)), actor=actor, files=())
    assert (platform.campaign_name(new=False), platform.campaign_name(new=True)) == ("zmumu-10", "zmumu-11")


def test_people_are_made_once_and_the_password_is_kept_for_its_owner_only(db, tmp_path):
    place = Place(tmp_path, "http://127.0.0.1:1")
    password = platform.people(place)
    assert platform.people(place) == password
    assert (tmp_path / "demo" / "password").stat().st_mode & 0o777 == 0o600
    assert make_actor("demo", "demo").role == "production"
