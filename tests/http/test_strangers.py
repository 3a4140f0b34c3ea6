"""Default deny: every address there is, also those that are added tomorrow, shows a stranger nothing."""
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from accounts import tokens
from accounts.models import ApiToken
from campaigns.models import Downtime, Plan, Schedule, Template
from campaigns.services import documents, looks, plans, schedules, templates
from datasets.models import File
from pomssite.kit import clock
from submissions.models import BulkAct, Job
from submissions.services import bulk
from tests.makers import make_actor, make_user

OPEN = {"home", "healthz", "readyz", "accounts:sign_in"}
# of one's own experiment: they open, and show nothing of another
LISTS = {
    "campaigns:list", "campaigns:events", "campaigns:ini_many", "campaigns:list_json", "campaigns:list_csv", "campaigns:new",
    "campaigns:upload", "campaigns:edits", "campaigns:edit_new", "campaigns:views", "campaigns:stale",
    "campaigns:stages", "campaigns:stages_csv", "campaigns:stages_json",
    "campaigns:schedules", "campaigns:downtimes", "campaigns:templates", "campaigns:template_keep", "tokens:list", "members:list",
    "audit:list", "audit:list_json", "audit:list_csv",
    "datasets:why",
    "submissions:list", "submissions:jobs", "submissions:jobs_csv", "submissions:jobs_json", "submissions:csv", "submissions:json",
    "submissions:bulk", "submissions:search",
}
SPEAKS_FOR_ITSELF = "submissions_api"       # a job's own token; tested with the API


def routes(patterns, prefix="", space=""):
    """(name, address with holes) of all that is not the administration's."""
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}", address
        elif pattern.namespace != "admin":
            yield from routes(pattern.url_patterns, address, f"{pattern.namespace}:" if pattern.namespace else space)


@pytest.fixture
def scene(scene):
    """With a schedule and a downtime."""
    actor, now = make_actor(), clock.now()
    schedules.make(scene.campaign.stages.get(name="generate"), schedules.Said(cron="0 6 * * *"), actor=actor, at=now)
    schedules.announce(actor=actor, at=now, begins_at=now, ends_at=now + timedelta(days=1), why="zmumu", of=scene.campaign)
    plans.keep(documents.read(scene.campaign), actor=actor, at=now, notes=["zmumu"])
    templates.keep("zmumu", "", templates.text_of(scene.campaign), "own", actor=actor, at=now)
    tokens.make("zmumu", ["read"], 1, actor=actor, at=now)
    bulk.choose("submission", "kill", [str(row.pk) for row in scene.of("simulate")], actor=actor, at=now)
    return scene


ROUTES = sorted(set(routes(get_resolver().url_patterns)))


def actor_pk():
    return make_actor().user_id


def filled(scene, address, exp="dune"):
    """The address of something that is there, in the experiment dune; asked for as if it were in another one."""
    row = scene.of("simulate")[0]
    job = str(Job.objects.filter(submission_id=row.pk).first()).replace("#", "%23")
    view = looks.keep("mine", "q=zmumu", shared=True, actor=make_actor(), at=clock.now())
    number = {"views": view.pk,
              "campaigns": scene.campaign.pk, "stages": row.stage_id, "submissions": row.pk, "files": File.objects.get(data_tier="plot").pk,
              "schedules": Schedule.objects.get().pk, "downtimes": Downtime.objects.get().pk,
              "plans": Plan.objects.get().pk, "templates": Template.objects.get().pk, "tokens": ApiToken.objects.get(name="zmumu").pk,
              "members": actor_pk(),
              "bulk": BulkAct.objects.get().pk}
    holes = {"exp": exp, "slug": "hold", "job": job, "tag": row.tag, "intent": str(row.intent_id), "number": "0",
             "kind": "campaign", "of": str(scene.campaign.pk)}
    address = re.sub(r"(\w+)/<int:pk>", lambda found: f"{found[1]}/{number[found[1]]}", address)
    return "/" + re.sub(r"<(\w+):(\w+)>", lambda found: holes.get(found[2], holes.get(found[1], "hold")), address)


def secrets(scene):
    """Words that only a member may read."""
    return ["zmumu", *(row.tag for row in scene.of("simulate"))]


def told(scene, name, here, answer):
    """What is wrong with an answer to a stranger; nothing, if it is as it should be."""
    text = "a stream" if answer.streaming else answer.content.decode(errors="replace")
    if leaked := [word for word in [*secrets(scene), "a stream"] if word in text]:
        return [f"{here} tells {leaked}"]
    free = name in OPEN or name.startswith("accounts:")
    return [] if free or answer.status_code in (302, 401, 403, 404, 405) else [f"{here} answers {answer.status_code}"]


@pytest.mark.parametrize(("user", "exp"), [("", "dune"), ("eve", "dune"), ("eve", "nova")])
def test_strangers_get_nowhere(scene, user, exp):
    """Nobody; a member of nova who asks dune; and one who asks nova for what is dune's."""
    eve, wrong = make_user("eve", "nova"), []
    for name, address in ROUTES:
        client, here = Client(), filled(scene, address, exp)
        if user:
            client.force_login(eve)
        if exp == "nova" and name in LISTS:
            assert "zmumu" not in client.get(here).getvalue().decode()
            continue
        wrong += [fault for method in (client.get, client.post) for fault in told(scene, name, here, method(here))]
    assert wrong == []


def test_the_walk_knows_every_part_of_the_site():
    assert {"campaigns:campaign", "campaigns:launch", "submissions:job", "submissions:act", "datasets:content", "accounts:role",
            f"{SPEAKS_FOR_ITSELF}:report"} <= {name for name, _ in ROUTES}


def test_a_member_does_reach_what_the_walk_walks(scene, as_user):
    """Else the walk would prove nothing."""
    client = as_user()
    reached = {name for name, address in ROUTES if client.get(filled(scene, address)).status_code == 200}
    assert {"campaigns:list", "campaigns:campaign", "campaigns:stage", "campaigns:charts", "campaigns:launch", "campaigns:act",
            "campaigns:slices", "campaigns:slices_reset", "campaigns:slices_move",
            "campaigns:stage_act", "campaigns:schedules", "campaigns:schedule", "campaigns:schedule_new", "campaigns:schedule_change",
            "campaigns:downtimes", "campaigns:downtime_lift", "campaigns:plan", "campaigns:versions", "campaigns:edit", "campaigns:edit_new",
            "submissions:list", "submissions:submission", "submissions:job",
            "datasets:why", "audit:list", "audit:of"} <= reached


def test_the_address_of_an_experiment_that_is_not_says_the_same_as_one_that_is_not_mine(scene):
    client = _signed_in(Client(), make_user("eve", "nova"))
    mine, nobodys = client.get("/dune/campaigns/"), client.get("/atlas/campaigns/")
    assert (mine.status_code, nobodys.status_code) == (403, 403)
    same = [re.sub("dune|atlas|[0-9a-f]{16}", "", answer.content.decode()) for answer in (mine, nobodys)]
    assert same[0] == same[1]


def test_the_administration_is_for_staff_alone(as_user, db):
    assert as_user().get("/admin/").status_code == 302
    assert as_user("root", is_superuser=True).get("/admin/").status_code == 200


@pytest.mark.parametrize("word", ["api", "admin", "oidc", "me", "poms", "static", "metrics", "c", "events"])
def test_words_that_the_site_keeps_are_no_experiments(as_user, db, word):
    answer = as_user("root", is_superuser=True).get(f"/{word}/campaigns/")
    assert answer.status_code in (302, 404) or answer.resolver_match.view_name == "admin:app_list"


def _signed_in(client, user):
    client.force_login(user)
    return client
