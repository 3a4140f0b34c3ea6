"""What everybody is told on every page; and maintenance, under which pages are read and nobody but root changes anything."""
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from accounts import notices, tokens
from accounts.actors import root
from accounts.models import Event, Notice
from campaigns.models import Hold
from pomssite.kit import clock
from pomssite.kit.errors import Invalid, NotAllowed
from submissions import tokens as job_tokens
from tests.makers import NOON, make_actor, make_user


@pytest.fixture
def boss(db):
    user = make_user("boss")
    user.is_superuser = True
    user.save()
    return root("boss")


def hold(client, scene):
    return client.post(f"/dune/campaigns/{scene.campaign.pk}/hold/", {"why": "looking"})


def test_everybody_is_told_until_it_is_lifted(scene, boss, as_user):
    client, stranger = as_user(), as_user("eve", "nova")
    notices.announce("The pool is emptied at <noon>.", maintenance=False, actor=boss, at=NOON)
    for person, page in ((client, "/dune/campaigns/"), (stranger, "/nova/campaigns/")):
        assert "The pool is emptied at &lt;noon&gt;." in person.get(page).content.decode()
    assert hold(client, scene).status_code == 302 and Hold.objects.exists()
    notices.announce("It is emptied at one.", maintenance=False, actor=boss, at=NOON)
    text = client.get("/dune/campaigns/").content.decode()
    assert "It is emptied at one." in text and "noon" not in text
    assert notices.lift(actor=boss, at=NOON) and not notices.lift(actor=boss, at=NOON)
    assert "data-notice" not in client.get("/dune/campaigns/").content.decode()
    assert list(Event.objects.filter(thing__startswith="notice:").order_by("pk").values_list("what", flat=True)) == [
        "announced", "announced", "announcement lifted"]


def test_under_maintenance_pages_are_read_and_nothing_is_changed(scene, boss, as_user):
    client = as_user()
    notices.announce("The database moves until 14:00.", maintenance=True, actor=boss, at=NOON)
    assert "Maintenance: pages are read" in client.get("/dune/campaigns/").content.decode()
    answer = hold(client, scene)
    assert (answer.status_code, answer["Retry-After"]) == (503, "300")
    assert "The database moves until 14:00. Until then pages are read, and nothing is changed" in answer.content.decode()
    assert not Hold.objects.exists()
    text = tokens.make("nightly", ["launch"], 1, actor=make_actor(), at=clock.now())[1]
    script = Client(headers={"Authorization": f"Bearer {text}"})
    launch = f"/api/v1/dune/stages/{scene.of('simulate')[0].stage_id}/launch"
    assert script.post(launch, {}, content_type="application/json").status_code == 503
    assert client.post("/me/sign-out/").status_code == 302


def test_what_jobs_report_is_read_meanwhile_and_root_goes_on(scene, boss, as_user):
    """422: it says nothing of a job."""
    notices.announce("The database moves until 14:00.", maintenance=True, actor=boss, at=NOON)
    row = scene.of("simulate")[1]
    job = Client(headers={"Authorization": f"Bearer {job_tokens.make(row)}"})
    assert job.post(f"/api/v1/dune/submissions/{row.tag}/inputs", {}, content_type="application/json").status_code == 422
    assert hold(as_user("boss", is_superuser=True), scene).status_code == 302


@pytest.mark.parametrize("text", ["", "  ", "x" * 301])
def test_what_cannot_be_said_is_refused(boss, text):
    with pytest.raises(Invalid, match="Text has"):
        notices.announce(text, maintenance=False, actor=boss, at=NOON)
    assert not Notice.objects.exists()


def test_only_administrators_of_the_site_speak_to_everybody(db):
    with pytest.raises(NotAllowed):
        notices.announce("hello", maintenance=True, actor=make_actor(role="superuser"), at=NOON)
    with pytest.raises(CommandError, match="is no administrator"):
        call_command("notice", "hello", "--user", "ann")


def test_on_the_command_line(boss, capsys):
    call_command("notice", "Back at 14:00.", "--maintenance", "--user", "boss")
    call_command("notice", "--lift", "--user", "boss")
    call_command("notice", "--lift", "--user", "boss")
    assert capsys.readouterr().out.splitlines() == ["told: Back at 14:00.", "lifted", "nothing was said"]
    with pytest.raises(CommandError, match="Say a text, or --lift"):
        call_command("notice", "--user", "boss")
