"""The page of rules says what the tables of the code say."""
import re
from pathlib import Path

import pytest

from campaigns.document import RECOVERY_KINDS
from campaigns.document.fields import FIELDS
from datasets.splits import SPLITS
from submissions import completion, states
from submissions.states import Status
from tests.rules.stages import a_stage, launched, raw

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text()


def table(title: str) -> list[list[str]]:
    """The rows of the table under this heading."""
    part = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    text = next(text for text in part if text.startswith(title))
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in re.findall(r"^\|.*\|$", text, re.MULTILINE)[2:]]


def words(cell: str) -> set[Status]:
    return {Status(word.strip()) for word in cell.split(",") if word.strip()}


def test_statuses_are_those_of_the_code():
    rows = table("What may follow a status")
    assert {Status(now): words(to) for now, to, _ in rows} == {now: set(to) for now, to in states.AFTER.items()}
    assert {Status(now): words(to) for now, _, to in rows if to} == {now: set(to) for now, to in states.BY_PERSON.items()}


COUNTERS = ({"removed": 1}, {"failed": 1}, {"done": 1}, {"held": 1, "running": 1}, {"running": 1, "idle": 1}, {"idle": 1}, {})


def test_counters_mean_what_the_page_says():
    told = [Status(status) if status in list(Status) else None for _, status in table("What the counters of jobs mean")]
    assert told == [states.from_jobs(dict.fromkeys(states.JobState, 0) | counters, None) for counters in COUNTERS]


def test_verdicts_are_given_in_this_order():
    assert [status for status, _, _ in table("What wrap-up does")[:-1]] == [status for status, _, _ in completion.ROWS]


def test_recoveries_splits_and_joins_are_all_there_are():
    assert sorted(kind for kind, _ in table("Recoveries")) == sorted(RECOVERY_KINDS)
    assert {name: ends == "yes" for name, _, ends in table("Splits")} == {name: split.ends for name, split in SPLITS.items()}
    assert tuple(name for name, *_ in table("Joins")) == FIELDS["join"].allowed


@pytest.mark.django_db
def test_layers_are_in_this_order():
    raw("a")
    assert [name for name, _ in launched(a_stage()).snapshot["layers"]] == [name for name, _ in table("Layers of overrides")]
