"""Who may launch on a login host: refused when it is asked for, and at the gate, with a sentence that names host and role."""
from dataclasses import replace

import pytest
from django.db import connection

from accounts.models import Membership
from accounts.policy import Role
from campaigns.document import LoginSetup, Settings, Stage
from campaigns.models import LoginHost
from campaigns.services import schedules
from campaigns.services.schedules import Said
from pomssite.kit.errors import NotAllowed
from submissions.models import Instance, LaunchIntent
from submissions.services import intents, steering
from submissions.services.intents import SOON
from tests.makers import NOON, TEST, make_actor, make_campaign, make_document, make_files, make_intent, make_user
from tests.services.limited import FILES, HOST, launched, on_host, waiting


@pytest.fixture
def guarded(db):
    """Only production may launch there."""
    return LoginHost.objects.create(name=HOST, analysis=False)


def test_who_may_not_launch_on_a_host_is_refused_at_once_with_host_and_role(guarded):
    make_files(FILES)
    bob = make_actor("bob", role=Role.ANALYSIS)
    doc = replace(make_document("bobs"), login_setups=(LoginSetup("farm", HOST, "bob", ""),))
    stage = make_campaign(doc, actor=bob, files=()).stages.first()
    with pytest.raises(NotAllowed) as no:
        steering.launch(stage, actor=bob, at=NOON, key="k")
    assert str(no.value) == f"Acting as analysis nobody may launch on the login host {HOST}: it takes launches of production. Nothing was launched."
    assert not LaunchIntent.objects.exists()
    guarded.analysis = True
    guarded.save()
    assert steering.launch(stage, actor=bob, at=NOON, key="k")


@pytest.mark.parametrize("role", [Role.SHIFTER, Role.PRODUCTION])
def test_what_a_shifter_launches_is_the_productions(guarded, role):
    stage = on_host().stages.first()
    assert steering.launch(stage, actor=make_actor("sam", role=role), at=NOON, key="k")


def test_a_host_may_take_launches_of_some_people_alone(guarded, worker):
    guarded.people.add(make_user("cat"))
    stage = on_host().stages.first()
    with pytest.raises(NotAllowed, match=rf"ann, acting as production, may not launch on the login host {HOST}: it takes launches of cat\."):
        steering.launch(stage, actor=make_actor(), at=NOON, key="k")
    steering.launch(stage, actor=make_actor("cat"), at=NOON, key="k")
    assert launched(worker) == 1


def test_what_is_launched_by_itself_waits_at_the_gate_with_the_same_sentence(guarded, worker):
    guarded.analysis, guarded.production = True, False
    guarded.save()
    make_intent(on_host())
    assert launched(worker) == 0
    assert waiting() == [f"Acting as production nobody may launch on the login host {HOST}: it takes launches of analysis."]
    assert LaunchIntent.objects.get().full == ""
    LoginHost.objects.all().delete()
    assert launched(worker, NOON + SOON) == 1


def test_the_owner_of_a_schedule_who_lost_the_role_is_named_with_role_and_host(guarded, worker):
    campaign = on_host()
    row = schedules.make(campaign.stages.first(), Said(cron="0 13 * * *"), actor=make_actor(), at=NOON)
    intents.begin(row.stage, key=f"cron:{row.pk}:now", owner=row.owner, by=TEST, at=NOON, cause="schedule")
    Membership.objects.update(role="analysis")
    launched(worker)
    assert waiting() == [f"ann no longer holds the role production and may not launch on the login host {HOST}. A member who does must launch it."]


def test_a_schedule_is_run_now_only_by_who_may_launch_there(guarded):
    row = schedules.make(on_host().stages.first(), Said(cron="0 13 * * *"), actor=make_actor(), at=NOON)
    guarded.production = False
    guarded.save()
    with pytest.raises(NotAllowed, match="Acting as production nobody may launch"):
        steering.run_now(row, actor=make_actor(), at=NOON, key="t")


@pytest.mark.parametrize("spelled", [HOST, "GPVM1.Lab", f"{HOST}.", "%(experiment)s1.lab"])
def test_a_host_is_known_however_a_login_setup_spells_it(db, spelled, worker):
    LoginHost.objects.create(name=spelled.replace("%(experiment)s", "dune").lower().rstrip("."), production=False)
    make_intent(on_host(host=spelled))
    assert launched(worker) == 0 and "nobody may launch on the login host" in waiting()[0]


def test_a_host_that_only_the_launch_itself_can_name_is_no_way_round(db, worker):
    LoginHost.objects.create(name="7", production=False)
    stage = Stage("gen", Settings(dataset="7,8", split="list"))
    doc = replace(make_document(stages=(stage,), dependencies=()), login_setups=(LoginSetup("farm", "%(parameter)s", "x", ""),))
    campaign = make_campaign(replace(doc, stages=(Stage("gen", Settings(dataset="[[7, 8]]", split="multiparam")),)))
    make_intent(campaign), make_intent(campaign)
    assert launched(worker) == 0
    assert waiting()[0].startswith("the login setup farm names its host by the dataset or the parameter, and it is said who may launch on 7")
    LoginHost.objects.all().delete()
    assert launched(worker, NOON + SOON) == 2


def test_neither_is_one_that_is_named_by_the_dataset(db, worker):
    """The tag of the next launch, said of which is that nobody may launch there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('submissions_submission', 'id'))")
        following = cursor.fetchone()[0] + 1
    here = Instance.objects.create(name="lab")
    LoginHost.objects.create(name=f"{here.name}-{following}", production=False)
    make_intent(on_host(host="%(dataset)s"))
    assert launched(worker) == 0 and waiting()[0].startswith("the login setup farm names its host by the dataset or the parameter")


def test_a_host_of_which_nothing_is_said_is_free_to_all(db, worker):
    LoginHost.objects.create(name="elsewhere", production=False, analysis=False, limit=1)
    make_intent(on_host()), make_intent(on_host("other"))
    assert launched(worker) == 2
