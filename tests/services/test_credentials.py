"""A launch on a login host waits for its credentials, says which and why, and goes out by itself; nobody is shown what they hold."""
from datetime import timedelta

import pytest
from django.apps import apps
from django.core import serializers

from campaigns.models import LoginSetup
from pomssite.kit import registry
from pomssite.kit.registry import backend
from submissions.models import LaunchIntent, Submission
from submissions.services.intents import SOON
from submissions.services.launch import previewing
from tests.adapters.credentials import SECRET, laid, proxy, token
from tests.commands import asked
from tests.makers import NOON, make_actor
from tests.services.deeds import go

END = NOON + timedelta(hours=3)
pytestmark = pytest.mark.django_db


@pytest.fixture
def files(tmp_path, settings):
    """Where the token and the proxy of dune's production are to be; both are good."""
    found = {kind: tmp_path / f"dune.{kind}" for kind in ("token", "proxy")}
    laid(found["token"], token(END)), laid(found["proxy"], proxy(END))
    said = {"dune": {"production": {kind: str(path) for kind, path in found.items()}}}
    settings.BATCH_SYSTEMS = {"default": {"BACKEND": "tests.commands.CommandBatch", "OPTIONS": {"credentials": said}}}
    registry._made.cache_clear()
    return found


def gate():
    return LaunchIntent.objects.get().gate


def look(intent):
    stage = type(intent.stage).objects.select_related("campaign__experiment").get(pk=intent.stage_id)
    return previewing.of_stage(stage, actor=make_actor(), at=NOON, for_test=False)


def test_a_launch_without_its_token_waits_with_the_reason_and_goes_out_once_it_is_renewed(files, worker):
    files["token"].unlink()
    asked()
    assert go(worker) == 0 and not Submission.objects.exists()
    assert gate() == (f"It lacks good credentials. The bearer token of dune for production, {files['token']}, is not there. "
                      "The operator of POMS must renew it; "
                      "then it goes out by itself.")
    laid(files["token"], token(NOON - timedelta(hours=1)))
    go(worker, NOON + SOON)
    assert f"{files['token']}, ended on 1 Jan 2026 at 11:00 UTC." in gate() and not Submission.objects.exists()
    laid(files["token"], token(END))
    go(worker, NOON + 2 * SOON)
    assert backend("BATCH_SYSTEMS").inside.begun.keys() == {Submission.objects.get().tag}


def test_a_proxy_that_is_nearly_over_is_named_too(files, worker):
    asked()
    laid(files["proxy"], proxy(NOON + timedelta(minutes=3)))
    assert go(worker) == 0 and "credentials. The proxy of dune for production," in gate() and "a launch needs 10 minutes" in gate()


def test_a_set_up_with_the_jobsub_of_old_waits_for_no_token(files, worker):
    asked()
    LoginSetup.objects.update(setup="setup jobsub_client")
    files["token"].unlink()
    go(worker)
    assert Submission.objects.count() == 1


def test_the_preview_tells_which_and_until_when_and_a_renewal_changes_nothing_of_it(files):
    intent = asked()
    found = look(intent)
    assert [(each.kind, each.file, each.until) for each in found.credentials] == [
        ("bearer token", str(files["token"]), END), ("proxy", str(files["proxy"]), END)]
    laid(files["token"], token(END + timedelta(hours=1)))
    assert look(intent).id == found.id and look(intent).waits == ()
    files["token"].unlink()
    assert look(intent).id == found.id
    assert [check.text for check in look(intent).waits] == [f"It lacks good credentials. {look(intent).credentials[0].wrong}"]


def test_no_row_holds_a_word_of_them(files, worker):
    intent = asked()
    found = look(intent)
    assert SECRET not in repr(found) and SECRET not in found.script
    go(worker)
    for model in apps.get_models():
        assert SECRET not in serializers.serialize("json", model.objects.all()), model
    assert SECRET in files["token"].read_text()
