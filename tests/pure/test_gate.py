"""Every reason why an intent may not be launched, alone and together."""
from dataclasses import replace
from itertools import combinations

from submissions.gate import REASONS, Facts, reasons

CLOSED = {      # each fact that closes the gate, with a word that its sentence must hold
    "retired": (True, "retired"), "inactive": (True, "inactive"), "site_hold": ("root: power cut", "site are held by root: power cut"),
    "experiment_hold": ("ann: beam off", "ann: beam off"),
    "campaign_hold": ("bob", "campaign are held by bob"), "stage_hold": ("cat", "stage are held by cat"),
    "downtime": ("all of dune until 1 Jan 15:00 UTC: network", "Downtime of all of dune until 1 Jan 15:00 UTC: network."),
    "owner_holds_role": (False, "no longer holds"), "batch_known": (False, "does not have"),
    "at_work": (3, "its limit is 3"), "experiment_at_work": (5, "its limit is 5"),
}
OPEN = Facts(limit=3, experiment_limit=5, owner="dan", role="production", batch="default")


def test_an_open_gate_has_no_reason():
    assert reasons(OPEN) == ()
    assert reasons(replace(OPEN, limit=0, at_work=99, experiment_limit=0, experiment_at_work=99)) == ()


def test_every_row_has_its_own_sentence_and_two_reasons_are_both_said():
    assert len(CLOSED) == len(REASONS)
    for chosen in [*combinations(CLOSED, 1), *combinations(CLOSED, 2)]:
        told = reasons(replace(OPEN, **{name: CLOSED[name][0] for name in chosen}))
        assert len(told) == len(chosen)
        assert all(CLOSED[name][1] in sentence for name, sentence in zip(chosen, told, strict=True))      # in this order: what is wider first


def test_of_what_is_not_said_nothing_closes_the_gate():
    assert reasons(Facts()) == () and Facts() == Facts(
        site_hold="", experiment_hold="", campaign_hold="", stage_hold="", downtime="", retired=False, inactive=False, owner="", role="",
        owner_holds_role=True, batch="", batch_known=True, at_work=0, limit=0, experiment_at_work=0, experiment_limit=0)
