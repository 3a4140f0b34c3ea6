"""What may happen next, a row each: how often, who does it, and whether it may be cut short by death."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.models import Membership
from campaigns.models import Campaign, Hold, Schedule, Slice
from campaigns.services import activity, documents, holds, schedules, slices
from datasets.services.declare import declare
from datasets.services.incoming import NewFile
from submissions.batch.port import JobRef
from submissions.models import Job, LaunchIntent, Submission
from submissions.recovery import AGAIN, RECOVERIES
from submissions.services import followers, grid_jobs, intake, intents, recut, repairs, steering
from submissions.states import JOB_LIVE, LIVE, RECOVERABLE, Status
from tests.makers import TEST
from tests.simulation.steps import edits

if TYPE_CHECKING:
    from tests.simulation.steps.walk import Walk

PAUSES = (1, 5, 20, 70, 70, 400, 4000)
LONG = 5 * 3600
SELDOM = 0.3            # everything is stopped; it is let go whenever somebody thinks of it


@dataclass(frozen=True)
class Deed:
    """`pulse`: it is a pulse of the house, by one of its workers; it may die, as may what people ask for."""

    often: int
    do: Callable[["Walk"], object] | None = None
    dies: bool = True

    @property
    def pulse(self) -> bool:
        return self.do is None


def declare_files(walk: "Walk") -> None:
    """New ones; now and then one that is known, or that is known to be another."""
    number = walk.rng.randrange(walk.files + 2)
    walk.files = max(walk.files, number + 1)
    name = f"r{number % 3}.{number}"
    checksum = f"sha256:{name}" if walk.rng.random() < 0.9 else "sha256:other"
    new = NewFile(name, 1, checksum, {"data_tier": "raw"}, (), (f"file:///{name}",))
    declare("dune", [new], submission_id=None, older_failed=lambda file: False, at=walk.clock.now())


def press(walk: "Walk") -> None:
    """Somebody launches a stage, mostly one at the beginning; the same press may come twice."""
    stages = walk.stages()
    roots = [stage for stage in stages if documents.settings_of(stage).dataset != "from_parent"]
    stage = walk.rng.choice(roots if roots and walk.rng.random() < 0.9 else stages)
    steering.launch(stage, actor=walk.ann, at=walk.clock.now(), key=str(walk.rng.randrange(30)), for_test=walk.rng.random() < 0.1)


def hold(walk: "Walk") -> None:
    """What is held is released; else a stage, or the campaign, is held."""
    held = Hold.objects.filter(lifted_at=None).first()
    if held:
        holds.release(held.stage or held.campaign, actor=walk.ann, at=walk.clock.now())
        intents.recheck([stage.pk for stage in walk.stages()])
    else:
        holds.hold(walk.rng.choice([walk.campaign, *walk.stages()]), actor=walk.ann, at=walk.clock.now(), why="to look at it")


def switch(walk: "Walk") -> None:
    """The campaign is made inactive, or active again."""
    active = not Campaign.objects.get(pk=walk.campaign.pk).active
    if active or walk.rng.random() < SELDOM:
        (activity.activate if active else activity.deactivate)(walk.campaign, actor=walk.ann, at=walk.clock.now(), why="for a while")


def leave(walk: "Walk") -> None:
    """Its owner is a member no more; or again."""
    active = not Membership.objects.get(user=walk.ann.user_id).active
    if active or walk.rng.random() < SELDOM:
        Membership.objects.filter(user=walk.ann.user_id).update(active=active)


def mark(walk: "Walk") -> None:
    """A person says what a submission is."""
    if found := walk.some(Submission.objects.filter(abandoned_at=None)):
        status = walk.rng.choice(list(steering.MARKS) if found.status not in LIVE else [Status.CANCELLED, Status.COMPLETED])
        steering.mark(found, status, actor=walk.ann, at=walk.clock.now(), why="seen by eye")


def order(walk: "Walk") -> None:
    """Jobs are held, released or removed: all of a submission's, or some."""
    if found := walk.some(Submission.objects.filter(status__in=LIVE, abandoned_at=None)):
        jobs = [str(job) for job in Job.objects.filter(submission_id=found.pk)]
        chosen = walk.rng.sample(jobs, 1) if jobs and walk.rng.random() < 0.4 else []
        steering.order(found, walk.rng.choice(["hold", "release", "remove"]), actor=walk.ann, at=walk.clock.now(), why="to see", refs=chosen)


def finish(walk: "Walk") -> None:
    """Nobody waits for its jobs any longer."""
    if found := walk.some(Submission.objects.filter(status__in=LIVE, abandoned_at=None)):
        steering.finish(found, actor=walk.ann, at=walk.clock.now(), why="enough")


def recover(walk: "Walk") -> None:
    """By hand, with any kind; the dependents get what is new, or nothing."""
    if found := walk.some(Submission.objects.filter(status__in=RECOVERABLE, abandoned_at=None)):
        kind = walk.rng.choice(list(RECOVERIES)) if found.dimensions else AGAIN
        wish = repairs.Wish(kind, (("@memory_mb", "4000"),), walk.rng.choice([followers.NEW, followers.NOTHING]))
        repairs.recover(found, wish, actor=walk.ann, at=walk.clock.now(), why="to bring it home", key=str(walk.rng.randrange(5)))


def once_more(walk: "Walk") -> None:
    """A launch that was given up is tried anew."""
    if dropped := list(LaunchIntent.objects.exclude(dropped_at=None).order_by("pk")):
        repairs.once_more(walk.rng.choice(dropped), actor=walk.ann, at=walk.clock.now(), why="now it may do")


def reset(walk: "Walk") -> None:
    """A split begins anew, or its position is moved."""
    stage, test = walk.rng.choice(walk.stages()), walk.rng.random() < 0.1
    said = {"settings": documents.settings_of(stage), "for_test": test, "actor": walk.ann, "at": walk.clock.now(), "why": "from the beginning"}
    walk.edited.add("reset")
    if walk.rng.random() < 0.6:
        slices.reset(stage, **said)
    else:
        slices.move(stage, walk.rng.choice([None, 0, 1, 2]), **said)


def again(walk: "Walk") -> None:
    """A slice is done again, or given back."""
    if found := list(Slice.objects.select_related("stage__campaign").order_by("pk")):
        walk.edited.add("reset")
        deed = walk.rng.choice([recut.redo, recut.give_back])
        deed(walk.rng.choice(found), actor=walk.ann, at=walk.clock.now(), why="it looks odd")


def schedule(walk: "Walk") -> None:
    """One is made, by the clock or by new files; or paused, let go on, or ended."""
    row = Schedule.objects.filter(retired_at=None).order_by("pk").first()
    said = {"actor": walk.ann, "at": walk.clock.now(), "why": "as agreed"}
    if row is None:
        cause = walk.rng.choice([{"cron": "*/10 * * * *", "catch_up": "all"}, {"cron": "0 * * * *", "overlap": False},
                                 {"new_files": 1}, {"new_files": 2}])
        schedules.make(walk.rng.choice(walk.stages()), schedules.Said(**cause), **said)
    elif row.paused_by:
        walk.rng.choice([schedules.resume, schedules.retire])(row, **said)
    else:
        walk.rng.choice([schedules.pause, schedules.retire])(row, **said)


def edit(walk: "Walk") -> None:
    """The document is changed, as a person would in the editor."""
    name, doc = edits.changed(documents.read(walk.campaign), walk.rng)
    walk.edited.add(name)
    documents.store(doc, actor=walk.ann, at=walk.clock.now(), update_shared=True)


def grid(walk: "Walk") -> None:
    """Jobs start, work, are put off, held, or end; what they ask and say by themselves may die."""
    walk.batch.tick()


def late(walk: "Walk") -> None:
    """Old news once more, by the poll or by the job itself."""
    if walk.batch.log:
        report = walk.rng.choice(walk.batch.log)
        submission = Submission.objects.filter(tag=report.tag).first()
        if submission is None or walk.rng.random() < 0.5:
            intake.take_in([report], by=TEST, now=walk.clock.now, troubles=[])
        else:
            grid_jobs.report(submission, report.ref, attempt=report.attempt or 1, told=report, files={}, now=walk.clock.now)


def says(walk: "Walk") -> None:
    """A job asks for its files again, and says that one of them was skipped."""
    live = [(ref, job) for ref, job in walk.batch.jobs.items() if job.state in JOB_LIVE]
    if live:
        ref, job = walk.rng.choice(live)
        submission = Submission.objects.get(tag=job.spec.tag)
        names = [file["name"] for file in grid_jobs.inputs(submission, ref, attempt=job.attempt)]
        files = {walk.rng.choice(names): walk.rng.choice(["skipped", "failed"])} if names else {}
        grid_jobs.report(submission, ref, attempt=job.attempt, told=None, files=files, now=walk.clock.now)


def vanish(walk: "Walk") -> None:
    """A job of which we know is there no more, and no word of it is said."""
    known = {JobRef(job.schedd, job.cluster, job.proc) for job in Job.objects.filter(state__in=JOB_LIVE)} & walk.batch.jobs.keys()
    for ref in sorted(known)[:1]:
        del walk.batch.jobs[ref]


def forget(walk: "Walk") -> None:
    walk.batch.forget()


def wait(walk: "Walk") -> None:
    """Time goes by, now and then hours."""
    walk.clock.turn(LONG if walk.rng.random() < 0.05 else walk.rng.choice(PAUSES))


def die(walk: "Walk") -> None:
    """A worker is gone, whatever it was about."""
    walk.workers[walk.rng.randrange(len(walk.workers))] = walk.worker()


DEEDS: dict[str, Deed] = {
    "launch": Deed(16), "resume": Deed(8), "listen": Deed(12), "sweep": Deed(4), "wrap": Deed(12), "join": Deed(8), "orders": Deed(4),
    "number": Deed(1), "fold": Deed(2), "ring": Deed(3),
    "declare": Deed(5, declare_files), "press": Deed(8, press), "hold": Deed(3, hold), "switch": Deed(1, switch), "leave": Deed(1, leave),
    "mark": Deed(2, mark), "order": Deed(3, order), "edit": Deed(6, edit), "finish": Deed(1, finish),
    "recover": Deed(3, recover), "once more": Deed(1, once_more), "reset": Deed(2, reset), "again": Deed(3, again), "schedule": Deed(2, schedule),
    "grid": Deed(20, grid, dies=False), "late": Deed(4, late), "says": Deed(2, says), "vanish": Deed(1, vanish, dies=False),
    "forget": Deed(1, forget, dies=False), "wait": Deed(14, wait, dies=False), "die": Deed(1, die, dies=False),
}
