"""All that shapes a launch is in its snapshot, as it was then, and nobody else's ever is."""
import json
from dataclasses import fields, replace

import pytest
from django.db import IntegrityError, models, transaction

from accounts.models import Experiment
from campaigns.document import Recovery, Settings, Stage
from campaigns.models import Campaign, CampaignTag, JobType, JobTypeRecovery, LoginSetup, Tag
from campaigns.models import Stage as StageRow
from campaigns.services import documents
from submissions.models import LaunchIntent, Submission
from tests.makers import NOON, make_actor, make_campaign, make_document, make_files, make_intent
from tests.services.deeds import LATER, go

KNOWN_ELSEWHERE = "a column of the submission itself"
FOR_PEOPLE = "read by people, and by no launch"
BEFORE = "asked by the gate before the launch; it shapes whether, not what"
AFTERWARDS = "asked when the launch is over or unheard of"
NOT_SHAPING = {
    JobType: {
        "experiment": KNOWN_ELSEWHERE, "creator": FOR_PEOPLE, "creator_role": FOR_PEOPLE, "note": FOR_PEOPLE, "active": FOR_PEOPLE,
        "retired_at": "a retired one is not found any more"},
    LoginSetup: {
        "experiment": KNOWN_ELSEWHERE, "creator": FOR_PEOPLE, "creator_role": FOR_PEOPLE, "note": FOR_PEOPLE, "active": FOR_PEOPLE,
        "retired_at": "a retired one is not found any more"},
    JobTypeRecovery: {"id": "its place is its order", "job_type": "it stands inside it", "order": "the list has this order"},
    Campaign: {
        "id": "in the environment", "experiment": KNOWN_ELSEWHERE, "creator": FOR_PEOPLE, "creator_role": FOR_PEOPLE, "note": FOR_PEOPLE,
        "created_at": FOR_PEOPLE, "parameters": "filled in when the file was read", "defaults": "in settings and layers",
        "version": KNOWN_ELSEWHERE, "limit": BEFORE, "job_limit": BEFORE, "active": BEFORE, "retired_at": BEFORE,
        "keep_until": "asked by who looks for stale campaigns"},
    StageRow: {
        "id": KNOWN_ELSEWHERE, "campaign": "by its name", "note": FOR_PEOPLE, "settings": "in settings and layers", "position": FOR_PEOPLE,
        "order": FOR_PEOPLE, "retired_at": BEFORE},
    Experiment: {
        "name": KNOWN_ELSEWHERE, "title": FOR_PEOPLE, "logbook": FOR_PEOPLE, "service_desk": FOR_PEOPLE, "active": "asked at every door",
        "launches_held_by": BEFORE, "launches_held_why": BEFORE, "launches_held_at": BEFORE, "launch_limit": BEFORE,
        "job_limit": BEFORE, "silent": FOR_PEOPLE, "ending": FOR_PEOPLE, "ferry_trouble": FOR_PEOPLE,
        "ferry_unit": "says who belongs to it", "new_patience_h": AFTERWARDS, "stale_after_d": "asked by who looks for stale campaigns"},
}
NAMED = {(Campaign, "name"): "campaign", (StageRow, "name"): "stage", (Experiment, "batch_group"): "group"}
PLACE = {JobType: ("job_type",), LoginSetup: ("login_setup",), JobTypeRecovery: ("job_type", "recoveries", 0), Campaign: (), StageRow: (),
         Experiment: ()}


@pytest.fixture
def shaped(worker, db):
    """Of a test launch in which everything says something."""
    stage = Stage("gen", Settings(dataset="raw", param_overrides=(("--stage ", "gen"),), test_param_overrides=(("--n ", "1"),), merge_overrides=True))
    doc = make_document(stages=(stage, Stage("reco", Settings(dataset="from_parent"))), defaults=Settings(param_overrides=(("--camp ", "%(tune)s"),)),
                        recoveries=(Recovery("pending_files", (("@memory_mb", "4000"),)),))
    make_actor()
    Experiment.objects.update(batch_group="fermilab")
    campaign = make_campaign(replace(doc, keywords=(("tune", "c2"),), kind="test"))
    tag = Tag.objects.create(experiment_id="dune", creator=campaign.creator, creator_role="production", name="2026")
    CampaignTag.objects.create(tag=tag, campaign=campaign, by=campaign.creator)
    intent = make_intent(campaign, "gen")
    LaunchIntent.objects.filter(pk=intent.pk).update(for_test=True, overrides=[["--late ", "%(group)s"]])
    go(worker)
    return Submission.objects.get().snapshot


def test_every_setting_is_in_it(shaped):
    settings = documents.settings_of(StageRow.objects.get(name="gen"))
    assert {field.name for field in fields(Settings)} == set(shaped["settings"])
    assert shaped["settings"] == json.loads(json.dumps({field.name: getattr(settings, field.name) for field in fields(Settings)}))


@pytest.mark.parametrize("model", NOT_SHAPING, ids=lambda model: model.__name__)
def test_every_column_is_in_it_or_has_a_reason_why_not(shaped, model):
    """A column that is added tomorrow fails here until somebody says which."""
    row, kept = model.objects.first(), shaped
    for step in PLACE[model]:
        kept = kept[step]
    for field in model._meta.concrete_fields:
        if field.name in NOT_SHAPING[model]:
            continue
        value = getattr(row, field.attname)
        said = kept[NAMED.get((model, field.name), field.name)]
        assert said == (dict(value) if field.name == "keywords" else value), f"{model.__name__}.{field.name} shapes a launch and is not kept"
    assert set(NOT_SHAPING[model]) <= {field.name for field in model._meta.concrete_fields}, "a reason for what is not there"


def test_the_layers_lie_in_their_order_and_the_command_is_what_was_sent(shaped, batch):
    assert [name for name, _ in shaped["layers"]] == ["job type", "campaign", "stage", "launch", "test", "launch again"]
    assert shaped["command"] == ["run", "--camp", "c2", "--stage", "gen", "--late", "fermilab", "--n", "1"]
    spec, row = next(iter(batch.specs.values())), Submission.objects.get()
    assert (list(spec.argv), dict(spec.environment)) == (shaped["command"], shaped["environment"])
    told = {name: shaped["environment"][name] for name in
            ("GROUP", "POMS4_CAMPAIGN_TYPE", "POMS_CAMPAIGN_TAGS", "POMS_CAMPAIGN_NAME", "POMS_TASK_DEFINITION_ID", "POMS4_TEST_LAUNCH", "POMS_TAG")}
    assert told == {"GROUP": "fermilab", "POMS4_CAMPAIGN_TYPE": "test", "POMS_CAMPAIGN_TAGS": "2026", "POMS_CAMPAIGN_NAME": "mc__gen",
                    "POMS_TASK_DEFINITION_ID": str(JobType.objects.get().pk), "POMS4_TEST_LAUNCH": "True", "POMS_TAG": row.tag}


def test_what_is_changed_later_does_not_change_it_and_the_database_sees_to_that(shaped):
    JobType.objects.update(launch_script="other"), LoginSetup.objects.update(batch="other"), Campaign.objects.update(keywords=[], defaults={})
    StageRow.objects.update(settings={}), JobTypeRecovery.objects.all().delete()
    assert Submission.objects.get().snapshot == shaped
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.update(snapshot=models.F("snapshot"), tag="other")


def test_launches_in_the_same_moment_never_share_what_shaped_them(worker, db):
    """D-24: the original looked a snapshot up by the time of the change alone, whoever's it was."""
    make_files(("a", "b"))
    names, campaigns = ("one", "two", "three"), []
    for name in names:
        doc = make_document(name, stages=(Stage("gen", Settings(job_type=name, dataset="raw,raw", split="list")),), dependencies=())
        part = replace(doc.job_types[0], name=name, launch_script=f"run-{name}")
        campaigns.append(documents.store(replace(doc, job_types=(part,)), actor=make_actor(), at=NOON))
        make_intent(campaigns[-1])
    go(worker)
    assert {(s.stage.campaign.name, s.snapshot["job_type"]["name"]) for s in Submission.objects.all()} == {(name, name) for name in names}
    for row in JobType.objects.all():       # changed at one moment, launched again at one moment
        row.launch_script = f"again-{row.name}"
        row.save()
    for campaign in campaigns:
        make_intent(campaign)
    go(worker, LATER)
    assert sorted((s.stage.campaign.name, s.snapshot["job_type"]["launch_script"]) for s in Submission.objects.all()) == sorted([
        *((name, f"run-{name}") for name in names), *((name, f"again-{name}") for name in names)])
