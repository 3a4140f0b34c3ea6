"""The pages of slices: what was cut, what comes next, and what a person may do about it."""
import pytest

from accounts.models import Event
from campaigns.document import Settings, Stage
from campaigns.models import Slice
from campaigns.services import slices
from datasets.models import Definition
from submissions.models import LaunchIntent, Submission
from submissions.services import leases
from submissions.states import JobState
from tests.http.test_previews import form_of
from tests.makers import make_campaign, make_document, make_intent
from tests.services.cutting import cut
from tests.services.deeds import go, produce, report, wrap

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return staged("nfiles(1)", test_split="mod(2)")


def staged(split: str, **said):
    said = {"completion_pct": 100, "patience_s": 0, "recover_failed": False, **said}
    return make_campaign(make_document(stages=(Stage("gen", Settings(split=split, **said)),), dependencies=()), files=tuple("abc")).stages.get()


def launched(stage, *, state: JobState, files: tuple[str, ...] = ()) -> Submission:
    make_intent(stage.campaign)
    go(leases.enlist("w"))
    row = Submission.objects.latest("pk")
    produce(row, *files)
    report(row, state)
    wrap(), wrap()
    row.refresh_from_db()
    return row


def page(client, stage, more: str = "", **said):
    return client.get(f"/dune/stages/{stage.pk}/slices/{more}", **said)


def test_the_page_tells_what_was_cut_and_what_comes(stage, as_user):
    first = launched(stage, state=JobState.DONE, files=("a",))
    text = page(as_user(), stage).content.decode()
    assert f"#{first.pk}" in text and "At most 3 slices" in text and "Do again" in text and "Give back" not in text
    assert text.index("What comes next") < text.index(">b<") < text.index(">c<")
    assert "It stands at" not in text and "Move the position" not in text


def test_slices_of_tests_are_shown_apart(stage, as_user):
    cut(stage), cut(stage, for_test=True)
    text = page(as_user(), stage, "?test=1").content.decode()
    assert "Test slices of gen" in text and "mod(2)" in text and "It stands at 1" in text and "Move the position" in text
    assert Slice.objects.filter(for_test=True).count() == 1


def test_the_history_is_paged(as_user):
    stage = staged("multiparam", dataset=str([list(range(120))]))
    for _ in range(60):
        cut(stage)
    client = as_user()
    text = page(client, stage).content.decode()
    assert "slice-59" in text and "slice-9\"" not in text
    older = text.split('class="more"')[1].split('href="')[1].split('"')[0]
    assert "slice-9\"" in page(client, stage, older).content.decode()


def test_showing_the_pages_changes_nothing(stage, as_user):
    cut(stage)
    client, before = as_user(), list(Slice.objects.values())
    for more in ("", "?test=1", "reset/", "move/?test=1", "0/again/"):
        page(client, stage, more)
    client.get(f"/dune/stages/{stage.pk}/launch/")
    assert list(Slice.objects.values()) == before and not Event.objects.filter(what__contains="split").exists()


def test_the_launch_page_shows_the_next_slice_and_leads_to_all(stage, as_user):
    text = as_user().get(f"/dune/stages/{stage.pk}/launch/").content.decode()
    assert '<dd class="v">1</dd><dd class="d">slice 0</dd>' in text and '<dd class="mono">a</dd>' in text
    assert f'href="/dune/stages/{stage.pk}/slices/"' in text


@pytest.mark.parametrize(("split", "dataset", "says"), [("nevents(5)", "raw", "says no events"), ("nfiles(1)", "nosuch", "unknown definition nosuch"),
                                                        ("nfiles(5)", "empty", "nothing left to cut")])
def test_what_cannot_be_cut_says_so_where_it_would_be_shown(split, dataset, says, as_user):
    stage = staged(split, dataset=dataset)
    Definition.objects.create(experiment_id="dune", name="empty", dimensions="data_tier nothing")
    client = as_user()
    assert says in page(client, stage).content.decode()
    assert says in client.get(f"/dune/stages/{stage.pk}/launch/").content.decode()


def test_a_split_begins_anew_after_it_was_said_what_that_means(stage, as_user):
    cut(stage), cut(stage)
    client = as_user()
    text = page(client, stage, "reset/").content.decode()
    assert "So far cut: 2." in text and "processed a second time" in text and "at work, which go on: 2;" in text and "Free slices" not in text
    assert client.post(f"/dune/stages/{stage.pk}/slices/reset/", {"why": " "}).status_code == 422
    client.post(f"/dune/stages/{stage.pk}/slices/reset/", {"why": "calibration"})
    assert Event.objects.get(what="split begun anew").why == "calibration"
    assert "the split began anew" in page(client, stage).content.decode()


def test_the_position_is_moved_with_a_reason_or_it_is_said_why_not(as_user):
    stage = staged("multiparam", dataset="[[1,2,3]]")
    cut(stage), cut(stage)
    client, here = as_user(), f"/dune/stages/{stage.pk}/slices/move/"
    assert 'value="1"' in client.get(here).content.decode()
    assert client.post(here, {"to": "0", "why": ""}).status_code == 200 and client.post(here, {"to": "-1", "why": "x"}).status_code == 200
    assert client.post(here, {"to": "0", "why": "x"}).status_code == 409
    Slice.objects.update(state=Slice.DONE)
    assert client.post(here, {"to": "0", "why": "x"}).status_code == 302
    assert slices.stand(stage, for_test=False).state == 0
    assert client.post(here, {"to": "", "why": "x"}).status_code == 302
    assert slices.stand(stage, for_test=False).state is None


def test_a_slice_that_is_done_again_is_previewed_and_launched_as_it_was_seen(stage, as_user):
    client, address = as_user(), f"/dune/stages/{stage.pk}/slices/0/again/"
    launched(stage, state=JobState.DONE, files=("a",))
    form = form_of(client.get(address).content.decode()) | {"why": "wrong field map"}
    stage.settings |= {"memory_mb": 2800}
    stage.save()
    changed = client.post(address, form)
    assert changed.status_code == 409 and ">memory_mb<" in changed.content.decode() and Slice.objects.count() == 1
    assert client.post(address, form | form_of(changed.content.decode())).status_code == 302
    intent = LaunchIntent.objects.latest("pk")
    assert intent.preview["shown"]["slice"]["first"] == ["a"]
    go(leases.enlist("w2"), intent.not_before)
    row = intent.submissions.get()
    assert (row.snapshot["requests"]["memory_mb"], row.inputs) == (2800, 1)


def test_a_slice_is_done_again_and_another_given_back(stage, as_user):
    client = as_user()
    launched(stage, state=JobState.DONE, files=("a",))
    launched(stage, state=JobState.FAILED)
    assert "Its 1 file is launched again" in page(client, stage, "0/again/").content.decode()
    assert client.post(f"/dune/stages/{stage.pk}/slices/0/again/", {"why": "wrong field map"}).status_code == 302
    assert LaunchIntent.objects.latest("pk").slice.again.number == 0
    assert client.post(f"/dune/stages/{stage.pk}/slices/0/again/", {"why": "twice"}).status_code == 409
    assert client.post(f"/dune/stages/{stage.pk}/slices/1/back/", {"why": "later"}).status_code == 302
    assert Slice.objects.get(number=3).state == Slice.FREE
    assert "slice 3, which came back" in page(client, stage).content.decode()
    assert page(client, stage, "3/again/").status_code == 409 and page(client, stage, "77/again/").status_code == 404
    assert page(client, stage, "1/eat/").status_code == 404


@pytest.mark.parametrize(("role", "edits", "does"), [("analysis", False, False), ("production-shifter", False, True), ("production", True, True)])
def test_who_may_do_what(stage, role, edits, does, as_user):
    launched(stage, state=JobState.FAILED)
    client = as_user(role, role=role)
    client.post("/me/role/", {"experiment": "dune", "role": role})
    text = page(client, stage).content.decode()
    assert ("Begin anew" in text, "Give back" in text) == (edits, does)
    assert page(client, stage, "reset/").status_code == page(client, stage, "move/").status_code == (200 if edits else 403)
    assert page(client, stage, "0/back/").status_code == (200 if does else 403)
