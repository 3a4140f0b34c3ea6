"""The charts of a whole campaign: what they say is what its stages say together, and a press narrows them and the list below."""
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Stage
from pomssite.kit import clock
from submissions.models import Job
from submissions.services import census
from tests.makers import make_campaign, make_document

TABLE = re.compile(r'<tr id="submission-(\d+)"')


@pytest.fixture
def look(scene, two_hours_later, as_user):
    """The tab, two hours after all that happened."""
    def page(words="", name="campaigns:campaign", client=as_user(), campaign=scene.campaign):
        return client.get(f"{reverse(name, args=['dune', campaign.pk])}?{words}{'&tab=charts' if name == 'campaigns:campaign' else ''}")
    return page


def shown(answer):
    return {int(pk) for pk in TABLE.findall(answer.content.decode())}


def numbers(look, words=""):
    return look(words, name="campaigns:campaign_charts").json()


def test_the_numbers_are_those_of_all_stages_together(scene, look, as_user):
    data = numbers(look)
    assert set(data) == {"jobs", "stages", "cpu", "sites", "ends"}
    assert data["stages"]["labels"] == ["generate", "simulate"]
    each = [as_user().get(reverse("campaigns:charts", args=["dune", pk])).json()
            for pk in Stage.objects.filter(campaign=scene.campaign).values_list("pk", flat=True)]
    assert sum(data["stages"]["totals"]) == sum(sum(one["sites"].get("totals", [])) for one in each) + _waiting(data)
    assert sum(data["cpu"]["values"]) == sum(sum(one["cpu"].get("values", [])) for one in each) > 0
    assert sum(data["ends"]["totals"]) == sum(sum(one["ends"].get("totals", [])) for one in each) > 0


def _waiting(data):
    """Jobs that wait and were nowhere yet have no bar among the sites."""
    idle = next((series["values"] for series in data["stages"]["series"] if series["name"] == "idle"), [])
    return sum(idle)


def test_the_tab_says_in_words_and_tables_what_is_drawn(scene, look):
    text = look().content.decode()
    for words in ('data-charts="/dune/campaigns/', "charts.json?tab=charts", "Jobs of 2 stages; most bad jobs in simulate", "CPU / wall",
                  "plotly-cartesian", 'aria-current="page" data-key="4" data-key-words="Charts"'):
        assert words in text, words
    assert len(re.findall(r'<section class="card chart-card" id="chart-(\w+)"', text)) == 5


def test_other_tabs_do_not_bring_the_library(scene, as_user):
    assert "plotly" not in as_user().get(reverse("campaigns:campaign", args=["dune", scene.campaign.pk])).content.decode()


def test_a_press_narrows_the_list_and_leads_on_to_the_jobs(scene, look):
    failed, held, recovery = scene.of("simulate")
    answer = look("signal=9")
    assert shown(answer) == {failed.pk, recovery.pk}
    assert f'/dune/submissions/{failed.pk}/?signal=9"' in answer.content.decode()
    assert shown(look("state=held&t=all")) == {held.pk}
    everything = {row.pk for name in ("generate", "simulate") for row in scene.of(name)}
    assert shown(look()) == everything


def test_a_press_on_a_stage_narrows_all_but_the_chart_of_the_stages(scene, look):
    row = scene.of("simulate")[0]
    data, answer = numbers(look, f"stage={row.stage_id}"), look(f"stage={row.stage_id}")
    assert data["ends"]["labels"] == ["signal 9"] and data["stages"]["labels"] == ["generate", "simulate"]
    assert shown(answer) == {each.pk for each in scene.of("simulate")}
    assert 'aria-label="Without stage simulate"' in answer.content.decode()
    assert shown(look("stage=0")) == shown(look("stage=x")) == shown(look())


def test_a_span_says_where_it_is_and_an_empty_one_what_to_do(scene, look):
    text = look("t=2020-01-01..2020-01-02").content.decode()
    assert "No job in 1 Jan 00:00 to 3 Jan 00:00." in text and 'href="?t=all&amp;tab=charts">Show all time</a>' in text
    assert "No job of any stage was at work." in text
    assert 'href="?tab=charts">Show all</a>' in look("t=2020-01-01..2020-01-02&signal=9").content.decode()


def test_campaigns_without_work_or_without_stages_have_the_tab_too(scene, look):
    fresh, bare = (make_campaign(make_document(name), files=()) for name in ("fresh", "bare"))
    bare.stages.update(retired_at=clock.now())
    for campaign in (fresh, bare):
        answer = look(campaign=campaign)
        assert answer.status_code == 200 and "No submission yet." in answer.content.decode()
        assert look(name="campaigns:campaign_charts", campaign=campaign).json() == {name: {} for name in ("jobs", "stages", "cpu", "sites", "ends")}


def test_numbers_are_not_sent_twice_nor_to_strangers(scene, look, as_user):
    first = look("t=2020-01-01..2020-01-02", name="campaigns:campaign_charts")
    address = f"{first.request['PATH_INFO']}?t=2020-01-01..2020-01-02"
    assert as_user().get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert as_user("eve", "nova").get(address).status_code in (403, 404)


def test_the_queries_are_few_and_no_job_is_counted(scene, look):
    for words in ("", f"stage={scene.of('simulate')[0].stage_id}&signal=9&site=here", "t=all"):
        look(words)
        with CaptureQueriesContext(connection) as asked:
            look(words)
        assert len(asked) <= 12
        assert not [one["sql"] for one in asked if 'FROM "submissions_job"' in one["sql"] and "held" not in one["sql"]]


def test_jobs_of_which_no_site_is_told_are_found_on_the_page_of_their_submission(scene, look, as_user):
    """A press on the bar narrows the list; the rows of that list lead on."""
    row = scene.of("simulate")[0].pk
    Job.objects.filter(submission_id=row).update(site=None)
    census.rebuild()
    address = re.search(rf'href="(/dune/submissions/{row}/[?][^"]*site=none[^"]*)"', look("site=-").content.decode())[1]
    text = as_user().get(address).content.decode()
    assert all(f'<tr id="job-{job.pk}"' in text for job in Job.objects.filter(submission_id=row))
