"""Members as FERRY says: each case of docs/people.md by the tests that bear it, over a real HTTPS server; and many looks at random answers.

    FERRY_ROUNDS, FERRY_SEED        looks at random answers (500; small 40), from which seed (1)
"""
import os
from collections.abc import Iterator

from scripts.evidence import Line
from tests.beside import told_by
from tests.evidence.person._tried import lines_of

SIZES = {"small": 40, "full": 500}
FILES = ("tests/services/test_ferry_sync.py", "tests/adapters/test_ferry.py", "tests/http/test_members.py", "tests/pure/test_ferry.py")
ROWS = {        # a case, what must be, and the words in the names of the tests that bear it
    "all three lists empty": ("skipped, and an alarm", ("test_all_three_lists_empty",)),
    "one list failed": ("nothing changes", ("test_one_failed_call_changes_nothing", "test_nothing_changes_without_all_three_lists")),
    "in FERRY, not in POMS": ("a person and a membership", ("test_in_ferry_and_not_in_poms", "test_who_is_known_from_another_experiment")),
    "active, not in FERRY: the person": ("inactive, the role kept", ("test_active_and_not_in_ferry",)),
    "... their schedules and waiting launches": ("paused, held with the reason", ("test_schedules_of_who_left", "test_who_is_back_launches")),
    "... their things": ("listed, handed over", ("test_what_was_left_behind", "test_production_hands_over", "test_it_is_given_only")),
    "inactive, in FERRY again": ("active with the new role in one run", ("test_inactive_and_in_ferry_again",)),
    "the role differs": ("FERRY's, with an audit entry", ("test_a_role_that_differs", "test_superuser_goes_before_production")),
    "a shifter, in FERRY analysis": ("left alone", ("test_a_shifter_with_analysis",)),
    "a shifter, in FERRY production, later demoted": ("the flag is never lost", ("test_a_shifter_stays_one",)),
    "more than 20 % would be deactivated": ("stop and ask", ("test_more_than_a_fifth", "test_who_agrees", "test_what_differs_otherwise",
                                                             "test_nobody_agrees_blindly", "test_exactly_a_fifth")),
    "more than 20 % would leave or lose a role": ("stop and ask", ("test_a_production_list_that_has_lost", "test_who_loses_a_role_counts")),
    "the three calls": ("as documented, with the certificate", ("test_the_three_calls", "test_neither_side_trusts", "test_no_answer_in_time")),
    "all of an experiment or nothing": ("one transaction", ("test_all_changes_of_an_experiment", "test_it_is_never_asked_while")),
    "a role taken away, in a session already open": ("gone at the next request", ("test_a_role_taken_away", "test_who_left_reaches_nothing")),
    "tokens of who left": ("good for nothing", ("test_tokens_of_who_left",)),
    "who is on shift": ("set by production and superusers", ("test_production_makes_and_ends", "test_others_see_who_is_on_shift",
                                                            "test_superusers_may_as_well")),
}
OF_QUICK = FILES[0], FILES[3]


def lines(size: str) -> Iterator[Line]:
    files = OF_QUICK if size == "small" else FILES
    yield from lines_of(ROWS, files)
    yield from _rounds(size)


def _rounds(size: str) -> Iterator[Line]:
    rounds, seed = os.environ.get("FERRY_ROUNDS", str(SIZES[size])), os.environ.get("FERRY_SEED", "1")
    told = told_by("tests/services/test_ferry_rounds.py", [{"ROUNDS": rounds, "SEED": seed}])[0]
    counts = ", ".join(f"{count} {name}" for name, count in sorted(told["counts"].items()))
    yield Line(f"{told['rounds']:,} looks at random answers, seed {told['seed']}", "as FERRY says, or as before",
               "; ".join([counts, *told["wrong"][:1]]), not told["wrong"])
