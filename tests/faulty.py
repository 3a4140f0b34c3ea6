"""Faults that somebody could put into the code: what to write instead of what, and the tests that must notice."""
from dataclasses import dataclass

S = "submissions/services"
T = "tests/services"


@dataclass(frozen=True)
class Fault:
    """`edits`: pairs of a text that stands in the file once, and what is written instead."""

    name: str
    file: str
    edits: tuple[tuple[str, str], ...]
    tests: tuple[str, ...]


FAULTS = (
    Fault("a claim whose condition is behind a join", f"{S}/intents.py", ((
        "LaunchIntent.objects.filter(pk=intent.pk, attempts=intent.attempts, taken_at=None, dropped_at=None)\n    return",
        "LaunchIntent.objects.filter(pk__in=LaunchIntent.objects.filter(pk=intent.pk, stage__retired_at=None, taken_at=None))\n    return"),),
        (f"{T}/test_races.py::test_who_waited_for_a_claim_looks_again",)),
    Fault("a lost launch claimed without looking whose it is", f"{S}/leases.py", ((
        "    same = _mine(submission, submission.holder_id).filter(", "    same = Submission.objects.filter(pk=submission.pk).filter("),),
        (f"{T}/test_races.py::test_who_waited_for_a_claim_looks_again",)),
    Fault("a retry without asking the batch system first", f"{S}/launch/resuming.py", ((
        "refs = batch.find(submission.tag, submission.sent_at)", "refs = ()"),),
        (f"{T}/test_launch.py",)),
    Fault("a sent launch is simply sent again", f"{S}/launch/resuming.py", ((
        "    if submission.sent_at is None:\n", "    if True:\n"), ),
        (f"{T}/test_launch.py",)),
    Fault("a slice taken without its condition", "campaigns/services/slices/taking.py", ((
        "Slice.objects.filter(pk=row.pk, state=Slice.FREE).update(state=Slice.TAKEN)",
        "Slice.objects.filter(pk=row.pk).update(state=Slice.TAKEN)"),),
        (f"{T}/test_races.py::test_who_waited_for_a_claim_looks_again",)),
    Fault("one `at` for the whole loop, also where it is sent", f"{S}/leases.py", ((
        ".update(sent_at=Now(), inputs", ".update(sent_at=submission.created_at, inputs"),),
        (f"{T}/test_launch.py",)),
    Fault("sent by whoever comes, holder or not", f"{S}/leases.py", ((
        "    return _mine(submission, worker.pk).filter(sent_at=None).update(sent_at",
        "    return Submission.objects.filter(pk=submission.pk).update(sent_at"),),
        (f"{T}/test_launch.py",)),
    Fault("given up by who lost the lease", f"{S}/launch/sending.py", ((
        "    if unsent_by and not leases.keep(submission, unsent_by):\n        return False\n", ""),),
        (f"{T}/test_launch.py",)),
    Fault("silence taken for no at once", f"{S}/launch/resuming.py", ((
        "    if submission.unheard > batch.unseen:", "    if submission.sent_at:"),),
        (f"{T}/test_launch.py",)),
    Fault("put back without giving the attempt up", f"{S}/lifecycle.py", ((
        "    Submission.objects.filter(pk=submission.pk).update(abandoned_at=at, holder=None)\n", ""),),
        (f"{T}/test_launch.py",)),
    Fault("a confirmation that moves from any status", f"{S}/launch/sending.py", ((
        "_heard(submission, refs), by=LAUNCH, at=at, given=Status.NEW, why", "_heard(submission, refs), by=LAUNCH, at=at, why"),),
        (f"{T}/test_launch.py",)),
    Fault("intake without the row's lock", f"{S}/intake.py", ((
        "row = Submission.objects.select_for_update(no_key=True).get(pk=submission.pk)", "row = Submission.objects.get(pk=submission.pk)"),),
        (f"{T}/test_overtaking.py", "-k", "news")),
    Fault("counters by all reports instead of what changed", f"{S}/intake.py", ((
        "    delta.subtract(Counter(known[key].state for key in news if key in known))\n", ""),),
        (f"{T}/test_circle.py",)),
    Fault("heard_at ignored: the last word heard wins", "submissions/states.py", ((
        "    return (heard.heard_at, RANK[heard.state]) > (known.heard_at, RANK[known.state])\n", "    return heard != known\n"),),
        (f"{T}/test_sweep.py",)),
    Fault("the cursor moves over what was not taken in", f"{S}/intake.py", ((
        "    if not troubles or _long_enough(cursor, at=now()):\n", "    if True:\n"),),
        (f"{T}/test_sweep.py",)),
    Fault("a job that nobody reported is not missed", f"{S}/intake.py", ((
        "        yield from ((submission.tag, ref) for ref in _unreported(submission, jobs.keys()))\n", ""),),
        (f"{T}/test_sweep.py",)),
    Fault("wrapped up without looking again", f"{S}/wrapup.py", ((
        "same = Submission.objects.filter(pk=submission.pk, status=submission.status, wrapped=submission.wrapped)",
        "same = Submission.objects.filter(pk=submission.pk)"), (
        "    if families.is_busy(submission):\n        return True             # whoever of the family ends last decides\n", "")),
        (f"{T}/test_overtaking.py", f"{T}/test_families.py", "-k", "wrap or family or person")),
    Fault("two recoveries of a family at once", f"{S}/wrapup.py", ((
        "    if families.is_busy(submission):\n", "    if False:\n"),),
        (f"{T}/test_families.py",)),
    Fault("a run looked at without its lock", f"{S}/joins.py", (
        ("    run = Run.objects.select_for_update(no_key=True).get(pk=seen.pk)\n", "    run = Run.objects.get(pk=seen.pk)\n"),
        ("    Run.objects.filter(pk=run.pk).update(changed=False, trouble=\"\", recheck_at=None)\n", ""),
        ("graph.before(stage.pk, pairs), pairs), at=at)\n    return True\n",
         "graph.before(stage.pk, pairs), pairs), at=at)\n    Run.objects.filter(pk=run.pk).update(changed=False)\n    return True\n")),
        (f"{T}/test_overtaking.py", "-k", "join")),
    Fault("waiting and alive counted one after the other", f"{S}/joins.py", ((
        "    return mine.filter(Q(taken_at=None, dropped_at=None) | Exists(alive)).count()\n",
        "    return mine.filter(Exists(alive)).count() + mine.filter(taken_at=None, dropped_at=None).count()\n"),),
        (f"{T}/test_overtaking.py", "-k", "keep")),
    Fault("drained while launches wait", f"{S}/joins.py", ((
        "_takes_free(run) or waiting.exists() or unsettled", "_takes_free(run) or unsettled"),),
        (f"{T}/test_joins.py",)),
    Fault("drained without what was refused", f"{S}/joins.py", ((
        " or unsettled.exists() or _is_missing(run, stage, above):", " or unsettled.exists():"),),
        (f"{T}/test_joins.py",)),
    Fault("a pulse queued although a task waits", "submissions/pulses.py", ((
        "Pulse.objects.filter(Q(queued_at=None) | Q(queued_at__lt=Now() - FORGOTTEN), name=name)", "Pulse.objects.filter(name=name)"),),
        (f"{T}/test_races.py::test_a_crowd_that_wakes_a_pulse_leaves_one_task_waiting",)),
    Fault("a token that is good for every path", "submissions/api/authentication.py", ((
        "return (view.kwargs[\"exp\"], view.kwargs[\"tag\"]) == (job.submission.experiment_id, job.submission.tag)", "return True"),),
        ("tests/http/test_job_api.py",)),
)
