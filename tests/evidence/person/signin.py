"""Signing in: at a conforming provider in a real browser, at one that signs anything, and with passwords; each claim by the tests that bear it."""
from collections.abc import Iterator

from scripts.evidence import Line
from tests.evidence.person._tried import Rows, lines_of

BROWSED = ("tests/browser/test_sign_on.py",)
ASKED = ("tests/http/test_sign_on.py", "tests/http/test_passwords.py", "tests/pure/test_sign_on_file.py")
IN_A_BROWSER: Rows = {
    "browser: in, by code, PKCE S256, nonce and state": ("where one was going", ("test_in_by_code",)),
    "browser: wrong state refused": ("refused, in words", ("test_wrong_state",)),
    "browser: replayed code": ("refused, in words", ("test_replayed_code",)),
    "browser: wrong nonce, wrong code challenge": ("refused, in words", ("test_what_was_changed",)),
    "browser: expired token, wrong aud, wrong iss": ("refused; a true one is not", ("test_lie_about_the_token",)),
    "browser: logout ends the provider session": ("it asks for it again", ("test_logout_ends", "test_without_a_logout")),
    "browser: logout at the provider ends ours": ("by its back channel", ("test_told_logout",)),
    "browser: unknown person": ("a page; nothing is made", ("test_unknown_person",)),
    "browser: who was switched off": ("out at the next request", ("test_inactive_member",)),
    "browser: membership lost in an open session": ("gone at the next request", ("test_membership_lost",)),
    "browser: the provider is down": ("a page with words", ("test_provider_down",)),
    "browser: the administration": ("by the same sign-on", ("test_administration",)),
    "browser: its pages, axe, light and dark, wide and narrow": ("no fault", ("test_pages_are",)),
}
BY_HAND: Rows = {
    "tokens that do not hold (aud, iss, azp, exp, nonce, …)": ("nobody comes in", ("test_a_token_that_does_not_hold", "test_of_two_audiences")),
    "tokens signed otherwise (key, kid, alg, none)": ("nobody comes in", ("test_a_token_that_is_not_signed",)),
    "answers not asked for, twice, late, of another": ("nobody comes in", ("test_an_answer", "test_a_no_of")),
    "known by issuer and subject": ("not by mail or name alone", ("test_another_issuer", "test_a_mail", "test_a_name_alone", "test_userinfo",
                                                                      "test_a_name_is_taken", "test_without_a_claim")),
    "bound at the first sign-in": ("once, and an event", ("test_who_was_made_beforehand",)),
    "groups": ("as the table says", ("test_groups", "test_where_ferry")),
    "next=": ("own addresses only", ("test_it_leads_back",)),
    "a logout that the provider tells": ("true ones, once", ("test_a_logout",)),
    "the provider is down, or another": ("words, no fault", ("test_a_provider", "test_nobody_listens")),
    "who guesses a password": ("waits; others do not", ("test_who_guesses", "test_the_same_person_from_elsewhere", "test_the_right_password",
                                                        "test_the_wait_ends", "test_how_often", "test_signing_in_so")),
    "local accounts switched off": ("no form, nothing opens", ("test_switched_off",)),
    "who is staff": ("by membership, each time", ("test_who_is_staff",)),
}


def lines(size: str) -> Iterator[Line]:
    if size != "small":
        yield from lines_of(IN_A_BROWSER, BROWSED)
    yield from lines_of(BY_HAND, ASKED)
