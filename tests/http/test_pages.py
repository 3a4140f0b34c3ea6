"""Each page says what is so."""
import pytest
from django.urls import reverse

from submissions.models import Job


def page(client, name, *args, **query):
    answer = client.get(reverse(name, args=["dune", *args]), query)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.content.decode()


def test_the_list_of_campaigns_shows_the_worst_open_state(scene, as_user):
    text = page(as_user(), "campaigns:list")
    assert "zmumu" in text
    assert "1 job held in simulate: the disk is full" in text


def test_the_campaign_shows_its_graph_its_reasons_and_its_result(scene, as_user):
    text = page(as_user(), "campaigns:campaign", scene.campaign.pk)
    for words in ("Running: 1 running", "merge has not started", "1 job of simulate", "91.1532", "mass.png"):
        assert words in text


def test_the_stage_shows_its_chart_its_recoveries_and_its_settings(scene, as_user):
    stage = scene.of("simulate")[0].stage
    text = page(as_user(), "campaigns:stage", stage.pk)
    for words in ("recovery 1", "Jobs by state", "memory_mb", "this stage", "memory 900 MB"):
        assert words in text


def test_the_submission_shows_what_went_wrong_and_its_command(scene, as_user):
    row = scene.of("simulate")[0]
    text = page(as_user(), "submissions:submission", row.pk)
    for words in (f"Submission #{row.pk}", "used 512 MB of 300 MB", "signal 9", 'aria-current="step"', "Inputs missing"):
        assert words in text


def test_a_job_shows_its_log_escaped_with_the_lines_of_trouble_marked(scene, as_user):
    row = scene.of("generate")[-1]
    job = Job.objects.filter(submission_id=row.pk).order_by("proc").first()
    text = page(as_user(), "submissions:job", row.pk, str(job))
    assert "&lt;b&gt;not bold&lt;/b&gt;" in text
    assert text.count('class="err"') == 1


def test_the_list_of_submissions_is_narrowed_by_status(scene, as_user):
    held = [row for row in scene.of("simulate") if row.status == "Held"]
    text = page(as_user(), "submissions:list", status="Held")
    assert f">#{held[0].pk}<" in text
    assert text.count("<tr id=") == len(held)


@pytest.mark.parametrize("query", ["status=nonsense", "before=x", "campaign=99999999999999999999", "q=%00"])
def test_a_list_that_is_asked_for_nonsense_still_answers(scene, as_user, query):
    assert as_user().get(f"/dune/submissions/?{query}").status_code == 200
