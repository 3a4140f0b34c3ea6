"""The dialogue of a launch, and the same for programs: what was shown is launched, or nothing is, and it says why."""
import html
import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign, Stage
from campaigns.services import documents, holds
from pomssite.kit import clock, registry
from submissions import tokens
from submissions.models import LaunchIntent, Submission
from tests.adapters.credentials import SECRET, laid, token
from tests.commands import asked
from tests.makers import NOON, make_actor, make_campaign, make_document, make_files, make_user
from tests.services.deeds import go


@pytest.fixture
def stage(db):
    return make_campaign(make_document("plain", dependencies=()), files=("a", "b")).stages.get(name="gen")


def put(stage, **said):
    """As no document would be taken."""
    Stage.objects.filter(pk=stage.pk).update(settings=stage.settings | said)


def address(stage):
    return f"/dune/stages/{stage.pk}/launch/"


def form_of(text):
    """Its hidden fields, as a browser would send them."""
    return {name: html.unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text)
            if name != "csrfmiddlewaretoken"}


def look(client, stage, more=""):
    return client.get(address(stage) + more).content.decode()


def change(**said):
    doc = documents.read(Campaign.objects.get())
    first = replace(doc.stages[0], settings=replace(doc.stages[0].settings, **said))
    documents.store(replace(doc, stages=(first, *doc.stages[1:])), actor=make_actor(), at=NOON)


def test_what_was_shown_is_recorded_with_its_id_and_a_second_press_is_harmless(stage, as_user):
    client = as_user()
    form = form_of(look(client, stage))
    assert len(form["preview"]) == 32
    for _ in range(2):
        assert client.post(address(stage), form | {"why": "first"}).status_code == 302
    intent = LaunchIntent.objects.get()
    assert intent.preview["id"] == form["preview"] and intent.preview["shown"]["slice"]["count"] == 2


def test_what_changed_since_it_was_shown_is_told_and_nothing_is_launched(stage, as_user):
    client = as_user()
    form = form_of(look(client, stage))
    change(memory_mb=2800, param_overrides=(("-t", "<b>"),))
    make_files(("late",))
    answer = client.post(address(stage), form)
    text = answer.content.decode()
    assert answer.status_code == 409 and not LaunchIntent.objects.exists()
    for words in ("Not launched.", "Changed since you looked", ">memory_mb<", "1 file more", "-t&lt;b&gt;", ">2000<", ">2800<"):
        assert words in text, words
    again = form_of(text)
    assert again["preview"] != form["preview"] and client.post(address(stage), again).status_code == 302


@pytest.mark.parametrize("shown", ["", "damaged", "eyJhIjoxfQ:1abcde:x"])
def test_without_a_sound_copy_of_what_was_shown_it_is_shown_anew(stage, as_user, shown):
    client = as_user()
    form = form_of(look(client, stage))
    change(memory_mb=2800)
    text = client.post(address(stage), form | {"shown": shown}).content.decode()
    assert "is not what you saw" in text and "Changed since you looked" not in text and not LaunchIntent.objects.exists()


def test_the_copy_of_another_preview_is_not_believed(stage, as_user):
    client = as_user()
    first, other = form_of(look(client, stage)), form_of(look(client, stage, "?test=1"))
    change(memory_mb=2800)
    assert "Changed since you looked" not in client.post(address(stage), first | {"shown": other["shown"]}).content.decode()


def test_what_cannot_be_launched_says_why_where_to_mend_it_and_offers_no_button(stage, as_user):
    client = as_user()
    put(stage, param_overrides=[["-t", "5%"]])
    text = look(client, stage)
    assert "write %% for the sign itself" in text and 'aria-disabled="true" aria-describedby="why-not"' in text
    assert f'href="/dune/campaigns/{stage.campaign_id}/ini/"' in text
    assert client.post(address(stage), form_of(text)).status_code == 409 and not LaunchIntent.objects.exists()


def test_what_would_make_it_wait_is_told_with_its_page(stage, as_user):
    client = as_user()
    holds.hold(stage, actor=make_actor(), at=NOON, why="power cut")
    text = look(client, stage)
    assert "It would wait." in text and "power cut" in text and f'<a class="link" href="/dune/stages/{stage.pk}/">Stage</a>' in text
    assert client.post(address(stage), form_of(text)).status_code == 302


def test_a_test_is_previewed_as_a_test(stage, as_user):
    client = as_user()
    change(test_split="limitn(1)", test_param_overrides=(("-t", "small"),))
    text = look(client, stage, "?test=1")
    assert "-tsmall" in text and "Test launch 1 job" in text
    assert client.post(address(stage) + "?test=1", form_of(text)).status_code == 302
    assert LaunchIntent.objects.get().for_test


def test_looking_changes_no_row_and_costs_few_questions(stage, as_user):
    client = as_user()
    look(client, stage)
    before = {model: model.objects.count() for model in apps.get_models()}
    with CaptureQueriesContext(connection) as asked:
        look(client, stage), client.get(f"/dune/stages/{stage.pk}/command/"), client.get(api(stage))
    assert {model: model.objects.count() for model in apps.get_models()} == before
    writes = [each["sql"] for each in asked if not each["sql"].startswith(("SELECT", "(SELECT", "WITH", "SAVEPOINT", "RELEASE"))]
    assert writes == []
    with CaptureQueriesContext(connection) as asked:
        look(client, stage)
    assert len([each for each in asked if "datasets_" not in each["sql"]]) <= 12, [each["sql"][:120] for each in asked]


def test_hostile_words_are_escaped(stage, as_user):
    change(param_overrides=(("--note=", '"><script>x</script>\n\u202e'),))
    text = look(as_user(), stage)
    assert "<script>x" not in text and "\u202e" not in text and "&lt;script&gt;x&lt;/script&gt;\\n\\u202e" in text


def api(stage):
    return f"/api/v1/dune/stages/{stage.pk}/launch"


def send(client, stage, **said):
    answer = client.post(api(stage), said, content_type="application/json")
    return answer.status_code, answer.json()


class TestForPrograms:
    def test_it_is_looked_at_and_launched_once(self, stage, as_user):
        client = as_user()
        told = client.get(api(stage)).json()
        assert told["command"] == ["run"] and told["slice"]["first"] == ["a", "b"] and told["refused"] == told["waits"] == []
        codes = [send(client, stage, preview=told["preview"], key="mine") for _ in range(2)]
        intent = LaunchIntent.objects.get()
        assert codes == [(201, {"intent": intent.pk, "run": intent.run_id, "preview": told["preview"]}), (200, codes[0][1])]

    def test_something_else_is_not_launched_and_told(self, stage, as_user):
        client = as_user()
        told = client.get(api(stage)).json()
        change(memory_mb=2800)
        code, answer = send(client, stage, preview=told["preview"])
        assert code == 409 and "not what you looked at" in answer["error"] and answer["now"]["asks"]["memory_mb"] == 2800
        assert not LaunchIntent.objects.exists()
        assert send(client, stage, preview=answer["now"]["preview"])[0] == 201

    def test_without_a_preview_it_is_launched_as_it_is(self, stage, as_user):
        code, answer = send(as_user(), stage, why="by a script", test=True)
        intent = LaunchIntent.objects.get()
        assert (code, answer["preview"], intent.preview, intent.for_test, intent.reason) == (201, "", {}, True, "by a script")

    def test_what_cannot_be_launched_says_why(self, stage, as_user):
        client = as_user()
        Stage.objects.filter(pk=stage.pk).update(settings={"dataset": "nowhere"})
        told = client.get(api(stage)).json()
        assert told["preview"] == "" and "nowhere" in told["refused"][0]
        assert send(client, stage, preview="0" * 32)[1]["error"].startswith("Not launched. The dataset cannot be cut: ")

    @pytest.mark.parametrize("said", [{"preview": ""}, {"preview": 5 * "x" * 9}, {"key": "a b"}, {"why": "x" * 201}, {"test": "perhaps"}])
    def test_what_is_said_wrongly_is_refused(self, stage, as_user, said):
        code, answer = send(as_user(), stage, **said)
        assert code == 422 and next(iter(said)) in answer["error"] and not LaunchIntent.objects.exists()

    def test_strangers_and_onlookers_and_forms_from_elsewhere_get_nothing(self, stage, as_user):
        assert Client().get(api(stage)).status_code in (401, 403)
        assert as_user("eve", "nova").get(api(stage)).status_code == 403
        assert send(as_user("bob", role="analysis"), stage)[0] == 403
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(make_user("ann"))
        assert send(strict, stage)[0] == 403 and not LaunchIntent.objects.exists()


def test_the_token_of_a_job_is_nowhere(scene, as_user, settings):
    stage, client = scene.campaign.stages.get(name="generate"), as_user()
    text = look(client, stage) + json.dumps(client.get(api(stage)).json())
    assert not any(tokens.make(row) in text for row in Submission.objects.all()) and settings.SECRET_KEY not in text


def test_a_launch_that_was_not_made_says_on_its_pages_what_was_different(as_user, scene):
    other = scene.campaign.stages.get(name="generate")
    put(other, dataset="[[1, 2, 3, 4, 55]]")
    other.refresh_from_db()
    client = as_user()
    assert client.post(address(other), form_of(look(client, other))).status_code == 302
    put(other, memory_mb=2800)
    go(scene.worker, LaunchIntent.objects.latest("pk").not_before)
    text = client.get(f"/dune/stages/{other.pk}/").content.decode()
    assert "not what was previewed" in text and "memory_mb: 2000 → 2800" in text and f'href="/dune/stages/{other.pk}/launch/"' in text


def test_with_which_credentials_it_would_go_out_and_until_when_is_shown_and_not_what_they_hold(db, settings, tmp_path, as_user):
    path = laid(tmp_path / "dune.token", token(END := clock.now() + timedelta(hours=3)))
    said = {"dune": {"production": {"token": str(path)}}}
    settings.BATCH_SYSTEMS = {"default": {"BACKEND": "tests.commands.CommandBatch", "OPTIONS": {"credentials": said}}}
    registry._made.cache_clear()
    stage, client = asked().stage, as_user()
    text = look(client, stage)
    assert str(path) in text and f"good until {END:%-d %b %Y %H:%M} UTC" in text.replace("</span>", "") and SECRET not in text
    told = client.get(f"/api/v1/dune/stages/{stage.pk}/launch")
    assert [(each["kind"], each["file"]) for each in told.json()["credentials"]] == [("bearer token", str(path))]
    assert SECRET not in told.content.decode()
    laid(path, token(clock.now() - timedelta(hours=3)))
    text = look(client, stage)
    assert "must renew it; then it goes out by itself. It would wait for that." in text and 'name="preview"' in text
