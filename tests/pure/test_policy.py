"""Who may do what: the matrix, written out, against the table."""
from itertools import product

import pytest

from accounts.policy import WORDS, Actor, By, Owner, Role, Tie, Verb, held, may, tie, whom_to_ask

R, V = Role, Verb
ANN, BOB = 1, 2
OWN_AO, OTHER_AO, PO = Owner(ANN, "dune", R.ANALYSIS), Owner(BOB, "dune", R.ANALYSIS), Owner(BOB, "dune", R.PRODUCTION)
ELSEWHERE = Owner(BOB, "nova", R.PRODUCTION)

MATRIX = {      # role -> (verbs on own analysis objects, on others', on production's); a letter a verb, as below
    R.ANALYSIS: ("VCEDAHST", "V", "V"),
    R.SHIFTER: ("V", "V", "VDH"),
    R.PRODUCTION: ("V", "V", "VCEDAHST"),
    R.SUPERUSER: ("VCEDAHSTX", "VCEDAHSTX", "VCEDAHSTX"),
}
LETTER = {"V": V.VIEW, "C": V.CREATE, "E": V.EDIT, "D": V.DO, "A": V.APPROVE, "H": V.HOLD, "S": V.SCHEDULE, "T": V.TAG, "X": V.ADMIN}


@pytest.mark.parametrize(("role", "verb", "place"), list(product(Role, Verb, range(3))))
def test_the_matrix_holds(role, verb, place):
    owner = (OWN_AO, OTHER_AO, PO)[place]
    allowed = verb in {LETTER[letter] for letter in MATRIX[role][place]}
    assert may(Actor("ann", ANN, "dune", role), verb, owner) == allowed


@pytest.mark.parametrize(("role", "verb"), list(product(Role, Verb)))
def test_nobody_but_root_reaches_another_experiment(role, verb):
    assert not may(Actor("ann", ANN, "dune", role), verb, ELSEWHERE)
    assert may(Actor("root", 9, "dune", role, root=True), verb, ELSEWHERE)


def test_lower_roles_are_implied_and_a_shifter_is_a_flag():
    assert held(R.ANALYSIS) == (R.ANALYSIS,) and held(R.ANALYSIS, shifter=True) == (R.ANALYSIS, R.SHIFTER)
    assert held(R.PRODUCTION) == (R.ANALYSIS, R.SHIFTER, R.PRODUCTION) and held(R.SUPERUSER) == tuple(R)


def test_the_nearest_tie_counts():
    assert tie(Actor("ann", ANN, "dune", R.ANALYSIS), OWN_AO) == Tie.MINE
    assert tie(Actor("ann", ANN, "dune", R.PRODUCTION), OWN_AO) == Tie.OURS
    assert tie(Actor("ann", ANN, "dune", R.PRODUCTION), PO) == Tie.PRODUCTION


@pytest.mark.parametrize(("role", "verb"), list(product(Role, Verb)))
def test_what_one_made_in_the_role_that_one_acts_in_is_ones_own(role, verb):
    letters = {R.ANALYSIS: "VCEDAHST", R.SHIFTER: "VDH", R.PRODUCTION: "VCEDAHST", R.SUPERUSER: "VCEDAHSTX"}[role]
    assert may(Actor("ann", ANN, "dune", role), verb, Owner(ANN, "dune", role)) == (verb in {LETTER[letter] for letter in letters})


@pytest.mark.parametrize("role", Role)
def test_analysts_make_their_own_and_all_others_the_productions(role):
    made = Actor("ann", ANN, "dune", role).makes
    assert made == Owner(ANN, "dune", R.ANALYSIS if role == R.ANALYSIS else R.PRODUCTION)


def test_roles_are_stored_under_these_words():
    assert [role.value for role in Role] == ["analysis", "production-shifter", "production", "superuser"]


def test_a_room_is_no_person_and_comes_through_no_door():
    assert By("wrapup") == By("wrapup", role="", door="task") and not By("wrapup").person
    assert Actor("ann", ANN, "dune", R.SHIFTER).by() == By("ann", "production-shifter", "page")


@pytest.mark.parametrize(("verb", "made_as", "whom"), [
    (Verb.DO, Role.PRODUCTION, "production-shifter"), (Verb.EDIT, Role.PRODUCTION, "production"), (Verb.DO, Role.ANALYSIS, "superuser"),
    (Verb.ADMIN, Role.PRODUCTION, "superuser"), (Verb.REPORT, Role.PRODUCTION, ""),
])
def test_who_is_refused_is_told_whom_to_ask(verb, made_as, whom):
    assert whom_to_ask(verb, Owner(1, "dune", made_as)).removeprefix("somebody who acts as ") == whom


@pytest.mark.parametrize(("verb", "words"), [
    (Verb.VIEW, "see"), (Verb.CREATE, "make"), (Verb.EDIT, "change"), (Verb.DO, "launch, recover, kill or mark"), (Verb.HOLD, "hold or release"),
    (Verb.ADMIN, "administer"), (Verb.SCHEDULE, "schedule"), (Verb.TAG, "tag"), (Verb.APPROVE, "approve"),
])
def test_each_verb_has_its_words_in_a_sentence(verb, words):
    assert WORDS.get(verb, verb) == words
