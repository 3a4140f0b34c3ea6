"""What a person may do to a submission: one row a deed; pages, addresses and acts on many read the same table."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.policy import Actor, Verb, may
from submissions import states
from submissions.models import Submission
from submissions.services import repairs, steering
from submissions.states import Status


@dataclass(frozen=True)
class Deed:
    """The same verb on the button, in the title and in what is said afterwards."""

    name: str
    button: str
    effect: str
    done: str
    verb: Verb
    possible: Callable[[Submission], bool]
    otherwise: str
    do: Callable[..., Any]
    icon: str = ""
    look: str = ""
    jobs: bool = False          # may be done to some of its jobs
    seldom: bool = False        # not shown where it cannot be done
    key: str = ""


def _order(deed: str) -> Callable[..., Any]:
    def do(submission: Submission, *, actor: Actor, at: datetime, why: str, refs: Sequence[str]) -> Any:
        return steering.order(submission, deed, actor=actor, at=at, why=why, refs=refs)
    return do


def _mark(status: Status) -> Callable[..., Any]:
    def do(submission: Submission, *, actor: Actor, at: datetime, why: str, refs: Sequence[str]) -> Any:
        return steering.mark(submission, status, actor=actor, at=at, why=why)
    return do


def _finish(submission: Submission, *, actor: Actor, at: datetime, why: str, refs: Sequence[str]) -> Any:
    return steering.finish(submission, actor=actor, at=at, why=why)


def _give_up(submission: Submission, *, actor: Actor, at: datetime, why: str, refs: Sequence[str]) -> Any:
    return steering.give_up(submission, actor=actor, at=at, why=why)


def _abort(submission: Submission, *, actor: Actor, at: datetime, why: str, refs: Sequence[str]) -> Any:
    return steering.abort(submission, actor=actor, at=at, why=why)


def _is_launching(submission: Submission) -> bool:
    """A command runs for it, or may, and nothing was heard of its jobs."""
    return submission.status == Status.NEW and submission.sent_at is not None and submission.runs_a_command


def _can_be(*wanted: Status) -> Callable[[Submission], bool]:
    return lambda submission: submission.abandoned_at is None and submission.settled_at is None and any(
        states.settle(Status(submission.status), status, person=True) for status in wanted)


def _is(*wanted: Status) -> Callable[[Submission], bool]:
    return lambda submission: submission.status in wanted


DEEDS = {deed.name: deed for deed in (
    Deed("approve", "Approve", "What came so far is agreed to, and what depends on it starts. Who agreed, and why, is kept.", "Approved.",
         Verb.APPROVE, _is(Status.AWAITING), "Only what awaits approval can be approved.", _mark(Status.COMPLETED), "check", "pri"),
    Deed("decline", "Decline", "It ends here: nothing that depends on it starts. Who declined, and why, is kept.", "Declined.",
         Verb.APPROVE, _is(Status.AWAITING), "Only what awaits approval can be declined.", _mark(Status.CANCELLED), "x", "danger"),
    Deed("hold", "Hold", "Jobs that wait or run are held in the batch system until somebody releases them.", "Holding is ordered.",
         Verb.HOLD, _is(Status.IDLE, Status.RUNNING), "Only idle and running work can be held.", _order("hold"), "held", jobs=True, key="h"),
    Deed("release", "Release", "Held jobs go back to the queue of the batch system.", "Releasing is ordered.",
         Verb.HOLD, _is(Status.HELD), "Only held work can be released.", _order("release"), "launch", jobs=True),
    Deed("kill", "Kill", "Its jobs are removed from the batch system and do not come back. What they have not written is lost.",
         "Killing is ordered.", Verb.DO, _is(Status.IDLE, Status.RUNNING, Status.HELD), "It has no jobs in the batch system now.",
         _order("remove"), "x", "danger", jobs=True, key="K"),
    Deed("locate", "Mark located", "It counts as good: its recoveries end, and what depends on it starts. This cannot be taken back.",
         "Marked Located.", Verb.DO, _can_be(Status.LOCATED), "Only Failed and Completed submissions that are not settled can be marked Located.",
         _mark(Status.LOCATED), "check"),
    Deed("finish", "Mark completed", "Nobody waits for its jobs any longer: those that wait or run are removed from the batch system, and what"
         " they have not written is recovered, if not enough is there.", "Marked Completed; its jobs are being removed.",
         Verb.DO, _is(Status.IDLE, Status.RUNNING, Status.HELD), "It has no jobs in the batch system now.", _finish, "check", seldom=True),
    Deed("give-up", "Give up", "Nobody knows whether this launch arrived. Given up, it cannot revive, and jobs that come late are removed."
         " Its files can then be recovered by hand.", "Given up.",
         Verb.DO, lambda submission: submission.status == Status.LAUNCH_FAILED and submission.abandoned_at is None,
         "Only a launch of which nothing was heard can be given up.", _give_up, "x", "danger", seldom=True),
    Deed("abort", "Abort launch", "The command that launches it is ended with all its processes, and is not tried again. Jobs that it has already"
         " submitted are removed.", "Aborting is ordered.", Verb.DO, _is_launching, "No launch of it runs.", _abort, "x", "danger", seldom=True),
    Deed("fail", "Mark failed", "It counts as bad although its jobs ended well: its recoveries run over what is missing.", "Marked Failed.",
         Verb.DO, _can_be(Status.FAILED), "Only Completed submissions that are not settled can be marked Failed.", _mark(Status.FAILED), "x",
         seldom=True),
)}
RECOVER = Deed("recover", "Recover", "", "", Verb.DO, lambda submission: submission.status in states.RECOVERABLE and submission.abandoned_at is None,
               "Its jobs have not ended.", repairs.recover, "undo", "pri", key="r")     # it has a page of its own, which asks for more than a reason


def why_not(deed: Deed, submission: Submission, *, actor: Actor) -> str:
    """A sentence; empty if it may be done."""
    if reason := may_not(deed, submission, actor=actor):
        return reason
    return "" if deed.possible(submission) else f"{deed.otherwise} This one is {submission.status}."


def may_not(deed: Deed, submission: Submission, *, actor: Actor) -> str:
    """The same of the person alone."""
    if may(actor, deed.verb, submission.owner):
        return ""
    return f"Acting as {actor.role} you may not {deed.button.lower()} this; it was made as {submission.creator_role}."
