"""Submissions, by the many: every deed that one submission knows, and the set forms of those that have one."""
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import QueryDict

from accounts.policy import Actor, Verb
from pomssite.kit.numbers import numbers
from submissions.filters import SubmissionFilter
from submissions.models import Submission
from submissions.recovery import WORDS
from submissions.services import deeds, repairs, steering
from submissions.services.bulk.parts import MOST, Ask, Deed, Kind, fitting
from submissions.services.outlook import ROWS_WITHOUT
from submissions.states import Status

Rows = Mapping[str, Submission]


def _rows(actor: Actor, keys: Sequence[str]) -> Rows:
    rows = Submission.objects.visible_to(actor).filter(pk__in=numbers(keys))
    found = rows.annotate(has_files=ExpressionWrapper(~Q(dimensions=""), BooleanField())).defer(*ROWS_WITHOUT)
    return {str(row.pk): row for row in found}


def _chosen(actor: Actor, query: QueryDict, at: datetime) -> list[str]:
    rows = fitting(SubmissionFilter(query, Submission.objects.visible_to(actor), at=at))
    return [str(pk) for pk in rows.order_by("-pk").values_list("pk", flat=True)[:MOST + 1]]


def _live(row: Submission) -> int:
    return row.idle + row.running + row.held


def _words(row: Submission) -> str:
    parts = ((row.running, "running"), (row.idle, "idle"), (row.held, "held"))
    return f"{row.status}. " + (", ".join(f"{count} {word}" for count, word in parts if count) or "No jobs now") + "."


def _ordered(deed: str) -> Callable[..., Mapping[str, str]]:
    def many(rows: Rows, *, actor: Actor, at: datetime, why: str) -> Mapping[str, str]:
        steering.order_many({row: [] for row in rows.values()}, deed, actor=actor, at=at, why=why)
        return {}
    return many


def _marked(status: Status, after: str = "") -> Callable[..., Mapping[str, str]]:
    def many(rows: Rows, *, actor: Actor, at: datetime, why: str) -> Mapping[str, str]:
        moved = steering.mark_many(list(rows.values()), status, actor=actor, at=at, why=why)
        if after:
            steering.order_many({row: [] for row in rows.values() if row.pk in moved}, after, actor=actor, at=at, why=why)
        return {key: f"It is {row.status}: it cannot become {status}." for key, row in rows.items() if row.pk not in moved}
    return many


MANY: dict[str, Callable[..., Mapping[str, str]]] = {
    "approve": _marked(Status.COMPLETED), "decline": _marked(Status.CANCELLED), "hold": _ordered("hold"), "release": _ordered("release"),
    "kill": _ordered("remove"), "locate": _marked(Status.LOCATED), "finish": _marked(Status.COMPLETED, "remove"), "fail": _marked(Status.FAILED),
    "give-up": _marked(Status.REMOVED, "remove"),
}


def _deed(one: deeds.Deed) -> Deed:
    def why_not(row: Submission, *, actor: Actor) -> str:
        return deeds.why_not(one, row, actor=actor)

    def do(row: Submission, **asked: Any) -> Any:
        return one.do(row, refs=(), **asked)
    return Deed("submission", one.name, one.button, one.effect, one.done, one.verb, why_not, do, MANY.get(one.name), _words, icon=one.icon,
                look=one.look, seldom=one.seldom or one.verb == Verb.APPROVE)


def _why_no_recovery(row: Any, *, actor: Actor) -> str:
    """Without input files its missing outputs must be counted first."""
    return deeds.why_not(deeds.RECOVER, row, actor=actor) or ("" if row.has_files else "It has no input files: recover it on its own page.")


def _recover(row: Submission, *, recovery: str, actor: Actor, form: str = "", **asked: Any) -> Any:
    """An act on many, which may be carried on by another worker, asks once; and so does a form of the administration."""
    return repairs.recover(row, repairs.Wish(recovery), key=f"{actor.door}:{form}" if form else actor.door, actor=actor, **asked)


RECOVER = Deed(
    "submission", "recover", "Recover", "For each a recovery is recorded that runs over what is missing in its family when it goes out. Where"
    " nothing is missing nothing is launched, and its stage says so. What depends on it and was launched already stays as it is.",
    "Its recovery is recorded.", Verb.DO, _why_no_recovery, _recover, will=lambda row: f"{row.status}. What is missing is counted when it goes out.",
    asks=(Ask("recovery", "What to run over", tuple(WORDS.items())),), once=True, icon="undo")
KIND = Kind("submission", "submissions:submission", "submissions:list", _rows, _chosen, lambda row: f"#{row.pk} {row.tag}", jobs=_live)
DEEDS = (*(_deed(one) for one in deeds.DEEDS.values()), RECOVER)
