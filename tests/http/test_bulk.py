"""Acts on many, from the list to the result of each, without a script."""
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pomssite.kit import clock
from submissions.models import BulkAct, Job, LaunchIntent, Order, Submission
from submissions.services import bulk
from submissions.states import JobState


def live(scene):
    return [str(row.pk) for row in Submission.objects.order_by("pk") if row.status in ("Idle", "Running", "Held")]


def test_from_the_list_to_the_result_of_each(scene, as_user):
    client, things = as_user(), live(scene)
    ended = str(scene.of("simulate")[0].pk)
    answer = client.post("/dune/bulk/", {"kind": "submission", "deed": "kill", "thing": [*things, ended], "of": "status=live"})
    page = answer["Location"]
    text = client.get(page).content.decode()
    assert f"Kill: {len(things)} of {len(things) + 1} submissions" in text
    assert "It has no jobs in the batch system now. This one is Failed." in text
    assert 'href="/dune/submissions/?status=live"' in text
    assert not Order.objects.exists()
    assert client.post(page, {"why": "wrong version"}).status_code == 302
    assert f"0 of {len(things) + 1} submissions done" in client.get(page).content.decode()
    bulk.carry_on(now=clock.now)
    text = client.get(page).content.decode()
    assert f"{len(things)} of {len(things) + 1} submissions done" in text
    assert 'id="part" data-live' not in text, "what is at its end is asked for no more"
    assert Order.objects.filter(deed="remove", why="wrong version").count() == len(things)
    assert "Kill: submissions" in client.get("/dune/bulk/").content.decode()
    table = b"".join(client.get(f"{page}items.csv").streaming_content).decode().splitlines()
    assert table[0] == "submission,name,jobs,state,said"
    assert len(table) == len(things) + 2


def test_all_that_fit_the_filter_are_meant_if_it_says_so(scene, as_user):
    client = as_user()
    answer = client.post("/dune/bulk/", {"kind": "submission", "deed": "hold", "all": "1", "of": "status=live", "thing": ["1"]})
    assert BulkAct.objects.get().items.count() == len(live(scene))
    assert client.get(answer["Location"]).status_code == 200


def test_some_are_left_out(scene, as_user):
    client, things = as_user(), live(scene)
    page = client.post("/dune/bulk/", {"kind": "submission", "deed": "kill", "thing": things})["Location"]
    first = re.search(r'name="leave" value="(\d+)"', client.get(page).content.decode())[1]
    client.post(page, {"answer": "leave", "leave": first})
    assert f"Kill: {len(things) - 1} of {len(things)}" in client.get(page).content.decode()
    client.post(page, {"why": "x"})
    bulk.carry_on(now=clock.now)
    assert Order.objects.count() == len(things) - 1


def test_what_cannot_be_chosen_is_said_in_words(scene, as_user):
    client = as_user()
    none = client.post("/dune/bulk/", {"kind": "submission", "deed": "kill"})
    assert (none.status_code, "Tick those that you mean" in none.content.decode()) == (422, True)
    wrong = client.post("/dune/bulk/", {"kind": "submission", "deed": "hold", "all": "1", "of": "status=runing"})
    assert (wrong.status_code, "status" in wrong.content.decode()) == (422, True)
    assert not BulkAct.objects.exists()


def test_without_a_reason_nothing_is_left_out_either(scene, as_user):
    client, things = as_user(), live(scene)
    page = client.post("/dune/bulk/", {"kind": "submission", "deed": "kill", "thing": things})["Location"]
    first = re.search(r'name="leave" value="(\d+)"', client.get(page).content.decode())[1]
    assert client.post(page, {"why": " ", "leave": first}).status_code == 422
    assert f"Kill: {len(things)} of {len(things)}" in client.get(page).content.decode()


@pytest.mark.parametrize("of", ["=5", "of=٣", "of=" + "9" * 40, "of=-1", "submission=٣", "submission=-1", "t=x"])
def test_a_filter_that_somebody_made_up_does_not_spoil_the_page(scene, as_user, of):
    client, things = as_user(), live(scene)
    job = Job.objects.filter(submission_id__in=things).first()
    for kind, keys in (("submission", things), ("job", [f"{job.submission_id}/{job}"])):
        answer = client.post("/dune/bulk/", {"kind": kind, "deed": "kill", "thing": keys, "of": of})
        assert answer.status_code != 302 or client.get(answer["Location"]).status_code == 200


def test_stopping_leaves_the_rest(scene, as_user):
    client, things = as_user(), live(scene)
    page = client.post("/dune/bulk/", {"kind": "submission", "deed": "kill", "thing": things})["Location"]
    client.post(page, {"why": "x"})
    assert "Stop the rest" in client.get(page).content.decode()
    client.post(page, {"answer": "stop"})
    bulk.carry_on(now=clock.now)
    assert "Stopped by ann" in client.get(page).content.decode()
    assert not Order.objects.exists()


def test_its_pages_cost_a_known_number_of_queries(scene, as_user):
    client, things = as_user(), live(scene)
    page = client.post("/dune/bulk/", {"kind": "submission", "deed": "kill", "thing": things})["Location"]
    client.get(page)
    with CaptureQueriesContext(connection) as asked:
        client.get(page)
    assert len(asked) == 8


def test_what_is_missing_is_recovered_with_a_type_for_all_that_can_be(scene, as_user):
    for _ in range(2):      # both steps of the plan come to nothing
        scene.ends(scene.of("simulate")[-1], state=JobState.FAILED)
    client, (failed, held, *recoveries), generated = as_user(), scene.of("simulate"), scene.of("generate")[0]
    things = [str(row.pk) for row in (failed, held, recoveries[-1], generated)]
    page = client.post("/dune/bulk/", {"kind": "submission", "deed": "recover", "thing": things})["Location"]
    text = client.get(page).content.decode()
    assert "Its jobs have not ended. This one is Held." in text and "It has no input files: recover it on its own page." in text
    assert '<option value="pending_files">pending_files: inputs of which an output is missing' in text
    assert client.post(page, {"why": "x", "recovery": "odd"}).status_code == 422
    assert client.post(page, {"why": "more memory now", "recovery": "pending_files"}).status_code == 302
    bulk.carry_on(now=clock.now)
    told = re.findall(r'<td class="words">([^<]*)</td>', client.get(page).content.decode())
    assert told.count("Its recovery is recorded.") == 2, told
    intent = LaunchIntent.objects.get(key__startswith=f"by hand:{failed.pk}:bulk:")
    assert (intent.parent_id, intent.preview["kind"], intent.reason) == (failed.pk, "pending_files", "pending_files: more memory now")
