"""What a page asks for again and again is small, says nothing twice, and costs a known number of queries."""
import re

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from submissions.models import Job

PARTS = {
    "campaigns:list": (10, 9), "campaigns:campaign": (11, 11), "campaigns:stage": (11, 11), "campaigns:stages": (6, 6), "submissions:list": (5, 4),
    "submissions:submission": (12, 12), "submissions:job": (10, 5), "campaigns:launch": (10, 10),
    "campaigns:edit": (12, 12), "campaigns:edit_new": (5, 5), "members:list": (7, 7),
}
WHOLE = ("campaigns:launch", "members:list", "campaigns:edit", "campaigns:edit_new")      # pages that ask for nothing again


def address(scene, name):
    row = scene.of("simulate")[0]
    job = Job.objects.filter(submission_id=row.pk).first()
    more = {"campaigns:campaign": [scene.campaign.pk], "campaigns:stage": [row.stage_id], "submissions:submission": [row.pk],
            "submissions:job": [row.pk, str(job)], "campaigns:launch": [row.stage_id],
            "campaigns:edit": [scene.campaign.pk]}
    return reverse(name, args=["dune", *more.get(name, [])])


def test_the_number_of_queries_is_known(scene, as_user):
    client, counted = as_user(), {}
    for name in PARTS:
        here = address(scene, name)
        client.get(here)            # the first visit also writes down where one was
        with CaptureQueriesContext(connection) as whole:
            client.get(here)
        with CaptureQueriesContext(connection) as part:
            client.get(here, headers={"HX-Request": "true"})
        counted[name] = (len(whole), len(part))
    assert counted == PARTS


def test_more_work_does_not_cost_more_queries(scene, as_user):
    client = as_user()
    client.get(address(scene, "campaigns:campaign"))
    for row in scene.of("generate")[2:]:
        scene.ends(row, f"{row.pk}a.gen", f"{row.pk}b.gen", exit_code=0)
    for name, (whole, _) in PARTS.items():
        here = address(scene, name)
        client.get(here)            # the first visit also writes down what it found
        with CaptureQueriesContext(connection) as queries:
            client.get(here)
        assert len(queries) <= whole, name


def test_a_part_is_a_part_and_is_not_sent_twice(scene, as_user):
    client = as_user()
    for here in (address(scene, name) for name in PARTS if name not in WHOLE):
        first = client.get(here, headers={"HX-Request": "true"})
        again = client.get(here, headers={"HX-Request": "true", "If-None-Match": first["ETag"]})
        assert "<html" not in first.content.decode()
        assert (again.status_code, again.content) == (304, b"")
        assert "HX-Request" in first["Vary"]


def test_a_change_is_news(scene, as_user):
    client, here = as_user(), address(scene, "campaigns:campaign")
    first = client.get(here, headers={"HX-Request": "true"})
    scene.ends(scene.of("generate")[-1], "9a.gen", "9b.gen", exit_code=0)
    again = client.get(here, headers={"HX-Request": "true", "If-None-Match": first["ETag"]})
    assert again.status_code == 200


def test_a_session_that_ended_is_told_so_and_not_given_a_page(scene, client):
    assert client.get(address(scene, "campaigns:list"), headers={"HX-Request": "true"}).status_code == 401


def test_some_rows_of_a_list_are_asked_for_again_and_its_filters_hold(scene, as_user):
    client, here = as_user(), address(scene, "submissions:list")
    first, second, *_ = scene.of("generate")
    rows = client.get(f"{here}?rows={first.pk},{second.pk},0,x", headers={"HX-Request": "true"})
    assert re.findall(r'<tr id="(.*?)"', rows.content.decode()) == [f"submission-{second.pk}", f"submission-{first.pk}"]
    assert "<table" not in rows.content.decode()
    none = client.get(f"{here}?rows={first.pk}&status=Held", headers={"HX-Request": "true"})
    assert "<tr" not in none.content.decode()


def test_without_htmx_rows_ask_for_the_page(scene, as_user):
    page = as_user().get(f"{address(scene, 'submissions:list')}?rows=0")
    assert "<html" in page.content.decode() and f'id="submission-{scene.of("generate")[0].pk}"' in page.content.decode()
