"""Take me there: what the search finds by its shape and by its letters, and nothing of others."""
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from datasets.models import File
from submissions.models import GridCluster, Job
from tests.makers import make_actor, make_campaign, make_document

MOST_QUERIES = 12


@pytest.fixture
def ask(scene, as_user):
    client = as_user()

    def asked(words, **headers):
        return client.get("/dune/search/", {"q": words}, headers=headers)
    return asked


def typed(answer):
    return answer.content.decode()


def job_of(scene):
    row = scene.of("simulate")[0]
    job = Job.objects.filter(submission_id=row.pk).first()
    GridCluster.objects.get_or_create(submission=row, batch=row.batch, schedd=job.schedd, cluster=job.cluster)
    return row, job


def test_a_part_of_a_name_finds_campaigns_and_stages(scene, ask):
    text = typed(ask("MUM", **{"HX-Request": "true"}))
    assert f'href="/dune/campaigns/{scene.campaign.pk}/"' in text
    assert 'role="option"' in text
    assert "simulate" in typed(ask("mul"))


def test_two_words_may_be_the_campaign_and_the_stage(scene, ask):
    text = typed(ask("zmumu simul"))
    assert "simulate" in text
    assert "generate" not in text


def test_the_whole_name_leads_there_at_once(scene, ask):
    assert ask("zmumu")["Location"] == f"/dune/campaigns/{scene.campaign.pk}/"


def test_a_number_with_its_sign_is_a_submission(scene, ask):
    row = scene.of("simulate")[0]
    assert ask(f"#{row.pk}")["Location"] == f"/dune/submissions/{row.pk}/"
    assert f"/dune/submissions/{row.pk}/" in typed(ask(str(row.pk)))


@pytest.mark.parametrize("form", ["{0.cluster}.{0.proc}@{0.schedd}", "{0.schedd}#{0.cluster}.{0.proc}"])
def test_a_job_is_known_by_its_shape(scene, ask, form):
    row, job = job_of(scene)
    assert ask(form.format(job))["Location"].startswith(f"/dune/submissions/{row.pk}/jobs/")


def test_a_cluster_leads_to_who_ran_as_it(scene, ask, as_user):
    row, job = job_of(scene)
    GridCluster.objects.create(submission=row, batch=row.batch, schedd="s", cluster="48211937")
    assert f"/dune/submissions/{row.pk}/" in typed(ask("48211937"))
    assert as_user().get("/c/48211937")["Location"] == f"/dune/submissions/{row.pk}/"


def test_a_file_is_found_by_how_its_name_begins(scene, ask):
    row, job = job_of(scene)
    made = File.objects.first()
    File.objects.filter(pk=made.pk).update(name="reco_20000412.root", submission_id=row.pk, job=str(job))
    made.refresh_from_db()
    assert made.name in typed(ask(made.name[:-1], **{"HX-Request": "true"}))
    assert ask(made.name)["Location"].startswith(f"/dune/submissions/{row.pk}/jobs/")


def test_a_name_that_was_mistyped_finds_what_is_like_it(scene, ask):
    assert "zmumu" in typed(ask("zmumo"))


def test_what_fits_nothing_says_what_would(scene, ask):
    text = typed(ask("nothing of that kind"))
    assert "fits" in text
    assert "any part of their names" in text


def test_of_other_experiments_nothing_is_found(scene, as_user):
    row, job = job_of(scene)
    make_campaign(make_document("hidden"), actor=make_actor("bob", "nova"))
    client = as_user("eve", "nova")
    file = File.objects.first()
    for words in ("zmumu", "zmumo", f"#{row.pk}", str(row.pk), f"{job.cluster}.{job.proc}", job.cluster, file.name, row.tag):
        text = typed(client.get("/nova/search/", {"q": words}))
        assert "fits" in text
        assert f"/submissions/{row.pk}/" not in text
    assert client.get(f"/c/{job.cluster}").status_code == 404
    assert "hidden" in typed(client.get("/nova/search/", {"q": "hid"}))


@pytest.mark.parametrize("words", ["", "zmumu", "sim gen", "12", "#12", "9.3", "a" * 400, "%", "'; --"])
def test_every_question_has_an_answer_of_few_queries(scene, ask, words):
    ask(words)
    with CaptureQueriesContext(connection) as queries:
        assert ask(words).status_code in (200, 302)
    assert len(queries) <= MOST_QUERIES


def test_a_search_stands_in_no_line_of_the_navigation(scene, as_user):
    assert 'aria-current="page"' not in as_user().get("/dune/search?q=sim").content.decode()
