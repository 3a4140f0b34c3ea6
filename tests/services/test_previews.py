"""What is previewed is launched exactly, or it is said why not; and looking at it changes nothing."""
import json
from dataclasses import replace

import pytest
from django.apps import apps
from django.db import InternalError, connection
from django.test.utils import CaptureQueriesContext

from campaigns.document import Settings, Stage
from campaigns.models import Campaign, Slice
from campaigns.services import documents, holds
from datasets.models import Definition, File, FileLocation
from pomssite.kit.errors import Refused
from pomssite.kit.registry import backend
from submissions import gate, preview, tokens
from submissions.models import LaunchIntent, Run, Submission
from submissions.services import joins, steering
from submissions.services.launch import previewing
from tests.makers import NOON, make_actor, make_campaign, make_document, make_files
from tests.services.deeds import LATER, go

FILES = tuple(f"raw{number:02}" for number in range(12))
SPLITS = {
    "none": "raw", "draining": "raw", "limitn(3)": "raw", "nfiles(5)": "raw", "drainingn(5)": "raw", "nevents(40)": "raw", "mod(4)": "raw",
    "byrun(1,9)": "raw", "byexistingruns": "raw", "new(window=1d,firsttime=2025-12-30)": "raw", "list": "raw,other",
    "multiparam": '[["e", "mu"], [1, 3]]', "stagedfiles(5)": "lab-1",
}


def a_campaign(**said):
    settings = Settings(dataset="raw", software_version="v1", **said) if "dataset" not in said else Settings(**said)
    row = make_campaign(make_document(stages=(Stage("gen", settings),), dependencies=()), files=FILES)
    File.objects.update(run_number=3, events=10, end_time="2025-12-30T12:00:00Z")
    return row


def look(campaign, for_test=False):
    stage = type(campaign.stages.first()).objects.select_related("campaign__experiment").get(campaign=campaign)
    return previewing.of_stage(stage, actor=make_actor(), at=NOON, for_test=for_test)


def agree(campaign, found, key="1", **more):
    return steering.launch(campaign.stages.get(), actor=make_actor(), at=NOON, key=key, agreed=found.agreed, **more)


def rows():
    return {model.__name__: model.objects.count() for model in apps.get_models()}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("split", SPLITS)
def test_looking_writes_nothing_whatever_the_split_and_the_launch_is_what_was_seen(split, worker):
    campaign = a_campaign(dataset=SPLITS[split], split=split)
    Definition.objects.create(experiment_id="dune", name="other", dimensions="data_tier raw")
    backend("DATA_HANDLERS").define("dune", "lab-1", "data_tier raw")
    backend("DATA_HANDLERS").mark("dune", "lab-1", list(FILES), "consumed")
    actor, before = make_actor(), rows()
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value, is_called FROM submissions_submission_id_seq")
        number = cursor.fetchone()
        cursor.execute("SET default_transaction_read_only = on")
        with pytest.raises(InternalError, match="read-only"):
            Run.objects.update(why="x")
        first, second = (previewing.of_stage(campaign.stages.select_related("campaign__experiment").get(), actor=actor, at=NOON, for_test=False)
                         for _ in range(2))
        cursor.execute("SET default_transaction_read_only = off")
        cursor.execute("SELECT last_value, is_called FROM submissions_submission_id_seq")
        assert cursor.fetchone() == number
    assert rows() == before and first.id == second.id and first.refused == () and len(first.id) == 32
    agree(campaign, first)
    go(worker)
    row = Submission.objects.get()
    assert_as_shown(row, first.shown)


def assert_as_shown(row, shown):
    """All of the snapshot is what was shown, once the places for what only it has are filled."""
    filled = {preview.TAG: row.tag, preview.NUMBER: str(row.pk), preview.RUN: str(row.run_id)}
    assert row.snapshot["command"] == [filled.get(word, word) for word in shown["command"]]
    assert row.snapshot["environment"] == {name: filled.get(value, value) for name, value in shown["environment"].items()}
    files = [file.name for file in backend("DATA_HANDLERS").inputs("dune", row.tag)] if row.dimensions else []
    over = shown["slice"]
    assert (len(files), sorted(files)[:10], row.dimensions) == (over["count"], sorted(over["first"]), over["dimensions"])
    assert row.parameter == over["parameter"]
    spec = backend("BATCH_SYSTEMS").inside.specs["1"]
    assert (spec.jobs, spec.memory_mb, spec.wall_s) == tuple(shown["asks"][name] for name in ("jobs", "memory_mb", "wall_s"))
    for name in set(row.snapshot) - {"command", "environment", "login"}:
        assert row.snapshot[name] == shown[name], name


@pytest.mark.django_db
class TestWhatIsNotAsPreviewed:
    def changed(self, campaign, **said):
        doc = documents.read(campaign)
        stage = replace(doc.stages[0], settings=replace(doc.stages[0].settings, **said))
        documents.store(replace(doc, stages=(stage,)), actor=make_actor(), at=NOON)

    @pytest.mark.parametrize(("said", "words"), [
        ({"memory_mb": 2800}, "memory_mb: 2000 → 2800"), ({"param_overrides": (("-t", "c3"),)}, "command: nothing → "),
        ({"software_version": "v2"}, "settings software_version: v1 → v2"), ({"completion_pct": 50}, "settings completion_pct: 95 → 50"),
        ({"split": "nfiles(4)"}, "slice, 1 file less: 5 files → 4 files")])
    def test_a_document_that_was_changed_before_the_launcher_comes_launches_nothing_and_says_what(self, said, words, worker, batch):
        campaign = a_campaign(split="nfiles(5)")
        intent = agree(campaign, look(campaign))
        self.changed(campaign, **said)
        go(worker)
        intent.refresh_from_db()
        assert intent.dropped_at and intent.why.startswith("not as previewed: ") and words in intent.why
        assert not Submission.objects.exists() and not batch.specs and not Slice.objects.exclude(state=Slice.MOVED).exists()
        self.changed(campaign, **dict.fromkeys(said) | {"split": said.get("split", "nfiles(5)")})
        agree(campaign, look(campaign), key="2")
        go(worker)
        assert Submission.objects.exists()

    def test_a_change_that_is_taken_back_in_time_is_none(self, worker):
        campaign = a_campaign(split="nfiles(5)")
        agree(campaign, look(campaign))
        self.changed(campaign, memory_mb=2800)
        self.changed(campaign, memory_mb=None)
        go(worker)
        assert Submission.objects.get()

    def test_files_that_came_meanwhile_are_named_with_their_number(self, worker):
        campaign = a_campaign(split="none")
        intent = agree(campaign, look(campaign))
        make_files(("late1", "late2"))
        go(worker)
        intent.refresh_from_db()
        assert "slice, 2 files more: 12 files → 14 files" in intent.why and not Submission.objects.exists()

    def test_other_files_are_seen_though_they_are_as_many(self, worker):
        campaign = a_campaign(split="none")
        intent = agree(campaign, look(campaign))
        File.objects.filter(name="raw11").update(data_tier="sim")
        make_files(("late",))
        go(worker)
        intent.refresh_from_db()
        assert "other files" in intent.why

    def test_files_that_come_between_the_record_and_the_project_are_not_sent(self, worker, batch, monkeypatch):
        campaign, handler = a_campaign(split="none"), backend("DATA_HANDLERS").inside
        intent = agree(campaign, look(campaign))
        define = type(handler).define

        def late(self, *args):
            make_files(("late",))
            return define(self, *args)
        monkeypatch.setattr(type(handler), "define", late)
        go(worker)
        intent.refresh_from_db()
        assert not batch.specs and intent.gate == "not as previewed: 12 → 13 files" and intent.refusals == 1
        monkeypatch.undo()
        go(worker, LATER)
        intent.refresh_from_db()
        assert intent.dropped_at and "1 file more" in intent.why and not batch.specs

    def test_of_two_who_saw_the_same_slice_one_gets_it_and_the_other_is_told(self, worker):
        campaign = a_campaign(split="nfiles(5)")
        found = look(campaign)
        agree(campaign, found)
        second = agree(campaign, found, key="2")
        go(worker)
        second.refresh_from_db()
        assert Submission.objects.count() == 1 and "slice, other files: raw00, raw01" in second.why

    def test_nobody_takes_its_slice_before_it_where_a_stage_keeps_itself_running(self, worker):
        campaign = a_campaign(split="nfiles(5)", keep_running=2)
        agree(campaign, look(campaign))
        joins.join_up(now=lambda: NOON)
        assert LaunchIntent.objects.count() == 1
        go(worker)
        joins.join_up(now=lambda: NOON)
        go(worker)
        assert [row.slice.number for row in Submission.objects.order_by("pk")] == [0, 1]

    def test_what_it_would_have_kept_running_is_not_begun(self, worker):
        campaign = a_campaign(split="nfiles(5)", keep_running=2)
        agree(campaign, look(campaign))
        self.changed(campaign, memory_mb=2800)
        for _ in range(3):
            go(worker)
            joins.join_up(now=lambda: NOON)
        assert not Submission.objects.exists() and LaunchIntent.objects.count() == 1

    def test_a_launch_without_a_preview_goes_out_as_it_then_is(self, worker):
        campaign = a_campaign(split="none")
        steering.launch(campaign.stages.get(), actor=make_actor(), at=NOON, key="1")
        self.changed(campaign, memory_mb=2800)
        make_files(("late",))
        go(worker)
        assert (Submission.objects.get().inputs, Submission.objects.get().snapshot["requests"]["memory_mb"]) == (13, 2800)

    def test_what_the_batch_system_refused_goes_out_again_as_it_was_seen(self, worker, batch, monkeypatch):
        campaign = a_campaign(split="nfiles(5)")
        agree(campaign, look(campaign))
        submit = type(batch).submit

        def no(self, spec):
            raise Refused("the queue is full")
        monkeypatch.setattr(type(batch), "submit", no)
        go(worker)
        monkeypatch.setattr(type(batch), "submit", submit)
        go(worker, LATER)
        assert Submission.objects.filter(abandoned_at=None).get().sent_at


def test_every_reason_of_the_gate_leads_to_a_page():
    assert [words for _, words in gate.REASONS if not any(known in words for known, _ in previewing.MENDS)] == []


@pytest.mark.django_db
class TestWhatIsInTheWay:
    def test_a_hold_is_told_with_who_and_why_and_where_to_mend_it(self):
        campaign = a_campaign(split="none")
        holds.hold(campaign, actor=make_actor(), at=NOON, why="power cut")
        check, = look(campaign).waits
        assert "power cut" in check.text and check.mend == "campaign" and look(campaign).id

    def test_an_inactive_campaign_is_none_because_the_launch_wakes_it(self):
        campaign = a_campaign(split="none")
        Campaign.objects.update(active=False)
        assert look(campaign).waits == ()

    @pytest.mark.parametrize(("said", "words", "mend"), [
        ({"dataset": "nowhere"}, "unknown definition nowhere", "file"), ({"dataset": "((", "split": "none"}, "The dataset cannot be cut", "file"),
        ({"dataset": "data_tier sim"}, "There is nothing to run over: not yet: no file is in the dataset now", "slices"),
        ({"dataset": "from_parent"}, "Launch the stage at the beginning", "campaign"),
        ({"param_overrides": (("-t", "%(nobody)s"),)}, "keyword %(nobody)s is not known", "file"),
        ({"param_overrides": (("-t", "5%"),)}, "write %% for the sign itself", "file"),
        ({"job_type": "nothing"}, "dune has no job type nothing; it has payload", "file"),
        ({"login_setup": "nowhere"}, "dune has no login", "file")])
    def test_what_could_not_be_launched_is_told_and_has_no_id(self, said, words, mend):
        campaign = a_campaign(split="none")
        row = campaign.stages.get()
        row.settings |= {name: [list(pair) for pair in value] if name == "param_overrides" else value for name, value in said.items()}
        row.save()
        found = look(campaign)
        check, = found.refused
        assert words in check.text and check.mend == mend and not found.id and found.agreed == {}

    def test_what_the_batch_system_would_refuse_by_its_own_rules_is_told(self):
        campaign = a_campaign(split="none")
        row = campaign.stages.get()
        row.settings |= {"cpus": 0}
        row.save()
        assert look(campaign).refused[0].text == "The batch system default would refuse it: cpus is 0: ask for at least 1."


@pytest.mark.django_db
def test_it_is_quick_and_small_over_a_hundred_thousand_files():
    campaign = a_campaign(split="none")
    File.objects.bulk_create([File(experiment_id="dune", name=f"n{number:06}", size=1, checksum=str(number), data_tier="raw", created_at=NOON)
                              for number in range(100_000)], batch_size=10_000)
    many = File.objects.filter(name__startswith="n").values_list("pk", flat=True)
    FileLocation.objects.bulk_create([FileLocation(file_id=pk, url="file:///n") for pk in many], batch_size=10_000)
    stage, actor = campaign.stages.select_related("campaign__experiment").get(), make_actor()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE datasets_file, datasets_filelocation")
    with CaptureQueriesContext(connection) as asked:
        found = previewing.of_stage(stage, actor=actor, at=NOON, for_test=False)
    assert (found.shown["slice"]["count"], len(found.shown["slice"]["first"]), found.shown["slice"]["last"]) == (100_012, 10, "n099999")
    ours = [each["sql"] for each in asked if "datasets_" not in each["sql"]]
    assert len(ours) <= 12, ours
    assert len(json.dumps(found.shown)) < 10_000


@pytest.mark.django_db
def test_hostile_words_are_shown_as_they_are_passed(worker, batch):
    words = ("a b", "it's", '"', "$(touch x)", "`id`", "a\nb", "é🙂", "\u202e", "x" * 100_000, "\\", "%%")
    campaign = a_campaign(split="none", param_overrides=tuple((f"--{n}=", word) for n, word in enumerate(words)))
    found = look(campaign)
    agree(campaign, found)
    go(worker)
    assert list(batch.specs["1"].argv) == found.shown["command"] == ["run", *(f"--{n}={word}" for n, word in enumerate((*words[:-1], "%")))]
    assert found.script.replace("\n", "").isprintable()


@pytest.mark.django_db
def test_no_secret_is_in_it(worker, settings):
    campaign = a_campaign(split="none")
    found = look(campaign)
    agree(campaign, found)
    go(worker)
    text = json.dumps(found.shown) + found.script
    assert tokens.make(Submission.objects.get()) not in text and settings.SECRET_KEY not in text
    assert found.shown["beside"] == {"token": "made at the launch"}
