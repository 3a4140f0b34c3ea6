"""What a person asks for: launch, mark, act on jobs. Permission and reason are asked here; the ledgers and rooms do the rest."""
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts import events, reasons
from accounts.models import require
from accounts.policy import Actor, By, Verb, may
from campaigns.models import Campaign, Schedule, Stage
from campaigns.services import activity, documents
from pomssite.kit.errors import Conflict, Invalid
from submissions import pulses
from submissions.models import Job, LaunchIntent, Order, Submission
from submissions.services import intents, lifecycle, limits
from submissions.services.intents import NOTHING_AGREED
from submissions.states import Status

MARKS = {       # what a person may say of a submission, and the verb that it takes
    Status.COMPLETED: Verb.DO, Status.LOCATED: Verb.DO, Status.FAILED: Verb.DO, Status.CANCELLED: Verb.DO, Status.REMOVED: Verb.DO,
}

ENDED = (Status.COMPLETED, Status.LOCATED, Status.FAILED)       # of which the catalogue is asked about files
OPPOSITE = {"hold": "release", "release": "hold"}


@transaction.atomic
def launch(stage: Stage, *, actor: Actor, at: datetime, key: str, why: str = "", for_test: bool = False,
           agreed: Mapping[str, Any] = NOTHING_AGREED) -> LaunchIntent:
    """Begin a run at this stage, in the actor's name; the same key begins it only once. An inactive campaign becomes active.

    `agreed`: what the person was shown. If what comes to be launched is not that, nothing is.
    """
    require(actor, Verb.DO, stage.campaign)
    if stage.retired_at or stage.campaign.retired_at:
        raise Conflict(f"{stage} is retired: nothing was launched.")
    settings = documents.settings_of(stage)
    if settings.dataset == "from_parent":
        raise Invalid(f"{stage} has the dataset from_parent: it runs over what feeds it. Launch the stage at the beginning. Nothing was launched.")
    limits.require_host(stage, settings, actor=actor)
    _awake(stage.campaign, by=actor.by(), at=at)
    why = reasons.given("launch", why)
    return intents.begin(stage, key=_named(stage, key), owner=actor.makes, by=actor.by(), at=at, why=why, for_test=for_test,
                         preview=dict(agreed))


def begun(stage: Stage, *, key: str, schedule: Schedule | None = None) -> LaunchIntent | None:
    """What was launched under this key before."""
    return LaunchIntent.objects.filter(key=_named(stage, key, schedule)).first()


def _named(stage: Stage, key: str, schedule: Schedule | None = None) -> str:
    return f"cron:{schedule.pk}:now:{key}" if schedule else f"manual:{stage.pk}:{key}"


@transaction.atomic
def run_now(schedule: Schedule, *, actor: Actor, at: datetime, key: str, why: str = "",
            agreed: Mapping[str, Any] = NOTHING_AGREED) -> LaunchIntent:
    """Launch what it launches at once, in the actor's name; its timetable stays as it is. The same key launches once."""
    stage = schedule.stage
    for verb in (Verb.DO, Verb.SCHEDULE):
        require(actor, verb, stage.campaign)
    if schedule.retired_at or stage.retired_at or stage.campaign.retired_at:
        raise Conflict("This schedule or its stage is retired: nothing was launched.")
    limits.require_host(stage, documents.settings_of(stage), actor=actor)
    _awake(stage.campaign, by=actor.by(), at=at)
    return intents.begin(stage, key=_named(stage, key, schedule), owner=actor.makes, by=actor.by(), at=at, why=why,
                         for_test=schedule.for_test, preview=dict(agreed))


def _awake(campaign: Campaign, *, by: By, at: datetime) -> None:
    """Under its lock: who puts it to rest at this moment sees the launch, or is seen by it. What waited with it goes on."""
    if Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk).retired_at:
        raise Conflict(f"{campaign} was deleted just now: nothing was launched.")
    if activity.wake(campaign, by=by, at=at, why="a launch makes it active"):
        intents.recheck(list(campaign.stages.values_list("pk", flat=True)))


def root_of(campaign: Campaign) -> Stage:
    """The only stage that nothing feeds. Invalid: there is none, or more than one."""
    roots = list(campaign.stages.filter(retired_at=None).exclude(needed__retired_at=None, needed__isnull=False).select_related("campaign"))
    if len(roots) != 1:
        names = ", ".join(stage.name for stage in roots) or "none"
        raise Invalid(f"Campaign {campaign} has {len(roots)} stages that nothing feeds ({names}). Launch one stage by its name.")
    return roots[0]


@transaction.atomic
def mark(submission: Submission, status: Status, *, actor: Actor, at: datetime, why: str) -> None:
    """A person says what it is, with a reason. Conflict: its status does not allow that."""
    approval = submission.status == Status.AWAITING
    require(actor, Verb.APPROVE if approval else MARKS[status], submission)
    reasons.given("mark a submission", why)
    if _is_too_early(submission, status):
        raise Conflict(f"{submission} was not sent yet: nothing of it can be {status}. Nothing was changed; cancel it, or wait.")
    if not lifecycle.move(submission, status, by=actor.by(), at=at, why=why.strip()):
        raise Conflict(f"{submission} is {submission.status}: it cannot be marked {status}. Nothing was changed.")


@transaction.atomic
def mark_many(rows: Sequence[Submission], status: Status, *, actor: Actor, at: datetime, why: str) -> set[int]:
    """The same for many at once; those that moved. The others have a status that does not allow it, and stay as they are."""
    for row in rows:
        require(actor, Verb.APPROVE if row.status == Status.AWAITING else MARKS[status], row)
    reasons.given("mark a submission", why)
    return lifecycle.move_many([row.pk for row in rows if not _is_too_early(row, status)], status, by=actor.by(), at=at, why=why.strip())


def _is_too_early(submission: Submission, status: Status) -> bool:
    """What was never sent has no project in the catalogue, which has no answer about its files."""
    return status in ENDED and submission.sent_at is None and submission.status in (Status.NEW, Status.LAUNCH_FAILED)


@transaction.atomic
def finish(submission: Submission, *, actor: Actor, at: datetime, why: str) -> None:
    """Nobody waits for its jobs any longer: it is Completed, and those that live are removed."""
    mark(submission, Status.COMPLETED, actor=actor, at=at, why=why)
    order(submission, "remove", actor=actor, at=at, why=why)


@transaction.atomic
def give_up(submission: Submission, *, actor: Actor, at: datetime, why: str) -> None:
    """Nobody expects a launch of which nothing was heard any longer: it cannot revive, and should jobs of it come, they are removed."""
    mark(submission, Status.REMOVED, actor=actor, at=at, why=why)
    order(submission, "remove", actor=actor, at=at, why=why)


@transaction.atomic
def abort(submission: Submission, *, actor: Actor, at: datetime, why: str) -> None:
    """A launch that still runs is ended and not tried again; jobs that it has made are removed."""
    mark(submission, Status.CANCELLED, actor=actor, at=at, why=why)
    order(submission, "remove", actor=actor, at=at, why=why)


@transaction.atomic
def order(submission: Submission, deed: str, *, actor: Actor, at: datetime, why: str, refs: Sequence[str] = ()) -> Order:
    """Hold, release or remove jobs: the chosen ones, or all. The same open order is given once."""
    chosen = _own(submission, refs)
    order_many({submission: chosen}, deed, actor=actor, at=at, why=why)
    return Order.objects.filter(submission=submission, deed=deed, refs=chosen).latest("pk")


@transaction.atomic
def order_many(refs: Mapping[Submission, list[str]], deed: str, *, actor: Actor, at: datetime, why: str) -> None:
    """The same for many submissions at once; for each the chosen jobs, which must be its own, or none for all."""
    for submission in refs:
        require(actor, Verb.HOLD if deed in ("hold", "release") else Verb.DO, submission)
    reasons.given("hold, release or kill jobs", why)
    asked = [Order(submission=submission, deed=deed, refs=chosen, by=actor.user, why=why.strip()[:200], asked_at=at)
             for submission, chosen in refs.items()]
    _overtake(refs, deed, at=at)
    Order.objects.bulk_create(asked, ignore_conflicts=True)
    events.record([events.event(f"{deed} ordered", submission, by=actor.by(), at=at, why=why) for submission in refs])
    pulses.wake("carry_out")


def _overtake(refs: Mapping[Submission, list[str]], deed: str, *, at: datetime) -> None:
    """An open order to do the opposite is over: tried again later than this one, it would undo the last word."""
    opposite = Order.objects.filter(deed=OPPOSITE.get(deed, ""), done_at=None)
    of_all = opposite.filter(submission__in=[submission for submission, chosen in refs.items() if not chosen])
    some = (opposite.filter(submission=submission, refs__contained_by=chosen).exclude(refs=[]) for submission, chosen in refs.items() if chosen)
    for over in (of_all, *some):
        over.update(done_at=at, trouble=f"not done: {deed} was asked after it")


def with_jobs(thing: Campaign | Stage, *, new: bool = False) -> list[Submission]:
    """The submissions of a campaign or a stage that have jobs in the batch system; with `new` also those that are just being launched."""
    of = {"stage": thing.pk} if isinstance(thing, Stage) else {"stage__campaign": thing.pk}
    found = Submission.objects.filter(abandoned_at=None, **of)
    live = Submission.objects.with_live_jobs()
    rows = found.filter(Q(status=Status.NEW) | Q(pk__in=live.values("pk"))) if new else live.filter(abandoned_at=None, **of)
    return list(rows.defer("snapshot").order_by("pk"))


@transaction.atomic
def order_all(thing: Campaign | Stage, deed: str, *, actor: Actor, at: datetime, why: str, new: bool = False) -> int:
    """The same order for all jobs of each of them that the actor may act on; of how many. What each becomes the batch system will tell."""
    verb = Verb.HOLD if deed in ("hold", "release") else Verb.DO
    rows = [row for row in with_jobs(thing, new=new) if may(actor, verb, row.owner)]
    order_many({row: [] for row in rows}, deed, actor=actor, at=at, why=why)
    return len(rows)


def _own(submission: Submission, refs: Sequence[str]) -> list[str]:
    """The chosen jobs, all of which must be the submission's: who may act on one may not act on another's."""
    mine = {str(job) for job in Job.objects.filter(submission_id=submission.pk)} if refs else set()
    strange = sorted(set(refs) - mine)
    if strange:
        raise Invalid(f"Job {strange[0]} is not one of submission {submission}. Choose from its jobs. Nothing was changed.")
    return sorted(set(refs))
