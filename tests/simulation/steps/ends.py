"""What must be so when all has come to rest: every input of every stage is waiting, produced, or named as missing; none is forgotten."""
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from django.db.models import Q

from campaigns.models import Slice, SliceFile, Stage
from campaigns.services import documents
from datasets import splits
from datasets.models import File, FileParent, ProjectFile
from pomssite.kit.errors import Invalid
from pomssite.kit.registry import backend
from submissions.models import LaunchIntent, StatusChange, Submission
from tests.simulation import questions
from tests.simulation.steps.edits import kind
from tests.simulation.steps.walk import Walk

Wrong = Iterable[str]


def all_is_at_rest(walk: Walk) -> Wrong:
    if not walk.is_quiet():
        yield from (f"intent {intent} waits: {intent.gate}" for intent in LaunchIntent.objects.waiting())
        yield from walk.under_way()


def all_work_was_done_once(walk: Walk) -> Wrong:
    """Of one lineage, each input of each stage was brought to its end by one submission; but where a person said otherwise.

    Nor where the output is another lineage's: a second run over the same files, whose outputs were known already, looks in vain for its own.
    """
    rows = {row.tag: row for row in Submission.objects.filter(abandoned_at=None)}
    by_hand = set(StatusChange.objects.filter(by="ann").values_list("submission_id", flat=True))
    spoken = {row.lineage_id for row in rows.values() if row.pk in by_hand}
    makers = dict(File.objects.exclude(submission_id=None).values_list("name", "submission_id"))
    for (made, name), tags in walk.payload.made.items():
        done = defaultdict(list)
        for row in (rows[tag] for tag in sorted(tags & rows.keys()) if rows[tag].dimensions):
            done[row.stage_id, row.lineage_id].append(row)
        for (stage, lineage), twice in done.items():
            if len(twice) > 1 and lineage not in spoken and makers.get(f"{name}.{made}") in {row.pk for row in twice}:
                yield f"{name} by stage {stage} of lineage {lineage}: {twice}"


def all_inputs_are_accounted_for(walk: Walk) -> Wrong:
    """Each has a fate; one that has none is forgotten."""
    for stage, name, fate in fates():
        walk.fates[fate or "forgotten"] += 1
        if fate is None:
            yield f"{name} of {stage}"


def fates() -> Iterator[tuple[Stage, str, str | None]]:
    """Every stage, every file that it was or is to be given, and what became of it."""
    outputs = defaultdict(set)
    for parent, child in FileParent.objects.filter(child__locations__isnull=False).values_list("parent__name", "child__name"):
        outputs[parent].add(child.rsplit(".", 1)[1])
    for stage in Stage.objects.select_related("campaign__experiment"):
        given = _given(stage)
        for name in {*given, *_wanted(stage)}:
            if kind(stage.name) in outputs[name]:
                yield stage, name, "produced"
            else:
                yield stage, name, _fate(name, given[name]) if name in given else "waiting"


def _given(stage: Stage) -> dict[str, list[Submission]]:
    """By file: the first submissions that have it, or had its slice."""
    firsts = {row.tag: row for row in Submission.objects.firsts().filter(stage=stage)}
    found = defaultdict(list)
    for tag, name in ProjectFile.objects.filter(project__name__in=firsts).values_list("project__name", "file__name"):
        found[name].append(firsts[tag])
    held = SliceFile.objects.filter(stage=stage, slice__state__in=[Slice.TAKEN, Slice.DONE])        # the others let their files go
    for name, piece in held.values_list("file", "slice"):
        found[name] += [row for row in firsts.values() if row.slice_id == piece and row not in found[name]]
    return dict(found)


def _wanted(stage: Stage) -> list[str]:
    """What its dataset means now; for stages that are fed, what the catalogue was asked to give them is in their projects."""
    settings = documents.settings_of(stage)
    if stage.retired_at or settings.dataset == "from_parent" or not splits.parse(settings.split or "none")[0].files:
        return []
    names = settings.dataset.split(",") if settings.split == "list" else [settings.dataset]
    handler = backend("DATA_HANDLERS", stage.campaign.experiment.catalogue)
    try:
        return [file for name in names for file in handler.files(stage.campaign.experiment_id, splits.dimensions(name))]
    except Invalid:
        return []           # what somebody wrote there is no dataset for this split; the launch says so


def _fate(name: str, firsts: list[Submission]) -> str | None:
    """Of a file without output, from the submissions that were given it: the first of them that speaks for it."""
    if any(row.settled_at is None and not row.stuck for row in firsts):
        return "live"
    if any(row.stuck for row in firsts):
        return "missing: stuck"
    if any(_by_hand(row) for row in firsts):
        return "missing: a person's word"
    return "missing: for a recovery by hand" if any(name in questions.named_missing(row) for row in firsts) else None


def _by_hand(first: Submission) -> bool:
    """A person said that it is located, or complete."""
    family = Submission.objects.filter(Q(pk=first.pk) | Q(parent=first))
    return StatusChange.objects.filter(submission__in=family, by="ann", status__in=["Located", "Completed"]).exists()


def all_that_is_kept_running_was_cut(walk: Walk) -> Wrong:
    """Where the house cuts by itself, and nobody changed what."""
    if walk.edited & {"split", "finer split", "dataset", "keep running", "stage removed", "reset"}:
        return
    for run in [run for stage in walk.stages() if documents.settings_of(stage).keep_running for run in stage.runs.filter(for_test=False)]:
        uncut = set(_wanted(run.stage)) - set(SliceFile.objects.filter(stage=run.stage).values_list("file", flat=True))
        before = File.objects.filter(name__in=uncut, created_at__lt=run.exhausted_at or walk.clock.at)
        if not run.stopped and splits.parse(documents.settings_of(run.stage).split or "none")[0].apart:
            yield from (f"{file} of {run.stage} was not cut by {run}" for file in before)


QUESTIONS: tuple[Callable, ...] = (
    all_is_at_rest, all_work_was_done_once, all_inputs_are_accounted_for, all_that_is_kept_running_was_cut,
    questions.all_tags_were_sent_once, questions.all_that_was_given_up_never_arrived, questions.all_moves_are_along_the_table,
    questions.all_summaries_are_what_the_rows_say, questions.all_orphans_are_removed, questions.all_events_are_numbered)


def ask(walk: Walk) -> list[tuple[str, str]]:
    """Every No: its kind, and the sentence."""
    return [(question.__name__, f"seed {walk.seed}, at the end: {question.__name__}: {wrong}") for question in QUESTIONS for wrong in question(walk)]
