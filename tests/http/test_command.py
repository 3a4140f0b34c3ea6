"""What would be run is shown, and nothing is done by showing it."""
import pytest

from campaigns.models import Campaign, JobType, LoginSetup, Slice, Stage
from submissions.models import LaunchIntent, Run, Submission


def shown(client, stage, test=""):
    answer = client.get(f"/dune/stages/{stage.pk}/command/{test}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def stage(scene):
    Campaign.objects.update(keywords=[["tune", "c 2"]])
    LoginSetup.objects.update(host="%(experiment)spro.lab.example", account="pro", setup="setup cosmics %(version)s %%")
    row = scene.campaign.stages.get(name="generate")
    row.settings |= {"dataset": "[[1, 2, 3, 4, 55]]", "software_version": "v%(tune)s",
                     "param_overrides": [["--seed ", "%(parameter)s"], ["-t", "%(tune)s"]],
                     "test_param_overrides": [["-t", "small"]]}
    row.save()
    return row


def test_the_command_is_shown_as_it_would_be_run(stage, as_user):
    text = shown(as_user(), stage)
    taken = Slice.objects.filter(stage=stage).count()
    for words in ("ssh -t pro@dunepro.lab.example", "setup cosmics vc 2 %", "--seed", f"{[1, 2, 3, 4, 55][taken]}", "&#x27;-tc 2&#x27;",
                  "export POMS_TAG=TAG", "export POMS4_TEST_LAUNCH=False", "export POMS_LAUNCHER=ann"):
        assert words in text, words


def test_a_test_shows_the_overrides_of_a_test(stage, as_user):
    text = shown(as_user(), stage, "?test=1")
    assert "-tsmall" in text
    assert "export POMS4_TEST_LAUNCH=True" in text


def test_showing_it_takes_no_slice_and_writes_nothing(stage, as_user):
    before = [model.objects.count() for model in (Slice, Submission, LaunchIntent, Run)]
    free = list(Slice.objects.order_by("pk").values())
    for test in ("", "?test=1") * 2:
        shown(as_user(), stage, test)
    assert [model.objects.count() for model in (Slice, Submission, LaunchIntent, Run)] == before
    assert list(Slice.objects.order_by("pk").values()) == free


def test_what_is_shown_is_what_is_launched(scene, stage, as_user):
    from tests.makers import make_intent
    text = shown(as_user(), stage)
    known = set(Submission.objects.values_list("pk", flat=True))
    make_intent(scene.campaign, "generate")
    scene.goes_on()
    row = Submission.objects.exclude(pk__in=known).filter(stage=stage).order_by("pk").first()
    for name, value in row.snapshot["environment"].items():
        if name not in ("POMS_TAG", "POMS_DATASET", "POMS_RUN", "POMS4_SUBMISSION_ID", "POMS_TASK_ID"):
            assert f"export {name}=" in text
            assert not value or value.split()[0] in text, name
    assert all(word.split()[0] in text for word in row.snapshot["command"])


@pytest.mark.parametrize("break_it", [
    lambda: JobType.objects.update(retired_at="2026-01-01T00:00Z"), lambda: LoginSetup.objects.update(setup="%(nowhere)s"),
    lambda: Stage.objects.update(settings={"split": "nonsense"}),
    lambda: Stage.objects.update(settings={"dataset": "((", "split": "none"}),
    lambda: Stage.objects.update(settings={"dataset": "nowhere", "split": "none"})])
def test_why_it_could_not_be_launched_is_said(stage, as_user, break_it):
    break_it()
    assert "It could not be launched." in shown(as_user(), stage)


def test_the_page_of_a_launch_leads_to_it(stage, as_user):
    assert f'href="/dune/stages/{stage.pk}/command/"' in as_user().get(f"/dune/stages/{stage.pk}/launch/").content.decode()


def test_a_stage_that_is_fed_has_no_slice_to_show(stage, scene, as_user):
    fed = scene.campaign.stages.get(name="simulate")
    fed.settings |= {"dataset": "from_parent"}
    fed.save()
    assert "handed to it by the stages that feed it" in shown(as_user(), fed)
