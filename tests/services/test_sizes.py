"""The laboratory at whose size pages are measured: as large as it says, sound in every row, and the same for the same seed."""
from collections import Counter
from random import Random

import pytest
from django.db import connection
from django.db.models import F, Sum

from accounts.models import Event, Experiment
from campaigns.models import Campaign, Stage
from datasets.models import File, ProjectFile
from submissions.models import Job, StageSummary, StatusChange, Submission
from submissions.services import tally
from submissions.states import JobState, Status, from_jobs
from tests.makers import NOON
from tests.sizes import plan, story
from tests.sizes.build import Trouble, build
from tests.sizes.pouring import cell, pour
from tests.sizes.sizes import SIZES

TINY = SIZES["tiny"]


@pytest.fixture
def laboratory(db):
    build(TINY, now=NOON, password="of these rows alone")


def test_it_is_as_large_as_it_says(laboratory):
    found = [model.objects.count() for model in (Campaign, Stage, Submission, Job, File)]
    assert found == [TINY.campaigns, TINY.stages, TINY.submissions, TINY.jobs, TINY.files]
    most = Submission.objects.order_by("-done")[0]
    assert (most.done + most.failed, most.failed) == (TINY.heaviest, TINY.heaviest // 25)


def test_what_was_counted_is_so(laboratory):
    """Counters of submissions are those of their jobs, statuses follow from them, and the summaries are those of the submissions."""
    jobs = Counter(Job.objects.values_list("submission_id", "state"))
    wrong = [row.pk for row in Submission.objects.all() if any(jobs[row.pk, state] != n for state, n in row.counters().items())]
    heard = {row: from_jobs(row.counters(), row.expected) for row in Submission.objects.exclude(expected=None)}
    moved = Status.COMPLETED, Status.LOCATED
    wrong += [row.pk for row, said in heard.items() if said not in (row.status, None) and {said, row.status} - set(moved)
              and (said, row.status) not in ((Status.CANCELLED, Status.REMOVED), (Status.IDLE, Status.NEW), (Status.COMPLETED, Status.FAILED))]
    assert wrong == []
    assert tally.rebuild() == []
    assert StageSummary.objects.aggregate(n=Sum("located"))["n"] == Submission.objects.filter(status=Status.LOCATED).count()


def test_the_history_ends_in_the_status(laboratory):
    last = dict(StatusChange.objects.order_by("pk").values_list("submission_id", "status"))
    assert last == dict(Submission.objects.values_list("pk", "status"))
    assert Event.objects.filter(number=None).count() == 0
    assert not Submission.objects.filter(created_at__gt=NOON).exists()
    assert not Submission.objects.filter(parent__created_at__gte=F("created_at")).exists()


def test_files_come_from_their_inputs(laboratory):
    """Each output has a parent among the inputs of its submission's project."""
    with connection.cursor() as cursor:
        cursor.execute("""SELECT count(*) FROM datasets_file f WHERE submission_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM datasets_fileparent p JOIN datasets_projectfile i ON i.file_id = p.parent_id
            WHERE p.child_id = f.id AND i.project_id = f.submission_id)""")
        assert cursor.fetchone()[0] == 0
    assert ProjectFile.objects.filter(status="consumed").count() > TINY.files / 3


def test_numbering_goes_on_behind_what_was_poured(laboratory):
    row = Experiment.objects.first()
    assert Event.objects.create(experiment=row, what="new", thing="campaign:1", by="ann", door="page", at=NOON).pk > TINY.submissions


def test_it_is_built_on_empty_ground_only(laboratory):
    with pytest.raises(Trouble, match="something in this database"):
        build(TINY, now=NOON, password="again")


def test_the_same_seed_tells_the_same_story():
    told = [[(sub.number, sub.begun, sub.jobs, sub.status) for sub in story.tell(plan.plan(TINY, luck), TINY, luck)]
            for luck in (Random(1), Random(1), Random(2))]
    assert told[0] == told[1] != told[2]


def test_the_work_is_skewed_and_every_state_is_there():
    size, luck = SIZES["S"], Random(4)
    campaigns = plan.plan(size, luck)
    told = story.tell(campaigns, size, luck)
    busiest = max(campaigns, key=lambda campaign: campaign.submissions)
    assert busiest.submissions > 10 * size.submissions / size.campaigns
    assert {sub.status for sub in told} == set(Status)
    assert {state for sub in told for state, n in sub.counters.items() if n} == {state.value for state in JobState} - {"lost"}
    bad = sum(sub.status in (Status.FAILED, Status.LAUNCH_FAILED, Status.REMOVED, Status.CANCELLED) for sub in told)
    assert 0.03 < bad / len(told) < 0.07


def test_what_a_table_is_not_told_has_its_default(db):
    pour(Experiment, ["name", "title"], ["dune\tDUNE"])
    row = Experiment.objects.get()
    assert (row.catalogue, row.stale_after_d, row.active) == ("default", 7, True)


def test_cells_keep_every_sign(db):
    odd = "a\tb\\c\nd\r\\N"
    pour(Experiment, ["name", "title", "launches_held_why"], [f"dune\tDUNE\t{cell(odd)}"])
    assert Experiment.objects.get().launches_held_why == odd
