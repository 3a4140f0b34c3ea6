"""What may be asked of a file: one row a word. A new word is a row here and one in datasets.conditions."""
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

AVAILABILITY = ("anylocation", "physical", "virtual", "default")
STATUSES = ("unknown", "delivered", "transferred", "consumed", "completed", "skipped", "failed", "cancelled", "unconsumed")
RELATIONS = ("isparentof", "ischildof")
OPERATORS = ("<=", ">=", "!=", "=", "<", ">", "like", "in")
ORDERING = frozenset({"<", "<=", ">", ">="})
JOINS = ("and", "minus")
KEYWORDS = frozenset({*JOINS, "or", "union", "not", "with", "like", "in"})
ALIASES = {"dataset_def_name": "defname"}
MOST = 10**18           # numbers stay within what the database can hold
LONGEST = 1000          # letters of a value
LONGEST_NUMBER = 40
NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?"
PARAM = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+")


@dataclass(frozen=True)
class Dim:
    """What may stand behind the word. `fits` raises ValueError at a value that may not."""

    fits: Callable[[str], object]
    allowed: str
    ops: tuple[str, ...] = ("=",)
    many: bool = True       # a comma list of values
    bound: Callable[[str], object] | None = None     # what may stand behind < and >, if that is less


@dataclass(frozen=True)
class Runs:
    """The runs from low to high, or one run's one subrun."""

    low: int
    high: int
    subrun: int | None = None


def dim_of(word: str) -> Dim | None:
    """The row of the word: one of the table, or, with a dot in it, whatever the metadata call so."""
    return DIMS.get(word) or (FACT if PARAM.fullmatch(word) and len(word) <= LONGEST else None)


def whole(text: str) -> int:
    """A whole number, at least 0."""
    if not (text.isascii() and text.isdecimal() and int(text) < MOST):
        raise ValueError(text)
    return int(text)


def runs(text: str) -> Runs:
    """7, 7-9 or 7.0001 (a run and its subrun)."""
    found = re.fullmatch(r"([0-9]+)(?:\.([0-9]+)|-([0-9]+))?", text)
    if found is None:
        raise ValueError(text)
    low, high = whole(found[1]), whole(found[3] or found[1])
    if high < low:
        raise ValueError(text)
    return Runs(low, high, whole(found[2]) if found[2] else None)


def number(text: str) -> Decimal | None:
    """The number that a text is, as JSON writes numbers."""
    return Decimal(text) if re.fullmatch(NUMBER, text) else None


def span(text: str) -> tuple[Decimal, Decimal] | None:
    """The range that a text is, as 5-10 or -1.5-2."""
    found = re.fullmatch(f"({NUMBER})-({NUMBER})", text)
    return (Decimal(found[1]), Decimal(found[2])) if found and Decimal(found[1]) <= Decimal(found[2]) else None


def moment(text: str) -> datetime:
    """An ISO time; without a zone it is UTC."""
    found = datetime.fromisoformat(text)
    try:
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError as bad:       # its zone puts it out of the years 1 to 9999
        raise ValueError(text) from bad


def submission_of(tag: str) -> int:
    """The number behind the last '-' of a tag."""
    instance, _, digits = _text(tag).rpartition("-")
    if not instance:
        raise ValueError(tag)
    return whole(digits)


def statuses(text: str) -> tuple[str, ...]:
    """The statuses that a word means; % stands for any letters."""
    if len(text) > LONGEST_NUMBER:
        raise ValueError(text)
    pattern = re.escape(re.sub("%+", "%", text)).replace("%", ".*")
    found = tuple(status for status in STATUSES if re.fullmatch(pattern, status))
    if not found:
        raise ValueError(text)
    return found


def _text(text: str) -> str:
    """What the database can hold as a text: no NUL and no half of a letter."""
    if not 0 < len(text) <= LONGEST or "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError(text)
    return text


def _fact(text: str) -> str:
    """A text; if it is a number, one that is not absurdly long."""
    if re.fullmatch(f"{NUMBER}(-{NUMBER})?", text) and len(text) > LONGEST_NUMBER:
        raise ValueError(text)
    return _text(text)


def _availability(text: str) -> str:
    if text.lower() not in AVAILABILITY:
        raise ValueError(text)
    return text.lower()


COMPARE = ("=", "!=", "<", "<=", ">", ">=")
EVERY = (*COMPARE, "like")
TEXT = f"a text of 1 to {LONGEST} letters"
words = Dim(_text, TEXT, ("=", "!=", "like"))
kind = Dim(_text, TEXT, EVERY)
name = Dim(_text, "a name")
time = Dim(moment, "a time such as '2026-01-31T12:00:00+00:00'", COMPARE)
FACT = Dim(_fact, f"a text of 1 to {LONGEST} letters, a number, or a range such as 5-10, of at most {LONGEST_NUMBER} letters", EVERY)

DIMS: dict[str, Dim] = {
    "defname": Dim(_text, "the name of a definition", many=False),
    "snapshot_id": Dim(whole, "the number of a snapshot"),
    "snapshot_for_project_name": name,
    "project_name": name,
    "project_id": Dim(whole, "the number of a project"),
    "consumed_status": Dim(statuses, f"one of {', '.join(STATUSES)}, or co%"),
    "file_name": words,
    "version": words,
    "data_tier": kind,
    "file_format": kind,
    "data_stream": FACT,
    "file_type": FACT,
    "run_number": Dim(runs, "a run such as 7, a range such as 7-9, or run.subrun such as 7.0001; behind < and > a whole number",
                      COMPARE, bound=whole),
    "create_date": time,
    "end_time": time,
    "produced_by": Dim(submission_of, "a submission's tag, which ends in '-' and its number"),
    "availability": Dim(_availability, f"one of {', '.join(AVAILABILITY)}", many=False),
}
