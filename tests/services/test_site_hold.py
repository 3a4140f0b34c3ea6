"""The launches of every experiment held in one act, by an administrator of the site: with a reason, in the history, lifted once."""
import pytest
from django.core.management import CommandError, call_command

from accounts.models import Event, Experiment, SiteHold, Touch
from accounts.policy import Actor, Role
from campaigns.models import Hold
from campaigns.services import holds
from pomssite.kit.errors import Invalid, NotAllowed
from tests.makers import NOON, make_actor, make_campaign, make_document, make_intent, make_user
from tests.services.deeds import LATER, go


@pytest.fixture
def root(db):
    user = make_user("root")
    user.is_superuser = True
    user.save()
    return Actor("root", user.pk, "dune", Role.SUPERUSER, root=True)


def test_nothing_of_any_experiment_is_launched_until_it_is_lifted(root, intent, worker):
    theirs = make_intent(make_campaign(make_document("theirs"), actor=make_actor("eve", "nova"), files=("n1",)))
    assert holds.hold_site(actor=root, at=NOON, why="power cut")
    assert not holds.hold_site(actor=root, at=NOON, why="again")
    assert go(worker) == 0
    for each in (intent, theirs):
        each.refresh_from_db()
        assert each.gate == "All launches of the site are held by root: power cut."
    assert holds.release_site(actor=root, at=LATER)
    assert not holds.release_site(actor=root, at=LATER)
    assert go(worker, LATER) == 2
    row = SiteHold.objects.get()
    assert (row.by.username, row.why, row.at, row.lifted_by, row.lifted_at) == ("root", "power cut", NOON, "root", LATER)


def test_it_is_told_once_and_to_the_pages_of_every_experiment(root, campaign):
    make_actor("eve", "nova")
    Experiment.objects.create(name="past", title="PAST", active=False)
    Touch.objects.all().delete()
    holds.hold_site(actor=root, at=NOON, why="power cut")
    holds.hold_site(actor=root, at=NOON, why="power cut")
    assert sorted(Touch.objects.values_list("experiment", "thing")) == [("dune", "experiment:dune"), ("nova", "experiment:nova")]
    holds.release_site(actor=root, at=LATER, why="it is back")
    told = Event.objects.filter(thing=f"sitehold:{SiteHold.objects.get().pk}").order_by("pk")
    assert [(e.what, e.by, e.role, e.why) for e in told] == [
        ("site held", "root", "superuser", "power cut"), ("site released", "root", "superuser", "it is back")]


def test_only_an_administrator_of_the_site_may_and_a_reason_must_be_said(root):
    for role in Role:
        for deed in (holds.hold_site, holds.release_site):
            with pytest.raises(NotAllowed, match="administrator of the site"):
                deed(actor=make_actor("bob", role=role), at=NOON, why="mine")
    with pytest.raises(Invalid, match="Reason is empty"):
        holds.hold_site(actor=root, at=NOON, why=" ")
    assert not SiteHold.objects.exists()


def test_it_may_be_held_again_after_it_was_lifted(root):
    for _ in range(2):
        assert holds.hold_site(actor=root, at=NOON, why="power cut")
        assert holds.release_site(actor=root, at=LATER)
    assert SiteHold.objects.count() == 2 and not SiteHold.objects.standing().exists()


def test_other_holds_stay_when_the_site_is_released(root, intent, worker):
    holds.hold(intent.stage, actor=make_actor(), at=NOON, why="disk full")
    holds.hold_site(actor=root, at=NOON, why="power cut")
    go(worker)
    intent.refresh_from_db()
    assert intent.gate == "All launches of the site are held by root: power cut. Launches of the stage are held by ann: disk full."
    holds.release_site(actor=root, at=LATER)
    assert go(worker, LATER) == 0 and Hold.objects.filter(lifted_at=None).exists()


# In a terminal

def test_the_command_holds_and_releases_what_is_named(root, campaign, capsys):
    make_user("boss", role=Role.SUPERUSER)
    call_command("launches")
    assert capsys.readouterr().out == "nothing is held\n"
    named = {"experiment": "dune", "user": "ann"}
    call_command("launches", "hold", user="root", why="power cut")
    call_command("launches", "hold", experiment="dune", user="boss", role="superuser", why="tapes")
    call_command("launches", "hold", campaign="mc", **named, why="tune")
    call_command("launches", "hold", campaign="mc", stage="gen", **named, why="disk")
    call_command("launches", "hold", campaign="mc", stage="gen", **named, why="disk")
    assert capsys.readouterr().out.endswith("launches of mc/gen: hold\nlaunches of mc/gen: hold: it was so already\n")
    call_command("launches")
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(" since ")[0] for line in told] == ["the whole site: held by root", "experiment dune: held by boss",
                                                               "campaign mc: held by ann", "stage mc/gen: held by ann"]
    assert [line.rpartition(" UTC: ")[2] for line in told] == ["power cut", "tapes", "tune", "disk"]
    make_intent(campaign)
    call_command("launches", "release", user="root")
    call_command("launches", "release", experiment="dune", user="boss", role="superuser")
    call_command("launches", "release", campaign="mc", **named)
    call_command("launches", "release", campaign="mc", stage="gen", **named)
    capsys.readouterr()
    call_command("launches")
    assert capsys.readouterr().out == "nothing is held\n"


def test_what_waited_is_looked_at_when_the_command_has_released_it(root, intent, worker):
    call_command("launches", "hold", user="root", why="power cut")
    go(worker)
    intent.refresh_from_db()
    assert intent.recheck_at and intent.gate
    call_command("launches", "release", user="root")
    intent.refresh_from_db()
    assert (intent.recheck_at, intent.gate) == (None, "")


@pytest.mark.parametrize(("said", "told"), [
    ({"user": "ann", "why": "mine"}, "ann is no administrator of the site"),
    ({"user": "root"}, "Reason is empty"),
    ({"user": "ann", "campaign": "mc", "why": "x"}, "a campaign its --experiment"),
    ({"user": "ann", "experiment": "dune", "stage": "gen", "why": "x"}, "needs its --campaign"),
    ({"user": "ann", "experiment": "dune", "campaign": "elsewhere", "why": "x"}, "matching query does not exist"),
    ({"user": "ann", "experiment": "dune", "why": "x"}, "Acting as production of dune you may not admin"),
])
def test_what_cannot_be_done_is_refused_with_a_sentence(root, campaign, said, told):
    with pytest.raises(CommandError, match=told):
        call_command("launches", "hold", **said)
    assert not SiteHold.objects.exists() and not Hold.objects.exists()
