"""Ended -> Located, and the recovery, or the end of the family, that follows from it."""
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db import transaction

from accounts import events
from accounts.policy import By
from campaigns.services import slices
from pomssite.kit.loops import for_each, in_time
from submissions import completion, pulses, recovery
from submissions.completion import Verdict
from submissions.models import Run, Submission
from submissions.services import accounting, families, followers, intents, lifecycle, tally
from submissions.states import JOB_LIVE, Status, from_jobs

WRAPUP = By("wrapup")
SOON = timedelta(seconds=60)
TURN = timedelta(seconds=10)        # should the asking kill the worker, others go first that long
BATCH = 200
ASKED = (Status.COMPLETED, Status.FAILED)       # the catalogue is asked only where its answer counts
WHY_LOCATED = {     # the verdicts that make a submission Located, and what its history says then
    Verdict.LOCATED: "its outputs are accounted for",
    Verdict.FORCED: "forced, as the stage's force_located_after_s says: {facts.accounted} of {facts.consumed} have all their outputs located",
}


@dataclass(frozen=True)
class Found:
    """What the asking came to."""

    verdict: Verdict
    facts: completion.Facts
    step: recovery.Step | None
    lacks: int | None = None        # inputs of the original without all their outputs, now that no step is left; None: not asked

    def is_whole(self, status: Status) -> bool:
        return self.verdict == Verdict.WHOLE or status == Status.LOCATED


def wrap_up(*, now: Callable[[], datetime]) -> int:
    """Submissions that have ended; how many were wrapped up. Each queue is read from an index of its own, however long the history is."""
    queues = Submission.objects.to_wrap(now()).order_by("ended_at", "pk"), Submission.objects.to_force(now()).order_by("force_at", "pk")
    ended = chain.from_iterable(queue.select_related("parent", "stage", "experiment")[:BATCH] for queue in queues)
    return for_each(in_time(ended, now), lambda submission: _wrap(submission, at=now()),
                    lambda submission, why: _wait(submission, why, until=now() + SOON))


def _wrap(submission: Submission, *, at: datetime) -> bool:
    """Ask, decide, write: the asking is done before the writing begins."""
    Submission.objects.filter(pk=submission.pk).update(recheck_at=at + TURN)
    settings = submission.snapshot["settings"]
    facts, patience = _facts(submission, at=at), timedelta(seconds=settings["patience_s"])
    verdict = completion.verdict(settings["completion_type"], settings["completion_pct"], facts,
                                 recover_failed=settings["recover_failed"], patience=patience, force_after=_force_after(settings))
    if verdict == Verdict.WAIT:
        _wait(submission, _waits_for(facts, settings), until=_look_again(submission, patience, at=at))
        return False
    step = _next_step(submission, facts) if _goes_on(submission, verdict) else None
    return _write(submission, Found(verdict, facts, step, None if step else _lacks(submission, verdict, facts)), at=at)


def _goes_on(submission: Submission, verdict: Verdict) -> bool:
    """The plan of recoveries does: unless a person's word, or the stage's, has ended it, or the family is settled already."""
    settled = (submission.parent or submission).settled_at is not None
    return verdict in (Verdict.LOCATED, Verdict.RECOVER) and submission.status != Status.LOCATED and not settled


def _lacks(submission: Submission, verdict: Verdict, facts: completion.Facts) -> int | None:
    """Located does not mean whole: a percentage was enough, or the last recovery consumed but a part. It is said how much is missing.

    Of a first that has just ended that was asked already.
    """
    first = submission.parent or submission
    if verdict not in WHY_LOCATED or not first.dimensions or first.snapshot["settings"]["completion_type"] != "located":
        return None
    is_asked = submission.pk == first.pk and submission.status in ASKED
    inputs, _, accounted = (facts.inputs, 0, facts.accounted) if is_asked else accounting.counts(first)
    return max(0, inputs - accounted)


def _force_after(settings: dict[str, Any]) -> timedelta:
    return timedelta(seconds=settings.get("force_located_after_s") or 0)


def _waits_for(facts: completion.Facts, settings: dict[str, Any]) -> str:
    if facts.live:
        held = f", {facts.held} of them held: release or kill these" if facts.held else ""
        return f"{facts.live} of its jobs are at work again, or are being removed{held}; then what is missing is recovered"
    return f"{facts.accounted} of {facts.consumed} have all their outputs located; {settings['completion_pct']} % are wanted"


def _look_again(submission: Submission, patience: timedelta, *, at: datetime) -> datetime:
    """Soon, or as soon as the patience is over."""
    over = (submission.ended_at or at) + patience
    return min(at + SOON, over) if over > at else at + SOON


def _wait(submission: Submission, why: str, *, until: datetime) -> None:
    Submission.objects.filter(pk=submission.pk).update(recheck_at=until, trouble=why[:200])


def _facts(submission: Submission, *, at: datetime) -> completion.Facts:
    status = Status(submission.status)
    if status not in ASKED:
        return completion.Facts(status)
    inputs, consumed, accounted = accounting.counts(submission)
    counters = submission.counters()
    failed, live = from_jobs(counters, submission.expected) == Status.FAILED, sum(counters[state] for state in JOB_LIVE)
    return completion.Facts(status, at - (submission.ended_at or at), inputs, consumed, accounted, failed, live, submission.held)


def _next_step(submission: Submission, facts: completion.Facts) -> recovery.Step | None:
    """The next recovery of the family's plan, on what is still missing now."""
    first = submission.parent or submission
    if first.snapshot["settings"]["stage_type"] == families.APPROVAL:
        return None
    plan = [(said["kind"], said["overrides"]) for said in first.snapshot["job_type"]["recoveries"]]
    limit = first.snapshot["settings"]["recovery_limit"]
    done = families.recoveries(first) if plan[:limit] else 0
    if not plan[:limit][done:]:
        return None
    if not first.dimensions:
        each = first.snapshot["job_type"]["output_files_per_job"]
        return recovery.again(plan, done=done, limit=limit, missing=facts.inputs - facts.accounted, each=each)
    count = accounting.catalogue(first).count
    return recovery.next_step(plan, done=done, limit=limit, about=families.about(first), count=lambda words: count(first.experiment_id, words))


@transaction.atomic
def _write(submission: Submission, found: Found, *, at: datetime) -> bool:
    """The run's row is locked first, so that two ends of one run see each other."""
    run = Run.objects.select_for_update(no_key=True).get(pk=submission.run_id)
    status = Status.LOCATED if found.verdict in WHY_LOCATED else Status(submission.status)
    same = Submission.objects.filter(pk=submission.pk, status=submission.status, wrapped=submission.wrapped)
    if same.update(wrapped=status, trouble="", recheck_at=None, force_at=None) != 1:
        return False
    if status != submission.status:
        lifecycle.move(submission, status, by=WRAPUP, at=at, why=WHY_LOCATED[found.verdict].format(facts=found.facts))
    if families.is_busy(submission):
        return True             # whoever of the family ends last decides
    if found.step:
        _recover(submission, run, found.step, at=at)
    else:
        _end(submission, run, status, found, at=at)
    return True


def _recover(submission: Submission, run: Run, step: recovery.Step, *, at: datetime) -> None:
    first = submission.parent or submission
    Submission.objects.filter(pk=first.pk).update(stuck="")
    intents.intend(
        submission.stage, key=f"recovery:{first.pk}:{step.position}", cause="recovery", run=run, owner=submission.owner, at=at,
        dimensions=step.dimensions, parameter=first.parameter, overrides=[list(pair) for pair in step.overrides], parent=first,
        lineage_id=first.lineage_id, step=step.position, reason=step.kind)


def _end(submission: Submission, run: Run, status: Status, found: Found, *, at: datetime) -> None:
    """The last of its family: settled if it or the first is Located, or nothing is missing; else a person must look."""
    first = Submission.objects.select_related("stage").get(pk=submission.parent_id or submission.pk)    # as it is now: a person may have spoken
    if first.settled_at:
        return _end_late(submission, first, run, status, found, at=at)
    if found.is_whole(status) or first.status == Status.LOCATED:
        return _settle(first, run, status, found.lacks, at=at)
    return _stick(submission, first, run, status, found, at=at)


def _settle(first: Submission, run: Run, status: Status, lacks: int | None, *, at: datetime) -> None:
    Submission.objects.filter(pk=first.pk).update(stuck="", settled_at=at, lacks=lacks)
    _say("settled", first, run, status, at=at)
    slices.finish(first.slice_id)
    followers.start(first, run, at=at)


def _stick(submission: Submission, first: Submission, run: Run, status: Status, found: Found, *, at: datetime) -> None:
    why = _stuck(submission, first, status, found.facts)
    if status == Status.COMPLETED and (after := _force_after(first.snapshot["settings"])):
        force_at = (submission.ended_at or at) + after
        Submission.objects.filter(pk=submission.pk).update(force_at=force_at)
        why += f" It is taken as Located at {force_at:%d %b %H:%M} UTC, as force_located_after_s says."
    Submission.objects.filter(pk=first.pk).update(stuck=why[:200])
    _say("stuck", first, run, status, at=at, why=why[:200])


def _say(what: str, first: Submission, run: Run, status: Status, *, at: datetime, why: str = "") -> None:
    Run.objects.filter(pk=run.pk).update(changed=True)
    tally.touch(first.stage_id, at=at)
    events.record([events.event(what, first, by=WRAPUP, at=at, after=status, why=why)])
    pulses.wake("join_up")


def _end_late(submission: Submission, first: Submission, run: Run, status: Status, found: Found, *, at: datetime) -> None:
    """A recovery that a person asked for after the family was settled: its dependents may get what is new."""
    if submission.pk == first.pk:
        return
    if found.is_whole(status):
        Submission.objects.filter(pk=first.pk).update(lacks=found.lacks)
        followers.start_again(first, submission, run, at=at)
    else:
        why = f"{_stuck(submission, first, status, found.facts)} What it brought is not handed on."
        Submission.objects.filter(pk=submission.pk).update(stuck=why[:200])


def _stuck(submission: Submission, first: Submission, status: Status, facts: completion.Facts) -> str:
    """Why nothing more will come by itself."""
    settings, plan = first.snapshot["settings"], first.snapshot["job_type"]["recoveries"]
    end = completion.Ended(status, settings["recover_failed"], len(plan), settings["recovery_limit"], facts.inputs, facts.accounted)
    return f"{submission.tag} is {completion.stuck(end)}."
