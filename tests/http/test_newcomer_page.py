"""Bringing in an experiment in the administration: asked first, made whole or not at all, by administrators of the site alone."""
import pytest

from accounts.models import Experiment
from campaigns.models import LoginSetup
from pomssite.kit import registry

SAID = {"name": "nova", "title": "NOvA", "batch": "lab", "catalogue": "default", "production": "novapro@gpvm01", "superusers": "sue tom"}


@pytest.fixture
def root(db, settings, as_user):
    settings.BATCH_SYSTEMS = {"default": {"BACKEND": "tests.fakes.MemoryBatch"}, "lab": {"BACKEND": "tests.commands.CommandBatch"}}
    registry._made.cache_clear()
    return as_user("root", is_superuser=True)


def test_it_is_asked_and_made_and_shown(root):
    assert root.get("/admin/accounts/experiment/add/")["Location"] == "/admin/newcomer/"
    page = root.get("/admin/newcomer/").content.decode()
    assert all(f'name="{name}"' in page for name in SAID)
    answer = root.post("/admin/newcomer/", SAID)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/accounts/experiment/nova/change/")
    row = Experiment.objects.get(pk="nova")
    assert sorted(row.memberships.values_list("user__username", "role")) == [("sue", "superuser"), ("tom", "superuser")]
    assert LoginSetup.objects.get(experiment=row).host == "gpvm01"


def test_one_that_does_not_answer_is_shown_and_nothing_is_made_until_one_says_so(root):
    said = SAID | {"production": "novapro@gpvm99"}
    page = root.post("/admin/newcomer/", said)
    assert page.status_code == 422
    assert "gpvm99 does not answer: no such host" in page.content.decode() and 'value="novapro@gpvm99"' in page.content.decode()
    assert not Experiment.objects.filter(pk="nova").exists()
    assert root.post("/admin/newcomer/", said | {"anyway": "on"}).status_code == 302


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"name": "api"}, "a word that the site keeps for itself"), ({"title": ""}, "This field is required"),
    ({"production": "gpvm01"}, "say account@host"), ({"production": "x" * 101 + "@gpvm01"}, "101 characters, and there is room for 100"),
    ({"superusers": "x" * 151}, "151 characters, and there is room for 150"), ({"title": "a\u202eb"}, "not shown"),
    ({"title": "a\0b"}, "Null characters"), ({"batch": "pbs"}, "Select a valid choice"),
])
def test_what_is_said_badly_is_told_beside_it(root, wrong, sentence):
    page = root.post("/admin/newcomer/", SAID | wrong | {"anyway": "on"})
    assert page.status_code == 422 and sentence in page.content.decode()
    assert not Experiment.objects.exclude(name="dune").exists()


def test_staff_who_are_no_administrators_of_the_site_may_not(root, as_user):
    sue = as_user("sue", role="superuser")
    assert sue.get("/admin/newcomer/").status_code == 403
    assert sue.post("/admin/newcomer/", SAID).status_code == 403
    assert as_user("ann").get("/admin/newcomer/").status_code == 302
