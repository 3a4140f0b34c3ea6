"""Deeds of the administration: pressed twice each is done once, and jobs have those of their page."""
import re

import pytest

from accounts.models import Event
from submissions.models import Job, LaunchIntent, Order, Submission
from tests.http.test_admin_walls import act
from tests.http.test_recover import failed  # noqa: F401 fixture
from tests.makers import make_experiment


@pytest.fixture
def boss(as_user):
    return as_user("boss", role="superuser")


def number(page):
    """Of the form that was drawn."""
    return re.search(r'name="form" value="([0-9a-f]{32})"', page)[1]


def test_a_recovery_is_asked_for_once_by_one_form(failed, boss):  # noqa: F811
    drawn = [number(act(boss, Submission, "recover", failed, confirmed="")) for _ in range(2)]
    before, said = LaunchIntent.objects.count(), {"why": "lost disk", "recovery": "consumed_status"}
    pages = [act(boss, Submission, "recover", failed, form=drawn[0], **said) for _ in range(2)]
    assert LaunchIntent.objects.count() == before + 1 and Event.objects.filter(what="recovery asked for", why="lost disk").count() == 1
    assert all("Its recovery is recorded." in page for page in pages)
    LaunchIntent.objects.filter(key__contains=drawn[0]).update(dropped_at="2026-01-01T00:00Z")
    act(boss, Submission, "recover", failed, form=drawn[0], **said)
    assert LaunchIntent.objects.count() == before + 1, "whatever became of the first one"
    act(boss, Submission, "recover", failed, form=drawn[1], **said)
    assert LaunchIntent.objects.count() == before + 2


def test_a_form_without_a_number_is_not_taken(failed, boss):  # noqa: F811
    before = LaunchIntent.objects.count()
    for form in ({}, {"form": ""}):
        page = act(boss, Submission, "recover", failed, why="x", recovery="consumed_status", **form)
        assert "This form has no number" in page
    assert LaunchIntent.objects.count() == before


@pytest.mark.parametrize(("state", "deed", "order"), [("running", "hold", "hold"), ("held", "release", "release"), ("idle", "kill", "remove")])
def test_jobs_have_the_deeds_of_their_page(scene, boss, as_user, state, deed, order):
    one, other = Job.objects.filter(submission_id=scene.of("generate")[0].pk)[:2]
    Job.objects.filter(pk=one.pk).update(state=state)
    Job.objects.filter(pk=other.pk).update(state="done")
    make_experiment("nova")
    eve = as_user("eve", "nova", role="superuser")
    act(eve, Job, deed, one, why="mine")
    assert not Order.objects.filter(why="mine").exists()
    page = act(boss, Job, deed, one, other, confirmed="")
    assert str(one) in page and "this one is done" in page and not Order.objects.filter(why="loops").exists()
    act(boss, Job, deed, one, other)
    assert not Order.objects.filter(by="boss").exists(), "without a reason"
    act(boss, Job, deed, one, other, why="loops")
    said = Order.objects.get(why="loops")
    assert (said.submission_id, said.deed, said.refs, said.by) == (one.submission_id, order, [str(one)], "boss")
    assert Event.objects.filter(what=f"{order} ordered", door="admin", role="superuser", why="loops").count() == 1
