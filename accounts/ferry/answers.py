"""What FERRY answers, read: all of it or nothing. Pure."""
import json
import re
from dataclasses import dataclass
from typing import Any

NAME = re.compile(r"[\w.@+-]{1,150}")       # as names of users may be spelled
LONGEST = 300                               # letters of a person's full name


class BadAnswer(ValueError):
    """It cannot be relied on: the sentence says why."""


@dataclass(frozen=True)
class Person:
    """Somebody in a list."""

    username: str
    fullname: str = ""

    @property
    def names(self) -> tuple[str, str]:
        """First and last, parted at the first blank."""
        first, _, last = self.fullname.partition(" ")
        return first[:150], last.strip()[:150]


def of_unit(body: bytes, unit: str) -> tuple[Person, ...]:
    """The members of this unit and of no other."""
    output = _output(body)
    if not isinstance(output, dict) or set(output) != {unit}:
        told = ", ".join(sorted(map(str, output)))[:80] if isinstance(output, dict) else type(output).__name__
        raise BadAnswer(f"it was asked for {unit} and told of {told or 'nobody'}")
    return _people(output[unit])


def of_group(body: bytes) -> tuple[Person, ...]:
    """The members of the group that was asked for."""
    return _people(_output(body))


def _output(body: bytes) -> Any:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as bad:
        raise BadAnswer("its answer is no JSON") from bad
    if not isinstance(answer, dict) or answer.get("ferry_status") != "success" or answer.get("ferry_error"):
        status = answer.get("ferry_status") if isinstance(answer, dict) else None
        errors = answer.get("ferry_error") if isinstance(answer, dict) else None
        raise BadAnswer(f"ferry_status is {str(status)[:40]!r}{f', ferry_error {str(errors)[:120]}' if errors else ''}")
    return answer.get("ferry_output")


def _people(rows: Any) -> tuple[Person, ...]:
    """Each once; one row that cannot be read spoils the list."""
    if not isinstance(rows, list):
        raise BadAnswer(f"its list of people is no list but {type(rows).__name__}")
    found: dict[str, Person] = {}
    for person in map(_person, rows):
        found.setdefault(person.username, person)
    return tuple(found.values())


def _person(row: Any) -> Person:
    name, full = (row.get("username"), row.get("fullname") or "") if isinstance(row, dict) else (None, "")
    if not isinstance(name, str) or not NAME.fullmatch(name) or not isinstance(full, str) or "\0" in full:
        raise BadAnswer(f"its list has a row that names nobody: {str(row)[:80]!r}")
    return Person(name, full.strip()[:LONGEST])
