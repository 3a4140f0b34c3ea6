"""Mutated campaign files, uploaded one after the other: each is refused with the place that is wrong, or imported as it says; nothing is half saved.

    MUTATED         so many (60)
    MUTATED_SEED    the first of them (1)
"""
import os
from collections import Counter
from time import monotonic

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from accounts.models import Event
from campaigns import document, ini
from campaigns.document import JobType, LoginSetup
from campaigns.models import Campaign, Plan
from campaigns.services import documents, plans
from tests import mutated
from tests.makers import NOON, make_actor, make_document

MODELS = [*apps.get_app_config("campaigns").get_models(), Event]
SHARED = ("tile_fife", "hypot_fife", "cosmics", "generic"), ("tile_prod", "hypot_prod", "lab_prod", "generic")


def counted():
    """How many rows there are of everything that a campaign is made of."""
    return {model.__name__: model.objects.count() for model in MODELS}


@pytest.fixture
def client(db, as_user):
    """Somebody in an experiment that has what the files name, and a campaign under the name that one of them says."""
    types, logins = SHARED
    doc = make_document("tile_chain")
    documents.store(document.Campaign(**{**vars(doc), "job_types": (*doc.job_types, *(JobType(name, "run") for name in types)),
                                         "login_setups": (*doc.login_setups, *(LoginSetup(name, "", "", "") for name in logins))}),
                    actor=make_actor(), at=NOON)
    return as_user()


def uploaded(client, name, data):
    """What became of one file: refused, imported, nothing new or clashing; AssertionError if it is none of these."""
    before = counted()
    answer = client.post("/dune/campaigns/upload/", {"file": SimpleUploadedFile("c.ini", data)})
    if answer.status_code != 302:
        assert counted() == before
        return refused(answer)
    assert counted() == {**before, "Plan": before["Plan"] + 1}
    plan = Plan.objects.latest("pk")
    assert client.get(answer["Location"]).status_code == 200
    applied = client.post(f"{answer['Location']}apply/", {"why": name[:150]})
    if applied.status_code == 409:
        assert counted() == {**before, "Plan": before["Plan"] + 1} and "Nothing was changed" in applied.content.decode()
        return "in conflict"
    assert applied.status_code == 302
    row = Campaign.objects.get(name=plan.name, retired_at=None)
    assert document.campaign_part(documents.read(row)) == document.campaign_part(plans.document_of(plan))
    assert client.get(f"/dune/campaigns/{row.pk}/").status_code == 200
    text = ini.write(documents.read(row))
    assert ini.write(ini.parse(text)) == text
    return "imported"


def refused(answer):
    """A page that says what is wrong, and where."""
    assert answer.status_code == 422 and "looked" in answer.context, f"{answer.status_code} {answer.content[:300]!r}"
    looked = answer.context["looked"]
    assert looked.faults or looked.trouble
    assert all(fault.line >= 1 and fault.sentence for fault in looked.faults)
    said = answer.content.decode()
    assert all(f"line {fault.line}<" in said for fault in looked.faults) and len(said) < 4_000_000
    return "refused by line" if looked.faults else "refused by stage"


def test_each_is_refused_by_its_place_or_imported_as_it_says_and_none_is_half_saved(client, record_property):
    many, seed = int(os.environ.get("MUTATED", "60")), int(os.environ.get("MUTATED_SEED", "1"))
    became, longest = Counter(), (0.0, "")
    client.raise_request_exception = False
    for number, (name, data) in enumerate(mutated.files(seed, many)):
        begun = monotonic()
        point = transaction.savepoint()     # no block of its own: the catalogue is asked, and never within one
        try:
            became[uploaded(client, name, data)] += 1
        except AssertionError as wrong:
            raise AssertionError(f"file {number} of seed {seed} ({name}, {len(data)} bytes): {wrong}") from wrong
        transaction.savepoint_rollback(point)
        longest = max(longest, (monotonic() - begun, name))
    assert sum(became.values()) == many and became["imported"] and became["refused by line"]
    record_property("became", ", ".join(f"{times:,} {what}" for what, times in became.most_common()))
    record_property("longest", f"{longest[0]:.1f} s ({longest[1]})")
