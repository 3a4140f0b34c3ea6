"""What may be asked of a file: one row a word. A new word is a row here and one in datasets.lookup."""
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

AVAILABILITY = ("anylocation", "physical", "virtual", "default")
STATUSES = ("unknown", "delivered", "transferred", "consumed", "completed", "skipped", "failed", "cancelled", "unconsumed")
RELATIONS = ("isparentof", "ischildof")
OPERATORS = ("<=", ">=", "!=", "=", "<", ">", "like", "in")
JOINS = ("and", "minus")
KEYWORDS = frozenset({*JOINS, "or", "union", "not", "with", "like", "in"})
ALIASES = {"dataset_def_name": "defname"}
MOST = 10**18           # numbers stay within what the database can hold


@dataclass(frozen=True)
class Dim:
    """What may stand behind the word. `fits` raises ValueError at a value that may not."""

    fits: Callable[[str], object]
    allowed: str
    ops: tuple[str, ...] = ("=",)
    many: bool = True       # a comma list of values


def whole(text: str) -> int:
    """A whole number, at least 0."""
    if not (text.isascii() and text.isdecimal() and int(text) < MOST):
        raise ValueError(text)
    return int(text)


def moment(text: str) -> datetime:
    """An ISO time; without a zone it is UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def submission_of(tag: str) -> int:
    """The number behind the last '-' of a tag."""
    instance, _, number = tag.rpartition("-")
    if not instance:
        raise ValueError(tag)
    return whole(number)


def statuses(text: str) -> tuple[str, ...]:
    """The statuses that a word means; % stands for any letters."""
    pattern = re.escape(text).replace("%", ".*")
    found = tuple(status for status in STATUSES if re.fullmatch(pattern, status))
    if not found:
        raise ValueError(text)
    return found


def _text(text: str) -> str:
    if not text or "\0" in text:
        raise ValueError(text)
    return text


def _availability(text: str) -> str:
    if text.lower() not in AVAILABILITY:
        raise ValueError(text)
    return text.lower()


LIKE = ("=", "!=", "like")
COMPARE = ("=", "!=", "<", "<=", ">", ">=")
words = Dim(_text, "a text that is not empty", LIKE)
name = Dim(_text, "a name")

DIMS: dict[str, Dim] = {
    "defname": Dim(_text, "the name of a definition", many=False),
    "snapshot_id": Dim(whole, "the number of a snapshot"),
    "snapshot_for_project_name": name,
    "project_name": name,
    "consumed_status": Dim(statuses, f"one of {', '.join(STATUSES)}, or co%"),
    "file_name": words,
    "version": words,
    "data_tier": words,
    "file_format": words,
    "run_number": Dim(whole, "a whole number", COMPARE),
    "create_date": Dim(moment, "a time such as '2026-01-31T12:00:00+00:00'", COMPARE, many=False),
    "produced_by": Dim(submission_of, "a submission's tag, which ends in '-' and its number"),
    "availability": Dim(_availability, f"one of {', '.join(AVAILABILITY)}", many=False),
}
