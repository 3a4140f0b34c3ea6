"""What must be so after every life; each question yields what is wrong, in words."""
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise

from django.db.models import Count

from accounts.models import Event
from campaigns.models import Slice, SliceFile
from datasets.models import File, ProjectFile
from submissions.models import Job, LaunchIntent, Order, Run, Submission
from submissions.recovery import RECOVERIES
from submissions.services import accounting, census, families, standing, tally
from submissions.states import AFTER, BY_PERSON, JOB_LIVE, Status
from tests.simulation.story import CALM_ROUNDS, Story

Wrong = Iterable[str]
QUESTIONS: dict[Callable[[Story], Wrong], str] = {}


def asks(kind: str) -> Callable:
    """A question, and what a No to it is called in the evidence."""
    def enter(question: Callable[[Story], Wrong]) -> Callable[[Story], Wrong]:
        QUESTIONS[question] = kind
        return question
    return enter


def ask(story: Story) -> list[tuple[str, str]]:
    """Every No: its kind, and the sentence."""
    return [(kind, f"seed {story.seed}: {question.__name__}: {wrong}") for question, kind in QUESTIONS.items() for wrong in question(story)]


def given_up() -> set[str]:
    return set(Submission.objects.exclude(abandoned_at=None).values_list("tag", flat=True))


def live(**of: object):
    return Submission.objects.filter(abandoned_at=None, **of)


@asks("lost")
def all_comes_to_rest(story: Story) -> Wrong:
    if story.rounds >= CALM_ROUNDS:
        yield f"work is left after {CALM_ROUNDS} calm rounds"
        yield from (f"intent {intent} waits: {intent.gate}" for intent in LaunchIntent.objects.waiting())
        yield from (f"{row} is {row.status}: {row.trouble} {row.counters()}" for row in Submission.objects.at_work())
        yield from (f"order {order}: {order.trouble}" for order in Order.objects.filter(done_at=None))


@asks("doubled")
def all_tags_were_sent_once(story: Story) -> Wrong:
    return [f"{tag} was sent {n} times" for tag, n in story.batch.tries.items() if n > 1]


@asks("doubled")
def all_that_was_given_up_never_arrived(story: Story) -> Wrong:
    """But for those who were stopped between their last word and the sending."""
    return [f"{tag} was given up and had arrived" for tag in (given_up() & story.batch.arrived) - story.batch.overtaken]


@asks("doubled")
def all_work_was_done_once(story: Story) -> Wrong:
    """Each input of each stage was brought to its end by one submission; work without inputs is by its outputs."""
    gone = given_up()
    for (stage, name), tags in story.payload.made.items():
        if len(tags - gone) > 1 and not (stage == "gen" and not name.startswith("r")):
            yield f"{stage} {name} was done by {sorted(tags - gone)}"


@asks("two slices")
def all_files_are_in_one_live_slice(story: Story) -> Wrong:
    held = Counter(SliceFile.objects.values_list("stage_id", "for_test", "file"))
    yield from (f"{key} is in {n} slices" for key, n in held.items() if n > 1)
    projects = Counter(ProjectFile.objects.filter(project__name__in=live(stage__name="gen", parent=None).values("tag"))
                       .values_list("file__name", flat=True))
    yield from (f"{name} is in {n} live first submissions of gen" for name, n in projects.items() if n > 1)


@asks("two slices")
def all_slices_have_one_live_attempt(story: Story) -> Wrong:
    doubled = live().exclude(slice=None).values("slice").annotate(n=Count("pk")).filter(n__gt=1)
    yield from (f"slice {row['slice']} has {row['n']} live attempts" for row in doubled)
    for piece in Slice.objects.all():
        first = live(slice=piece).first()
        state = Slice.FREE if first is None else Slice.DONE if first.settled_at else Slice.TAKEN
        if piece.state != state:
            yield f"slice {piece.number} is {piece.state}, and its submission {first} says {state}"


@asks("lost")
def all_files_were_cut(story: Story) -> Wrong:
    """Where the house keeps cutting by itself."""
    if story.plan.keep and not Run.objects.get().stopped:
        if Slice.objects.filter(state=Slice.FREE).exists():
            yield "a slice is free, and nobody takes it"
        if SliceFile.objects.exists():
            yield from sorted(set(story.plan.files) - set(SliceFile.objects.values_list("file", flat=True)))
        elif Slice.objects.count() != {"list": 3, "multiparam": 4}[story.plan.split]:
            yield f"{Slice.objects.count()} slices of {story.plan.split} were cut"


@asks("lost")
def all_intents_end(story: Story) -> Wrong:
    for intent in LaunchIntent.objects.all():
        alive = live(intent=intent).count()
        if not (intent.taken_at and alive == 1 or intent.dropped_at and intent.why and not alive):
            yield f"{intent} taken {intent.taken_at} dropped {intent.dropped_at}, {alive} alive"


@asks("lost")
def all_families_are_settled_or_say_why(story: Story) -> Wrong:
    for first in Submission.objects.firsts().filter(settled_at=None, stuck=""):
        yield f"{first} {first.status} of {first.stage.name} is neither settled nor stuck"


@asks("lost")
def all_inputs_of_what_is_settled_are_accounted_for(story: Story) -> Wrong:
    """Every input of a settled family has its output; or a person said that it is located, or the platform names it as missing."""
    for first in Submission.objects.firsts().exclude(settled_at=None):
        family = [first, *live(parent=first)]
        by_hand = any(row.history.filter(status=Status.LOCATED, by="ann").exists() for row in family)
        names = ProjectFile.objects.filter(project__name=first.tag)
        bare = names.exclude(file__child_links__child__name__endswith=f".{first.stage.name}").values_list("file__name", flat=True)
        if not by_hand and bare:
            yield from (f"{first} of {first.stage.name} is settled without an output of {name}" for name in set(bare) - named_missing(first))


def named_missing(first: Submission) -> set[str]:
    """What the platform itself says that this family has not brought: the files of its recovery by hand."""
    dimensions = RECOVERIES["pending_files"](families.about(first))
    return set(accounting.catalogue(first).files(first.experiment_id, dimensions)) if first.dimensions else set()


@asks("lost")
def all_settled_work_goes_on(story: Story) -> Wrong:
    """A dependent for each settled piece; what was dropped had nothing to run over, or was refused to the end and says so."""
    for first in Submission.objects.firsts().filter(stage__name="gen").exclude(settled_at=None):
        if LaunchIntent.objects.filter(cause="dependent", lineage=first).count() != 1:
            yield f"{first} is settled, and sim was intended {LaunchIntent.objects.filter(cause='dependent', lineage=first).count()} times"


@asks("doubled")
def all_joins_happen_once(story: Story) -> Wrong:
    for run in Run.objects.all():
        wanted = _drains(run)
        merges = LaunchIntent.objects.filter(cause="drained", run=run).count()
        if merges > 1 or wanted is not None and merges != wanted:
            yield f"{run}: merge was intended {merges} times, not {wanted}"
    for first in Submission.objects.firsts().filter(stage__name="gen"):
        sims = live(stage__name="sim", lineage=first, parent=None).exclude(settled_at=None).count()
        compared = LaunchIntent.objects.filter(cause="all", lineage=first).count()
        barren = LaunchIntent.objects.filter(stage__name="sim", lineage=first).for_want_of_files().exists()
        if compared != (1 if first.settled_at and (sims or barren) else 0):
            yield f"cmp of {first} was intended {compared} times"


def _drains(run: Run) -> int | None:
    """How often its end is due."""
    above = run.submissions.firsts().filter(stage__name__in=["gen", "sim"])
    lost = LaunchIntent.objects.filter(run=run, stage__name="sim", parent=None, attempts__gte=3).exclude(dropped_at=None).exists()
    if run.stopped or above.filter(settled_at=None).exists() or lost:
        return 0
    return 1 if above.filter(stage__name="sim").exists() else 0


@asks("lost")
def all_that_was_made_is_merged(story: Story) -> Wrong:
    for merge in live(stage__name="merge", parent=None):
        made = File.objects.filter(name__endswith=".sim", submission_id__in=live(run=merge.run_id, stage__name="sim").values("pk"))
        merged = ProjectFile.objects.filter(project__name=merge.tag).values_list("file__name", flat=True)
        missing = set(made.values_list("name", flat=True)) ^ set(merged)
        yield from (f"{name} is not in both: what was made, and what {merge} merges" for name in sorted(missing))


@asks("other")
def all_moves_are_along_the_table(story: Story) -> Wrong:
    for submission in Submission.objects.all():
        path = [Status(change.status) for change in submission.history.order_by("pk")]
        if path[:1] != [Status.NEW] or path[-1] != submission.status:
            yield f"{submission} is {submission.status}, its history {path}"
        for a, b in pairwise(path):
            if b not in AFTER[a] | BY_PERSON.get(a, frozenset()):
                yield f"{submission}: {a} -> {b}"


@asks("counters")
def all_counters_are_what_the_rows_say(story: Story) -> Wrong:
    for submission in Submission.objects.all():
        rows = Counter(Job.objects.filter(submission_id=submission.pk).values_list("state", flat=True))
        if rows != Counter({k: n for k, n in submission.counters().items() if n}):
            yield f"{submission}: {submission.counters()} but {dict(rows)}"


@asks("counters")
def all_summaries_are_what_the_rows_say(story: Story) -> Wrong:
    return [*tally.rebuild(), *census.rebuild(), *standing.rebuild()]


@asks("other")
def all_orphans_are_removed(story: Story) -> Wrong:
    gone = given_up()
    return [f"{ref} of {job.spec.tag} is {job.state}" for ref, job in story.batch.jobs.items() if job.spec.tag in gone and job.state in JOB_LIVE]


@asks("other")
def all_events_are_numbered(story: Story) -> Wrong:
    numbers = sorted(Event.objects.exclude(number=None).values_list("number", flat=True))
    if numbers != list(range(1, Event.objects.count() + 1)):
        yield f"{len(numbers)} of {Event.objects.count()} events are numbered, the last {numbers[-1:]}"
