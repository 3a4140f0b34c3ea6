"""Renaming, labels, watching, views, clones and deletion: who may, what is kept of it, and what is refused with a sentence."""
from contextlib import suppress
from dataclasses import replace
from itertools import count

import pytest

from accounts.models import Event
from campaigns import document
from campaigns.document import Dependency, Settings, Stage, cloning
from campaigns.models import Campaign, CampaignTag, Hold, OldName, SavedView, Schedule, Watch
from campaigns.services import copies, documents, holds, labels, looks, naming, schedules
from pomssite.kit.errors import Conflict, Invalid, NotAllowed
from submissions.models import LaunchIntent
from submissions.services import intents, removal, steering
from tests.makers import NOON, TEST, make_actor, make_campaign, make_document, make_intent
from tests.services.crowds import overtaken
from tests.services.deeds import go

STAGES = (Stage("gen_MC9", Settings(software_version="v9", split="none", param_overrides=(("-c", "MC9.fcl"),))),
          Stage("reco", Settings(dataset="from_parent")))


def told(what):
    return list(Event.objects.filter(what=what).values_list("by", "role", "before", "after", "why"))


def test_a_campaign_is_renamed_and_its_old_name_finds_it(campaign):
    ann, version = make_actor(), campaign.version.number
    assert naming.rename(campaign, "mc_2026", actor=ann, at=NOON, why="clearer")
    campaign.refresh_from_db()
    assert (campaign.name, campaign.version.number, campaign.version.document["name"]) == ("mc_2026", version + 1, "mc_2026")
    assert naming.find("mc", experiment="dune") == naming.find("mc_2026", experiment="dune") == campaign
    assert naming.find("mc", experiment="nova") is None
    assert told("campaign renamed") == [("ann", "production", "mc", "mc_2026", "clearer")]
    assert not naming.rename(campaign, "mc_2026", actor=ann, at=NOON)


def test_a_name_that_was_left_may_be_taken_by_another(campaign):
    ann = make_actor()
    naming.rename(campaign, "other", actor=ann, at=NOON)
    new = make_campaign(make_document("mc"), files=())
    assert naming.find("mc", experiment="dune") == new
    naming.rename(new, "third", actor=ann, at=NOON)
    assert naming.find("mc", experiment="dune") == new
    naming.rename(campaign, "mc", actor=ann, at=NOON)
    assert naming.find("mc", experiment="dune") == campaign
    assert set(OldName.objects.values_list("name", flat=True)) == {"other"}


@pytest.mark.parametrize(("name", "error"), [("", Invalid), (" x", Invalid), ("x\0", Invalid), ("x" * 300, Invalid), ("taken", Conflict)])
def test_a_name_that_cannot_be_is_refused(campaign, name, error):
    make_campaign(make_document("taken"), files=())
    with pytest.raises(error, match="Nothing was changed"):
        naming.rename(campaign, name, actor=make_actor(), at=NOON)
    assert not OldName.objects.exists()


@pytest.mark.parametrize("deed", [
    lambda row, bob: naming.rename(row, "new", actor=bob, at=NOON), lambda row, bob: labels.tag(row, "x", actor=bob, at=NOON),
    lambda row, bob: labels.untag(row, "x", actor=bob, at=NOON), lambda row, bob: removal.delete(row, actor=bob, at=NOON, why="x")])
def test_an_analyst_changes_no_campaign_of_the_production(campaign, deed):
    with pytest.raises(NotAllowed):
        deed(campaign, make_actor("bob", role="analysis"))


def test_labels_come_and_go(campaign):
    ann = make_actor()
    assert labels.tag(campaign, " keepup ", actor=ann, at=NOON)
    assert not labels.tag(campaign, "keepup", actor=ann, at=NOON)
    assert [tag.name for tag in campaign.tags.all()] == ["keepup"]
    assert labels.untag(campaign, "keepup", actor=ann, at=NOON)
    assert not labels.untag(campaign, "keepup", actor=ann, at=NOON)
    assert not CampaignTag.objects.exists()
    assert [len(told(what)) for what in ("campaign tagged", "campaign untagged")] == [1, 1]
    for bad in ("", " ", "a,b", "x" * 101, "\0"):
        with pytest.raises(Invalid, match="Tag ="):
            labels.tag(campaign, bad, actor=ann, at=NOON)


def test_everybody_may_watch_once(campaign):
    bob = make_actor("bob", role="analysis")
    assert labels.watch(campaign, actor=bob, at=NOON)
    assert not labels.watch(campaign, actor=bob, at=NOON)
    assert Watch.objects.get().user_id == bob.user_id
    assert labels.unwatch(campaign, actor=bob, at=NOON)
    assert not labels.unwatch(campaign, actor=bob, at=NOON)


def test_views_are_ones_own_or_shared_by_those_who_may(db):
    ann, bob, eve = make_actor(), make_actor("bob", role="analysis"), make_actor("eve", "nova")
    looks.keep("mine", "own=mine", shared=False, actor=bob, at=NOON)
    looks.keep("mine", "own=others", shared=False, actor=bob, at=NOON)
    looks.keep("keep-up", "tag=keepup", shared=True, actor=ann, at=NOON)
    with pytest.raises(NotAllowed):
        looks.keep("all", "", shared=True, actor=bob, at=NOON)
    with pytest.raises(Conflict, match="shares a view keep-up already"):
        looks.keep("keep-up", "", shared=True, actor=make_actor("carl"), at=NOON)
    assert [(view.name, view.words) for view in looks.seen(actor=bob)] == [("keep-up", "tag=keepup"), ("mine", "own=others")]
    assert [view.name for view in looks.seen(actor=ann)] == ["keep-up"]
    assert not looks.seen(actor=eve)
    for view in looks.seen(actor=bob):
        if view.shared:
            with pytest.raises(NotAllowed):
                looks.drop(view, actor=bob, at=NOON)
        else:
            with pytest.raises(NotAllowed):
                looks.drop(view, actor=ann, at=NOON)
            looks.drop(view, actor=bob, at=NOON)
    assert SavedView.objects.count() == 1


def test_of_views_there_are_not_too_many(db):
    ann = make_actor()
    for number in range(looks.MOST):
        looks.keep(f"v{number}", "", shared=False, actor=ann, at=NOON)
    with pytest.raises(Conflict, match="drop one"):
        looks.keep("more", "", shared=False, actor=ann, at=NOON)
    looks.keep("v3", "q=x", shared=False, actor=ann, at=NOON)
    for name, words in (("", ""), ("x" * 61, ""), ("x", "y" * 501), ("x\0", "")):
        with pytest.raises(Invalid):
            looks.keep(name, words, shared=False, actor=ann, at=NOON)


def test_a_clone_says_the_new_words_everywhere_and_names_what_is_shared_as_before():
    doc = replace(make_document("MC9", STAGES, (Dependency("gen_MC9", "reco", "%MC9%"),)), note="MC9 of payload")
    clone = cloning.cloned(doc, "MC10", [("MC9", "MC10"), ("v9", "v10"), ("payload", "x"), ("none", "some"), ("", "never")])
    assert [stage.name for stage in clone.stages] == ["gen_MC10", "reco"]
    assert clone.dependencies == (Dependency("gen_MC10", "reco", "%MC10%"),)
    assert clone.settled(clone.stages[0]).job_type == "payload"
    found = {(change.where, change.before, change.after) for change in cloning.changes(doc, clone)}
    assert found == {("name", "MC9", "MC10"), ("note", "MC9 of payload", "MC10 of x"), ("stages gen_MC9 name", "gen_MC9", "gen_MC10"),
                     ("stages gen_MC9 settings software_version", "v9", "v10"),
                     ("stages gen_MC9 settings param_overrides 1 2", "MC9.fcl", "MC10.fcl"),
                     ("dependencies 1 upstream", "gen_MC9", "gen_MC10"), ("dependencies 1 pattern", "%MC9%", "%MC10%")}


def test_a_name_is_suggested_for_a_clone():
    assert cloning.suggested("MC9", [("MC9", "MC10")]) == "MC10"
    assert cloning.suggested("MC9", []) == "MC9_copy"


def test_a_clone_is_shown_made_and_its_makers_own(db):
    row, bob = make_campaign(make_document("MC9", STAGES, (Dependency("gen_MC9", "reco"),))), make_actor("bob", role="analysis")
    words = [("MC9", "MC10")]
    shown = copies.show(row, "MC10", words, actor=bob)
    assert {line.verb for line in shown.lines} == {"create"}
    assert Campaign.objects.count() == 1
    made = copies.clone(row, "MC10", words, actor=bob, at=NOON)
    assert (made.name, made.creator.username, made.creator_role) == ("MC10", "bob", "analysis")
    assert document.campaign_part(documents.read(made)) == document.campaign_part(replace(shown.doc, experiment="dune"))
    assert told("campaign created")[-1][4] == "clone of MC9"
    with pytest.raises(Conflict, match="has a campaign MC10 already"):
        copies.show(row, "MC10", words, actor=bob)
    with pytest.raises(NotAllowed):
        copies.show(row, "MC11", words, actor=make_actor("sue", role="production-shifter"))


def test_what_was_never_launched_is_deleted_with_what_would_begin_it(campaign):
    ann, stage = make_actor(), campaign.stages.get(name="gen")
    schedules.make(stage, schedules.Said(cron="0 6 * * *"), actor=ann, at=NOON)
    holds.hold(campaign, actor=ann, at=NOON, why="later")
    assert removal.delete(campaign, actor=ann, at=NOON, why="a mistake")
    assert not removal.delete(campaign, actor=ann, at=NOON, why="a mistake")
    campaign.refresh_from_db()
    assert campaign.retired_at == NOON
    assert not Schedule.objects.filter(retired_at=None).exists()
    assert not Hold.objects.filter(lifted_at=None).exists()
    assert told("campaign deleted") == [("ann", "production", "mc", "", "a mistake")]
    assert make_campaign(files=()).pk != campaign.pk


def test_nothing_is_launched_of_what_is_deleted_at_that_moment(campaign):
    ann, stage = make_actor(), campaign.stages.select_related("campaign").get(name="gen")
    removal.delete(campaign, actor=ann, at=NOON, why="a mistake")
    with pytest.raises(Conflict, match="was deleted just now"):
        steering.launch(stage, actor=ann, at=NOON, key="1")
    assert not LaunchIntent.objects.exists()


def test_a_campaign_with_a_history_or_a_launch_that_waits_is_not_deleted(campaign, worker):
    ann, intent = make_actor(), make_intent(campaign)
    with pytest.raises(Conflict, match="A launch of mc waits"):
        removal.delete(campaign, actor=ann, at=NOON, why="a mistake")
    go(worker)
    with pytest.raises(Conflict, match="1 submission in its history: deactivate it instead"):
        removal.delete(campaign, actor=ann, at=NOON, why="a mistake")
    intents.drop(intent, why="x", by=TEST, at=NOON)
    assert Campaign.objects.get(pk=campaign.pk).retired_at is None


@pytest.mark.parametrize("base", [0, 7])
def test_what_was_made_from_another_version_is_not_stored(campaign, base):
    doc, number = documents.read(campaign), campaign.version.number
    with pytest.raises(Conflict, match="changed or made by somebody else just now"):
        documents.store(replace(doc, note="mine"), actor=make_actor(), at=NOON, base=base)
    assert documents.store(replace(doc, note="mine"), actor=make_actor(), at=NOON, base=number).version.number == number + 1
    with pytest.raises(Conflict):
        documents.store(replace(doc, name="unheard"), actor=make_actor(), at=NOON, base=1)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_want_a_name_one_gets_it_and_the_other_hears_so():
    ann, refused = make_actor(), 0
    for at in count(1):
        row = make_campaign(make_document(f"mc{at}"), files=())
        made = lambda at=at: make_campaign(make_document(f"new{at}"), files=())     # noqa: E731
        found = True
        with suppress(Conflict):
            refused += 1
            found = overtaken(lambda row=row, at=at: naming.rename(row, f"new{at}", actor=ann, at=NOON), made, at=at)
            refused -= 1
        assert Campaign.objects.filter(name=f"new{at}", retired_at=None).count() == 1
        if not found:
            break
    assert refused > 2
