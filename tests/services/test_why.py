"""Why a file is in a set, or not."""
from random import Random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from datasets.port import UnknownName
from datasets.query import write
from datasets.services.why import why
from pomssite.kit.errors import Invalid
from tests.catalogue import LONG_AGO, definition, experiment, file, files, project, snapshot
from tests.queries import tree_of
from tests.worldrows import build, drawn
from tests.worlds import Homeless, Sets, pool_of

pytestmark = pytest.mark.django_db


def test_the_verdict_is_that_of_the_set_on_random_catalogues():
    """Of every file, on catalogues and queries by seed; the sets are plain Python."""
    lucks = {number: Random(f"why/{number}") for number in range(12)}
    worlds = {number: drawn(number, luck) for number, luck in lucks.items()}
    with transaction.atomic():
        build(list(worlds.values()))
        for number, world in worlds.items():
            for _ in range(4):
                tree = tree_of(lucks[number], pool_of(world), 3)
                try:
                    found = Sets(world).meant(tree)
                except Homeless:
                    continue
                for one, thing in world.files.items():
                    answer = why(f"lab{world.number}", f"({write(tree)})", thing.name)
                    assert answer.verdict.holds == (one in found), f"why/{number}: {thing.name}: {write(tree)}"
                    assert answer.verdict.reasons(), write(tree)


def reason(dataset: str, name: str = "a") -> str:
    return why("lab", dataset, name).sentence


def test_each_word_says_what_is_and_what_is_wanted():
    a = file("a", run_number=8, data_tier="raw", metadata={"Online.detector": 5, "runs": [[8, 1]]}, submission_id=41)
    b = file("b", located="", created_at=LONG_AGO)
    file("a.root", parents=(a,)), snapshot([b], 10005)
    project("P", {a: "failed", b: "unknown"})
    assert {words: reason(words) for words in SAID} == {words: f"a is not in the set: {said}." for words, said in SAID.items()}
    assert reason("data_tier raw", "b") == "b is not in the set: data_tier is not said, raw is wanted; it has no location, a location is wanted."


SAID = {
    "run_number 7": "run_number is 8 and listed as [[8, 1]], 7 is wanted",
    "data_tier sim,mc": "data_tier is raw, sim or mc is wanted",
    "data_tier != raw": "data_tier is raw, anything but raw is wanted",
    "file_name like b%": "file_name is a, something like b% is wanted",
    "Online.detector > 6": "Online.detector is 5, more than 6 is wanted",
    "Online.voltage 3-4": "Online.voltage is not said, 3-4 is wanted",
    "produced_by lab1-42": "produced_by is submission 41, lab1-42 is wanted",
    "end_time <= 2026-01-01": "end_time is not said, at most 2026-01-01 is wanted",
    "snapshot_id 10005": "it is not in snapshot 10005",
    "snapshot_for_project_name P minus consumed_status failed and project_name P": "in project P its status is failed",
    "project_name P and consumed_status co%": "in project P its status is failed, co% is wanted",
    "not (project_name P)": "it is an input of project P",
    "file_name a with availability virtual": "it has a physical location, no physical location is wanted",
    "isparentof: (file_name like %.sim)": "of its 1 children none is in the brackets",
    "ischildof: (file_name like %)": "it has no parents",
    "file_name like % with limit 2 offset 1":
        "it is number 1 there, in the order of file ids; taken are from number 2 on, at most 2",
    "file_name b or run_number 9": "file_name is a, b is wanted; run_number is 8 and listed as [[8, 1]], 9 is wanted",
}


def test_a_definition_is_looked_into_and_a_bare_name_is_one():
    file("a", data_tier="raw")
    definition("D", "data_tier raw and file_name b")
    definition("E", "defname: D")
    assert reason("E") == "a is not in the set: file_name is a, b is wanted."


def test_what_is_in_the_set_is_told_why():
    file("a", run_number=7)
    assert reason("run_number 7") == "a is in the set: run_number is 7; it has a physical location."
    assert reason("file_name a or run_number 9") == "a is in the set: file_name is a; it has a physical location."


def test_one_may_go_on_to_ask_about_the_children():
    a = file("a")
    for n in range(7):
        file(f"a{n}", parents=(a,), located="")
    verdict = why("lab", "isparentof: (file_name like a%)", "a").verdict.parts[0]
    assert (verdict.holds, verdict.others, verdict.next_query) == (False, ("a0", "a1", "a2", "a3", "a4"), "file_name like a%")
    assert reason(verdict.next_query, "a0") == "a0 is not in the set: it has no location, a location is wanted."


def test_a_long_query_costs_no_more_questions_than_a_short_one():
    a, = files("a")
    project("P", {a: "failed"})
    counts = []
    for many in (1, 200):
        words = " or ".join(f"project_name P and consumed_status failed and isparentof: (file_name x{n})" for n in range(many))
        with CaptureQueriesContext(connection) as asked:
            why("lab", words, "a")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 14


@pytest.mark.parametrize(("dataset", "name", "says"), [
    ("file_name a", "zz", "unknown file 'zz'"), ("file_name a", "\0", "unknown file"), ("file_name a", "\udcff", "unknown file"),
    ("defname: D", "a", "unknown definition D"), ("from_parent", "a", "names no files"), ("", "a", "names no files"),
    ("file_name <", "a", "column 11"), ("consumed_status co%", "a", "of which project"),
])
def test_what_cannot_be_answered_is_said(dataset: str, name: str, says: str):
    file("a"), experiment("other")
    with pytest.raises((UnknownName, Invalid), match=says):
        why("lab", dataset, name)


def test_a_file_of_another_experiment_is_not_known():
    file("a", inside=experiment("other"))
    with pytest.raises(UnknownName):
        why("lab", "file_name a", "a")
