"""The page of a stage: what its charts say is what its submissions are, and a press narrows both."""
import re

import pytest
from django.urls import reverse

from pomssite.kit import clock
from submissions.services import census
from submissions.states import JobState
from submissions.templatetags.history import override
from tests.services.deeds import report

TABLE = re.compile(r'<tr id="submission-(\d+)"')


@pytest.fixture
def look(scene, two_hours_later, as_user):
    """A page of the stage `simulate` two hours after all that happened."""
    row = scene.of("simulate")[0]

    def page(words="", name="campaigns:stage", client=as_user()):
        return client.get(f"{reverse(name, args=['dune', row.stage_id])}?{words}")
    return page


def shown(answer):
    return [int(pk) for pk in TABLE.findall(answer.content.decode())]


def test_recoveries_stand_under_what_they_recover(scene, look):
    failed, held, recovery = scene.of("simulate")
    assert shown(look()) == [held.pk, failed.pk, recovery.pk]
    assert recovery.parent_id == failed.pk


def test_a_press_shows_the_submissions_that_have_such_jobs(scene, look):
    failed, held, recovery = scene.of("simulate")
    assert shown(look("signal=9")) == [failed.pk, recovery.pk]
    assert shown(look("state=held&t=all")) == [held.pk]
    assert shown(look("site=here")) == [failed.pk, recovery.pk]
    assert shown(look("memory=5")) == [failed.pk, recovery.pk] and shown(look("cpu=18")) == [failed.pk, recovery.pk]
    nothing = look("signal=11&site=CERN").content.decode()
    assert "None of its submissions fits: in the last 24 h, signal 11, site CERN" in nothing


def test_words_that_make_no_sense_are_passed_over(scene, look):
    for words in ("exit=x", "state=new", "cpu=--1", "t=ages", "status=odd", "sort=odd", "after=x,y", "signal=%00", "site=", "memory=9999999999",
                  "cpu=99999", "cpu=-99999", "memory=999999"):
        assert len(shown(look(words))) == 3, words


def test_what_is_narrowed_says_so_and_each_word_leads_out(scene, look):
    text = look("signal=9&site=here&t=3d").content.decode()
    assert 'aria-label="Without signal 9"' in text and "the last 3 d" in text
    ways = re.findall(r'href="\?([^"]*)#submissions" aria-label="Without (\w+)', text)
    assert ways == [("signal=9&amp;site=here", "in"), ("site=here&amp;t=3d", "signal"), ("signal=9&amp;t=3d", "site")]


def test_live_and_bad_are_counted_and_chosen(scene, look):
    failed, held, recovery = scene.of("simulate")
    text = look().content.decode()
    assert re.search(r'Live <span class="n">2</span>', text) and re.search(r'Bad <span class="n">1</span>', text)
    assert shown(look("status=bad")) == [held.pk]
    assert shown(look("status=live")) == [held.pk, failed.pk, recovery.pk]


def test_the_list_is_sorted_and_paged(scene, look, monkeypatch):
    monkeypatch.setattr("campaigns.views.work.SHOWN", 1)
    failed, held, recovery = scene.of("simulate")
    first = look()
    assert shown(first) == [held.pk] and f"?after={held.pk}#submissions" in first.content.decode()
    assert shown(look(f"after={held.pk}")) == [failed.pk, recovery.pk]
    assert shown(look("sort=launched")) == [failed.pk, recovery.pk]


def test_the_numbers_are_those_of_the_tables(scene, look):
    data, text = look(name="campaigns:charts").json(), look().content.decode()
    assert set(data) == {"jobs", "cpu", "memory", "sites", "ends"}
    assert data["ends"]["labels"] == ["signal 9"] and ">signal 9</a>" in text
    assert data["memory"]["asked"] == [300] and sum(map(sum, data["memory"]["z"])) == 1
    assert "1 used more than was asked for" in text


def test_a_chart_of_one_thing_shows_all_of_it(scene, look):
    held = scene.of("simulate")[1]
    report(held, JobState.FAILED, 1, clock.now(), site="there", exit_code=1)
    census.fold()
    data = look("site=there", name="campaigns:charts").json()
    assert (data["ends"]["labels"], data["sites"]["labels"]) == (["exit 1"], ["here", "there", "not told"])


def test_numbers_are_not_sent_twice(scene, look, as_user):
    first = look("t=all", name="campaigns:charts")
    assert first.status_code == 200
    again = as_user().get(first.request["PATH_INFO"] + "?t=2020-01-01..2020-01-02")
    known = as_user().get(again.request["PATH_INFO"] + "?t=2020-01-01..2020-01-02", headers={"If-None-Match": again["ETag"]})
    assert (known.status_code, known.content) == (304, b"")


def test_a_time_without_jobs_says_what_to_do(scene, look):
    text = look("t=2020-01-01..2020-01-02").content.decode()
    assert "No job in 1 Jan 00:00 to 3 Jan 00:00." in text and 'href="?t=all">Show all time</a>' in text


def test_its_submissions_have_their_acts_and_are_chosen_for_acts_on_many(scene, look, as_user):
    held, text = scene.of("simulate")[1], look().content.decode()
    assert f'href="/dune/submissions/{held.pk}/release/"' in text and f'href="/dune/submissions/{held.pk}/hold/"' not in text
    assert f'name="thing" value="{held.pk}" form="bulk"' in text and "all submissions of simulate" in text
    said = {"kind": "submission", "deed": "release", "all": "1", "of": re.search(r'name="of" value="([^"]*)"', text)[1]}
    page = as_user().post("/dune/bulk/", said)["Location"]
    text = as_user().get(page).content.decode()
    assert "Release: 1 of 3 submissions" in text and f'href="/dune/submissions/?stage={held.stage_id}"' in text


def test_its_head_offers_a_test_and_its_split_is_said_in_words(scene, look):
    row, text = scene.of("simulate")[0], look().content.decode()
    assert f'href="/dune/stages/{row.stage_id}/launch/?test=1"' in text
    assert ">Not split</b>" in text and "Each launch runs over all that is handed to it" in text


@pytest.mark.parametrize(("pair", "words"), [
    (("@memory_mb", "1000"), "memory 1000 MB"), (("@jobs", "per_file"), "one job a file"), (("@jobs", "3"), "3 jobs"),
    (("@odd", "x"), "@odd = x"), (("--tune ", "c3"), "--tune c3")])
def test_an_override_is_said_in_words(pair, words):
    assert override(pair) == words
