"""Files that a document speaks of, asked of the catalogue: those there are none of, those nobody knows, and no more than a few."""
import pytest
from django.db import transaction

from accounts.models import Experiment
from campaigns.document import Dependency, Settings
from campaigns.services import matches
from tests.makers import make_document, make_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def dune(db):
    make_files(("a.raw", "b.raw"))
    return Experiment.objects.get(pk="dune")


def without(dune, *patterns, **said):
    doc = make_document(dependencies=tuple(Dependency("gen", "reco", each) for each in patterns), defaults=Settings(**said))
    return matches.without_files(doc, experiment=dune)


def test_what_has_files_is_not_named(dune):
    assert without(dune, "%.raw", "data_tier raw and file_name a%", "%") == {}


def test_what_has_none_is_named_and_what_is_not_known_is_said(dune):
    found = without(dune, "%.root", "%.raw, data_tier reco", dataset="rwa")
    assert found["file_name like %.root"] == found["(data_tier reco)"] == matches.NONE
    assert "rwa" in found.pop("defname: rwa") and len(found) == 2


def test_no_more_are_asked_than_a_page_may_wait_for(dune, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(matches, "MOST", 3)
    with django_assert_max_num_queries(6):
        found = list(without(dune, *(f"%.{n}" for n in range(50))).values())
    assert found[:-1] == [matches.NONE] * 3 and "3 of 51 were, as many as a page waits for" in found[-1]
    monkeypatch.setattr(matches, "SECONDS", -1)
    assert [*without(dune, "%.root").values()] == [matches.REST.format(0, 2)]


@pytest.mark.django_db(transaction=True)
def test_the_catalogue_is_asked_outside_of_a_transaction(dune):
    with transaction.atomic(), pytest.raises(Exception, match="transaction"):
        without(dune, "%.root")
    assert without(dune, "%.root") != {}
