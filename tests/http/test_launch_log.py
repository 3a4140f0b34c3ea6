"""What the command said that launched it: followed while it runs, and kept."""
import pytest
from django.urls import reverse

from pomssite.kit import registry
from pomssite.kit.registry import backend
from tests.commands import launched


@pytest.fixture
def launching(db, settings):
    settings.BATCH_SYSTEMS = {"default": {"BACKEND": "tests.commands.CommandBatch"}}
    registry._made.cache_clear()
    return launched()


def asked(client, row, **query):
    return client.get(reverse("submissions:launch_log", args=["dune", row.pk]), query)


def test_what_was_printed_since_is_told_with_the_place_to_go_on(launching, as_user):
    batch, client = backend("BATCH_SYSTEMS").inside, as_user()
    first = asked(client, launching, at=0, line=1)
    assert '<li id="L1"' in first.content.decode() and "setting up" in first.content.decode()
    assert (first["X-Next-At"], first["X-Next-Line"], first["X-Ended"], first["X-Why"]) == ("11", "2", "", "")
    batch.printed[launching.tag] += b"<b>no</b>\nERROR no such dataset\nhalf a li"
    more = asked(client, launching, at=11, line=2)
    assert "&lt;b&gt;no" in more.content.decode() and 'id="L3" class="err"' in more.content.decode() and "half" not in more.content.decode()
    batch.ends[launching.tag] = "ended with exit code 3"
    last = asked(client, launching, at=more["X-Next-At"], line=4)
    assert "half a li" in last.content.decode() and last["X-Ended"] == "ended with exit code 3"


def test_why_there_is_none_is_said(launching, as_user):
    backend("BATCH_SYSTEMS").inside.printed.clear()
    answer = asked(as_user(), launching, at=0, line=1)
    assert answer.status_code == 200 and answer["X-Why"] == "gpvm01 has no log of it" and answer["X-Ended"] == "" and b"<li" not in answer.content


def test_all_of_it_can_be_kept(launching, as_user):
    answer = asked(as_user(), launching, whole=1)
    assert b"".join(answer.streaming_content) == b"setting up\n" and f'{launching.tag}.log"' in answer["Content-Disposition"]


def test_it_stands_on_the_page_of_a_launch_by_command_and_on_no_other(launching, scene, as_user):
    client, other = as_user(), scene.of("simulate")[-1]
    for row, there in [(launching, True), (other, False)]:
        page = client.get(reverse("submissions:submission", args=["dune", row.pk])).content.decode()
        assert ("Launch log" in page) is there and ("Abort launch" in page) is there
    assert asked(client, other).status_code == 404


def test_another_experiment_reads_none_of_it(launching, as_user):
    assert asked(as_user("eve", "minerva"), launching).status_code in (403, 404)
