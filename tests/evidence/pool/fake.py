"""Workers killed over a batch system that is told in the test: its own record of what arrived, by tag, is what is counted.

    FAKE_KILLS      at least so many (1,000; small 20), each life of a campaign with a seed of its own
"""
import os
from collections.abc import Iterator
from typing import Any

from scripts.evidence import Line
from tests.beside import told_by

SIZES = {"small": 20, "full": 1000}
OF_A_SEED = 25      # about so many in one life


def lines(size: str) -> Iterator[Line]:
    wanted = int(os.environ.get("FAKE_KILLS", SIZES[size]))
    lives = lived(wanted)
    seeds, sent = (sum(life["totals"][name] for life in lives) for name in ("seeds", "sent"))
    wrong = [text for life in lives for text in life["wrong"]]
    yield Line("kills over the stand-in of a batch system", f"at least {wanted}", f"{kills(lives)}, seeds 0 to {seeds - 1}", kills(lives) >= wanted)
    for what in ("lost", "doubled"):
        found = [text for kind, text in wrong if kind == what]
        yield Line(f"{what}, of {sent} launches that it was sent", "0", " ".join([str(len(found)), *found[:1]]), not found)


def lived(wanted: int) -> list[dict[str, Any]]:
    """Lives of campaigns until it was killed often enough."""
    lives: list[dict[str, Any]] = []
    while kills(lives) < wanted:
        seeds = -(-(wanted - kills(lives)) // OF_A_SEED)
        first = sum(life["totals"]["seeds"] for life in lives)
        lives += told_by("tests/simulation/test_simulation.py", [{"SEEDS": str(seeds), "FIRST": str(first), "AIMED": "0"}])
    return lives


def kills(lives: list[dict[str, Any]]) -> int:
    return sum(sum(life["kills"].values()) for life in lives)
