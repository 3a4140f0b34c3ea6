"""Ended -> Located, and the recovery, or the end of the family, that follows from it."""
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from accounts import events
from accounts.policy import By
from campaigns.models import Dependency
from campaigns.services import documents, slices
from datasets.port import DataHandler
from pomssite.kit.loops import for_each, in_time
from pomssite.kit.registry import backend
from submissions import completion, pulses, recovery
from submissions.completion import Verdict
from submissions.models import Run, Submission
from submissions.services import families, intents, lifecycle
from submissions.states import Status, from_jobs

WRAPUP = By("wrapup")
SOON = timedelta(seconds=60)
TURN = timedelta(seconds=10)        # should the asking kill the worker, others go first that long
BATCH = 200


def wrap_up(*, now: Callable[[], datetime]) -> int:
    """Submissions that have ended; how many were wrapped up."""
    ended = Submission.objects.to_wrap(now()).select_related("parent", "stage", "experiment").order_by("ended_at", "pk")[:BATCH]
    return for_each(in_time(ended, now), lambda submission: _wrap(submission, at=now()),
                    lambda submission, why: _wait(submission, why, until=now() + SOON))


def _wrap(submission: Submission, *, at: datetime) -> bool:
    """Ask, decide, write: the asking is done before the writing begins."""
    Submission.objects.filter(pk=submission.pk).update(recheck_at=at + TURN)
    settings = submission.snapshot["settings"]
    facts, patience = _facts(submission, at=at), timedelta(seconds=settings["patience_s"])
    verdict = completion.verdict(settings["completion_type"], settings["completion_pct"], facts,
                                 recover_failed=settings["recover_failed"], patience=patience)
    if verdict == Verdict.WAIT:
        missing = f"{facts.accounted} of {facts.consumed} have all their outputs located; {settings['completion_pct']} % are wanted"
        _wait(submission, missing, until=min(at + SOON, (submission.ended_at or at) + patience))
        return False
    goes_on = verdict in (Verdict.LOCATED, Verdict.RECOVER) and submission.status != Status.LOCATED      # a person's word ends it
    step = _next_step(submission, facts) if goes_on else None
    return _write(submission, verdict, step, at=at)


def _wait(submission: Submission, why: str, *, until: datetime) -> None:
    Submission.objects.filter(pk=submission.pk).update(recheck_at=until, trouble=why[:200])


def _facts(submission: Submission, *, at: datetime) -> completion.Facts:
    """The catalogue is asked only where its answer counts."""
    status = Status(submission.status)
    if status not in (Status.COMPLETED, Status.FAILED):
        return completion.Facts(status)
    inputs, consumed, accounted = _with_files(submission) if submission.dimensions else _without_files(submission)
    failed = from_jobs(submission.counters(), submission.expected) == Status.FAILED
    return completion.Facts(status, at - (submission.ended_at or at), inputs, consumed, accounted, failed)


def _with_files(submission: Submission) -> tuple[int, int, int]:
    handler, settings, first = _catalogue(submission), submission.snapshot["settings"], submission.parent or submission
    totals = handler.totals(submission.experiment_id, submission.tag)
    inputs, consumed = sum(totals.values()), totals.get("consumed", 0) + totals.get("completed", 0)
    if settings["stage_type"] in families.HANDS_ON:
        done = inputs if settings["stage_type"] == families.APPROVAL else consumed
        return inputs, done, done
    accounted = handler.located(submission.experiment_id, submission.tag, submission.snapshot["patterns"], settings["software_version"],
                                first.created_at, settings["output_ancestor_depth"])
    return inputs, consumed, accounted


def _without_files(submission: Submission) -> tuple[int, int, int]:
    """Work without input files owes so many outputs a job, counted over its family."""
    first = submission.parent or submission
    due = (first.expected or 0) * submission.snapshot["job_type"]["output_files_per_job"]
    handler, tags = _catalogue(submission), families.tags(first)
    made = [handler.count(submission.experiment_id, recovery.produced(tags, pattern)) for pattern in submission.snapshot["patterns"]]
    return due, due, min(made, default=0)


def _catalogue(submission: Submission) -> DataHandler:
    return backend("DATA_HANDLERS", submission.snapshot["catalogue"])


def _next_step(submission: Submission, facts: completion.Facts) -> recovery.Step | None:
    """The next recovery of the family's plan, on what is still missing now."""
    first = submission.parent or submission
    if first.snapshot["settings"]["stage_type"] == families.APPROVAL:
        return None
    plan = [(said["kind"], said["overrides"]) for said in first.snapshot["job_type"]["recoveries"]]
    limit, done = first.snapshot["settings"]["recovery_limit"], families.recoveries(first)
    if not first.dimensions:
        return recovery.again(plan, done=done, limit=limit, missing=facts.inputs - facts.accounted)
    count = _catalogue(first).count
    return recovery.next_step(plan, done=done, limit=limit, about=families.about(first), count=lambda words: count(first.experiment_id, words))


@transaction.atomic
def _write(submission: Submission, verdict: Verdict, step: recovery.Step | None, *, at: datetime) -> bool:
    """The run's row is locked first, so that two ends of one run see each other."""
    run = Run.objects.select_for_update(no_key=True).get(pk=submission.run_id)
    status = Status.LOCATED if verdict == Verdict.LOCATED else Status(submission.status)
    same = Submission.objects.filter(pk=submission.pk, status=submission.status, wrapped=submission.wrapped)
    if same.update(wrapped=status, trouble="", recheck_at=None) != 1:
        return False
    if status != submission.status:
        lifecycle.move(submission, status, by=WRAPUP, at=at, why="its outputs are accounted for")
    if families.is_busy(submission):
        return True             # whoever of the family ends last decides
    if step:
        _recover(submission, run, step, at=at)
    else:
        _end(submission, run, status, whole=verdict == Verdict.WHOLE, at=at)
    return True


def _recover(submission: Submission, run: Run, step: recovery.Step, *, at: datetime) -> None:
    first = submission.parent or submission
    Submission.objects.filter(pk=first.pk).update(stuck="")
    intents.intend(
        submission.stage, key=f"recovery:{first.pk}:{step.position}", cause="recovery", run=run, owner=submission.owner, at=at,
        dimensions=step.dimensions, parameter=first.parameter, overrides=[list(pair) for pair in step.overrides], parent=first,
        lineage_id=first.lineage_id, step=step.position, reason=step.kind)


def _end(submission: Submission, run: Run, status: Status, *, whole: bool, at: datetime) -> None:
    """The last of its family: settled if it or the first is Located, or nothing is missing; else a person must look."""
    first = Submission.objects.get(pk=submission.parent_id or submission.pk)      # as it is now: a person may have spoken meanwhile
    located = whole or Status.LOCATED in (status, first.status)
    why = "" if located else _stuck(submission, first, status)
    mine = Submission.objects.filter(pk=first.pk, settled_at=None)
    if mine.update(stuck=why, settled_at=at if located else None) != 1:
        return
    Run.objects.filter(pk=run.pk).update(changed=True)
    events.record([events.event("settled" if located else "stuck", first, by=WRAPUP, at=at, after=status, why=why)])
    pulses.wake("join_up")
    if located:
        slices.finish(first.slice_id)
        _depend(first, run, at=at)


def _stuck(submission: Submission, first: Submission, status: Status) -> str:
    """Why nothing more will come by itself."""
    settings, plan = first.snapshot["settings"], first.snapshot["job_type"]["recoveries"]
    if status == Status.FAILED and not settings["recover_failed"]:
        left = "the stage says recover_failed = no"
    elif len(plan) > settings["recovery_limit"]:
        left = f"the stage's recovery_limit of {settings['recovery_limit']} is reached"
    else:
        left = f"none of the {len(plan)} recoveries of its job type is left"
    return f"{submission.tag} is {status}, and {left}."


def _depend(first: Submission, run: Run, *, at: datetime) -> None:
    """One launch for each upstream submission; the other joins look at the whole run, see joins."""
    edges = Dependency.objects.filter(upstream=first.stage, retired_at=None).select_related("downstream__campaign").order_by("downstream", "pk")
    for edge in edges:
        if documents.settings_of(edge.downstream).join == "each":
            intents.intend(edge.downstream, key=f"dependent:{first.pk}:{edge.pk}", cause="dependent", run=run, owner=first.owner, at=at,
                           lineage_id=first.lineage_id, dimensions=families.outputs([first], edge.pattern), reason=f"after {first.tag}")
