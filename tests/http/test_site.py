"""Health, headers, errors, the way home, and pictures from the storage."""
import pytest
from django.test import Client

from accounts.models import Experiment
from datasets.models import File, FileLocation
from tests.makers import make_user
from tests.scenes import make_plot


def test_health_and_readiness_are_said_without_signing_in(db):
    assert (Client().get("/healthz").status_code, Client().get("/readyz").status_code) == (200, 200)


def test_the_policy_allows_no_inline_script_or_style(db):
    policy = Client().get("/me/sign-in/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_each_answer_has_a_number_that_the_error_page_repeats(scene, as_user):
    answer = as_user().get("/dune/campaigns/0/")
    assert answer.status_code == 404
    assert answer["X-Request-ID"] in answer.content.decode()


def test_a_fault_is_a_page_with_its_number_and_no_traceback(scene, as_user, monkeypatch):
    client = as_user()
    client.raise_request_exception = False
    monkeypatch.setattr("campaigns.views.lists.show", None)
    answer = client.get("/dune/campaigns/")
    assert answer.status_code == 500
    text = answer.content.decode()
    assert answer["X-Request-ID"] in text
    assert "Traceback" not in text
    assert "TypeError" not in text


def test_home_leads_to_where_one_was(scene, as_user):
    make_user("ann", "nova")
    client = as_user()
    client.get("/nova/campaigns/")
    assert client.get("/")["Location"] == "/nova/campaigns/"


def test_who_belongs_nowhere_is_told_whom_to_ask(db, django_user_model):
    client = Client()
    client.force_login(django_user_model.objects.create(username="new"))
    answer = client.get("/")
    assert answer.status_code == 403
    assert "superuser" in answer.content.decode()


def test_a_picture_of_ones_experiment_is_shown_with_a_type_of_our_choosing(scene, as_user):
    answer = as_user().get(f"/dune/files/{File.objects.get(data_tier='plot').pk}/content")
    assert (answer.status_code, answer["Content-Type"], answer["X-Content-Type-Options"]) == (200, "image/png", "nosniff")
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "https://example.org/mass.png", "file://{storage}/../outside.png", "file://{storage}/link.png",
                                 "file://elsewhere{storage}/mass.png"])
def test_nothing_outside_the_storage_is_served(scene, as_user, settings, url):
    file, storage = File.objects.get(data_tier="plot"), settings.POMS_STORAGE / "dune"
    (storage.parent / "outside.png").write_bytes(b"secret")
    (storage / "link.png").symlink_to(storage.parent / "outside.png")
    FileLocation.objects.filter(file=file).update(url=url.format(storage=storage))
    assert as_user().get(f"/dune/files/{file.pk}/content").status_code == 404


def test_what_is_no_picture_is_not_shown(scene, as_user, settings):
    file = make_plot(scene.of("generate")[0], settings.POMS_STORAGE, "page.html", b"<script>")
    File.objects.filter(pk=file.pk).update(file_format="html")
    assert as_user().get(f"/dune/files/{file.pk}/content").status_code == 404


def test_an_error_stands_in_the_frame_with_the_way_back_to_the_thing(scene, as_user):
    text = as_user().get(f"/dune/submissions/{scene.of('simulate')[0].pk}/jobs/x%231.99/").content.decode()
    assert f'href="/dune/submissions/{scene.of("simulate")[0].pk}/">' in text
    assert 'aria-label="Main"' in text
    assert "data-copy" in text


def test_who_is_not_of_an_experiment_is_told_where_to_go_and_sees_no_frame(scene, as_user):
    text = as_user("eve", "nova").get("/dune/campaigns/").content.decode()
    assert 'aria-label="Main"' not in text
    assert 'href="/nova/campaigns/"' in text


def test_a_fault_asks_the_database_for_nothing(scene, as_user, monkeypatch):
    client = as_user()
    client.raise_request_exception = False
    monkeypatch.setattr("accounts.frame.Frame.experiments", property(lambda frame: 1 / 0))
    answer = client.get("/dune/campaigns/")
    assert answer.status_code == 500
    assert "A fault" in answer.content.decode()


@pytest.mark.parametrize(("old", "now"), [
    ("/show_campaigns/dune/production", "/dune/campaigns/?as=production"),
    ("/poms/show_campaigns/dune/production", "/dune/campaigns/?as=production"),
    ("/submission_details/dune/production/?submission_id=118204", "/dune/submissions/118204/?as=production"),
    ("/campaign_stage_info/dune/analysis?campaign_stage_id=9", "/dune/stages/9/?as=analysis"),
    ("/campaign_deps/dune/production?campaign_name=fdhd+mc", "/dune/campaigns/?q=fdhd+mc&as=production"),
    ("/show_campaigns/dune", "/dune/campaigns/"),
])
def test_an_address_of_old_leads_for_good_to_the_page_that_took_its_place(db, old, now):
    answer = Client().get(old)
    assert (answer.status_code, answer["Location"]) == (301, now)


def test_an_address_of_old_with_no_number_where_one_belongs_leads_nowhere(db):
    assert Client().get("/submission_details/dune/production?submission_id=//evil.org").status_code == 404


def test_a_link_that_was_shared_asks_and_does_not_switch_the_role(scene, as_user):
    client = as_user(role="superuser")
    text = client.get("/dune/campaigns/?as=superuser").content.decode()
    assert "Act as superuser" in text
    assert 'class="super"' not in text
    assert "Act as" not in client.get("/dune/campaigns/?as=nobody").content.decode()


def test_held_launches_of_the_experiment_show_on_every_page_with_the_way_to_release_them(scene, as_user):
    client = as_user(role="superuser")
    assert "held-mark" not in client.get("/dune/submissions/").content.decode()
    Experiment.objects.filter(pk="dune").update(launches_held_by="lee", launches_held_why="tape")
    assert "launches/release" not in client.get("/dune/submissions/").content.decode()
    client.post("/me/role/", {"experiment": "dune", "role": "superuser"})
    assert "/dune/launches/release/" in client.get("/dune/submissions/").content.decode()


def test_another_experiment_opens_on_the_same_page_if_it_has_one(scene, as_user):
    make_user("ann", "nova")
    client = as_user()
    assert 'href="/nova/submissions/"' in client.get("/dune/submissions/").content.decode()
    text = client.get(f"/dune/campaigns/{scene.campaign.pk}/").content.decode()
    assert 'href="/nova/campaigns/"' in text
