"""A campaign that went out as a file and came in again on an empty platform has the same pages."""
import re
from io import StringIO

import pytest
from django.core.management import call_command

from campaigns.document import Settings, Stage
from campaigns.models import Campaign
from campaigns.services import documents, holds, labels
from pomssite.kit import clock
from tests.makers import make_actor, make_document, make_files
from tests.wiping import wipe

PAGES = ("campaigns/{campaign}/", "campaigns/{campaign}/?tab=settings", "campaigns/{campaign}/ini/?state=1", "stages/{stage}/",
         "stages/{stage}/launch/", "campaigns/{campaign}/versions/", "schedules/")
LEFT = re.compile(r'nonce="[^"]*"|"csrf[^"]*": ?"[^"]*"|<input type="hidden"[^>]*>|<ul class="feed">.*?</ul>', re.DOTALL)


@pytest.fixture
def client(db, as_user):
    return as_user()


def seen(client):
    """Each page, without numbers of rows and times of day, what is drawn by lot, and what has happened so far."""
    row = Campaign.objects.get()
    numbers = {"campaign": row.pk, "stage": row.stages.order_by("order").first().pk}
    answers = {page: client.get(f"/dune/{page.format(**numbers)}") for page in PAGES}
    assert {page: answer.status_code for page, answer in answers.items()} == dict.fromkeys(PAGES, 200)
    return {page: re.sub(r"\d+", "#", LEFT.sub("", answer.content.decode())) for page, answer in answers.items()}


def test_the_pages_are_the_same(client, tmp_path, record_property):
    gen = Settings(dataset="raw", split="nfiles(1)", param_overrides=(("--beam ", "mu"),))
    make_files(("a", "b"))
    doc = make_document(stages=(Stage("gen", gen, note="first"), Stage("reco", Settings(dataset="from_parent"))))
    row = documents.store(doc, actor=make_actor(), at=clock.now())
    labels.tag(row, "keep up", actor=make_actor(), at=clock.now())
    holds.hold(row.stages.get(name="reco"), actor=make_actor(), at=clock.now(), why="disk full")
    before, out, file = seen(client), StringIO(), tmp_path / "mc.ini"
    call_command("campaign", "export", "mc", "--experiment", "dune", "--with-state", stdout=out)
    file.write_text(out.getvalue())
    wipe()
    assert client.get(f"/dune/campaigns/{row.pk}/").status_code == 404
    make_files(("a", "b"))
    call_command("campaign", "import", str(file), "--experiment", "dune", "--with-state", stdout=out)
    after = seen(client)
    assert {page for page in PAGES if after[page] != before[page]} == set()
    record_property("measured", f"{len(PAGES)} pages, but for numbers, times and history")
