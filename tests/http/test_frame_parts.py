"""What stands around every page and changes with the experiment: the mark of held launches, the line about a silent batch system."""
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Experiment, SiteHold
from pomssite.kit import clock
from submissions.models import Job
from submissions.services import silence
from tests.makers import NOON, make_user

HTMX = {"HX-Request": "true"}


def pages(scene):
    row = scene.of("simulate")[1]
    job = Job.objects.get(submission_id=row.pk)
    return {f"{app}:{name}": reverse(f"{app}:{name}", args=["dune", *more]) for app, name, more in (
        ("campaigns", "list", []), ("campaigns", "campaign", [scene.campaign.pk]), ("campaigns", "stage", [row.stage_id]),
        ("campaigns", "stages", []), ("submissions", "submission", [row.pk]), ("submissions", "job", [row.pk, str(job)]),
        ("submissions", "list", []))} | {"submissions:jobs": f"{reverse('submissions:jobs', args=['dune'])}?t=all"}


@pytest.fixture
def silent(scene):
    since = clock.now() - timedelta(minutes=14)
    assert silence.begin("default", since=since) == 1
    return since


def test_every_page_says_since_when_and_costs_no_query_more(scene, silent, as_user):
    client = as_user()
    for name, address in pages(scene).items():
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            text = client.get(address).content.decode()
        assert f"Nothing was heard from the batch system default since {silent.day} {silent:%b %H:%M} UTC." in text, name
        assert f'data-since="{int(silent.timestamp())}"' in text and "aged" in text, name
        silence.end("default")
        with CaptureQueriesContext(connection) as before:
            text = client.get(address).content.decode()
        assert len(asked) == len(before) and "data-silent" not in text and "aged" not in text, name
        silence.begin("default", since=silent)


def test_only_what_came_from_it_is_grey(scene, silent, as_user):
    client, here = as_user(), pages(scene)["campaigns:list"]
    text = client.get(here).content.decode()
    assert 'class="why aged"' in text and 'class="num w aged"' in text
    Experiment.objects.filter(pk="dune").update(silent={"elsewhere": ""})
    text = client.get(here).content.decode()
    assert "The batch system elsewhere was never heard." in text and "aged" not in text


def test_an_open_page_asks_for_the_parts_alone(scene, as_user):
    client = as_user()
    first = {part: client.get(f"/dune/frame/{part}/", headers=HTMX) for part in ("held", "silent")}
    assert [answer.content.strip() for answer in first.values()] == [b"", b""]
    for part, answer in first.items():
        assert client.get(f"/dune/frame/{part}/", headers={**HTMX, "If-None-Match": answer["ETag"]}).status_code == 304
    Experiment.objects.filter(pk="dune").update(launches_held_by="alee", launches_held_why="power cut")
    silence.begin("default", since=None)
    assert b'title="Held by alee: power cut"' in client.get("/dune/frame/held/", headers=HTMX).content
    assert b"was never heard" in client.get("/dune/frame/silent/", headers=HTMX).content
    SiteHold.objects.create(by=make_user("root"), why="no power at all", at=NOON)
    assert b"site are held by root since 1 Jan 12:00: no power at all" in client.get("/dune/frame/held/", headers=HTMX).content
    assert client.get("/dune/frame/held/")["Location"] == "/dune/campaigns/"
    assert client.get("/dune/frame/bar/", headers=HTMX).status_code == 404
    assert as_user("eve", "nova").get("/dune/frame/held/", headers=HTMX).status_code in (403, 404)


def test_a_hold_of_the_site_stands_on_every_page_and_costs_no_query_more(scene, as_user):
    client, root = as_user(), make_user("root")
    for name, address in pages(scene).items():
        client.get(address)
        with CaptureQueriesContext(connection) as before:
            text = client.get(address).content.decode()
        assert "Site held" not in text, name
        SiteHold.objects.create(by=root, why="no power", at=NOON)
        with CaptureQueriesContext(connection) as asked:
            text = client.get(address).content.decode()
        assert "All launches of the site are held by root since 1 Jan 12:00: no power" in text and "Site held" in text, name
        assert len(asked) == len(before), name
        SiteHold.objects.all().delete()


def test_an_administrator_holds_the_site_and_lifts_it_and_all_others_read_it(scene, as_user):
    root, ann, eve = as_user("root", is_superuser=True), as_user(), as_user("eve", "nova")
    assert "Hold the whole site" in root.get("/dune/campaigns/").content.decode()
    assert "the whole site" not in ann.get("/dune/campaigns/").content.decode()
    for deed in ("hold", "release"):
        assert ann.get(f"/dune/launches/site/{deed}/").status_code == 403
        assert ann.post(f"/dune/launches/site/{deed}/", {"why": "mine"}).status_code == 403
    assert "of any experiment" in root.get("/dune/launches/site/hold/").content.decode()
    assert root.post("/dune/launches/site/hold/", {"why": " "}).status_code == 422
    assert root.post("/dune/launches/site/hold/", {"why": "no power"}).status_code == 302
    stage = scene.of("simulate")[0].stage_id
    said = {"campaigns/": "<b>{}</b>", f"campaigns/{scene.campaign.pk}/": "<h3>{}", f"stages/{stage}/": "<b>{}",
            f"stages/{stage}/launch/": "{} by root: no power"}
    for address, words in said.items():
        assert words.format("All launches of the site are held") in ann.get(f"/dune/{address}").content.decode(), address
    assert "All launches of the site are held" in eve.get("/nova/campaigns/").content.decode()
    assert "Release the site" in root.get("/dune/campaigns/").content.decode()
    root.post("/dune/launches/site/release/", {"why": "it is back"})
    assert "Site held" not in ann.get("/dune/campaigns/").content.decode()
    assert root.get("/dune/launches/site/kill/").status_code == 404
