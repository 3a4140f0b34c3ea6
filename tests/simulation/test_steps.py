"""A random walk: any sequence of deeds, death among them; after each step every rule holds, and at each end nothing is forgotten.

    STEPS=100000 WALK=200 FIRST=0 pytest tests/simulation/test_steps.py     so many steps, in lives of so many, from which seed on
    RESULT=file                                                             what was seen, as JSON
"""
import json
import os
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.simulation.clock import aside, turnable
from tests.simulation.killer import Killer
from tests.simulation.steps import always, ends
from tests.simulation.steps.walk import Walk

STEPS, WALK, FIRST = (int(os.environ.get(name, value)) for name, value in (("STEPS", "1500"), ("WALK", "200"), ("FIRST", "0")))
TIDY = 20           # lives, after which the database is swept


@pytest.fixture
def quiet(settings, caplog):
    """No wake-ups: here the walk is the ticker. Rows in trouble are many."""
    settings.WAKE_UPS = False
    caplog.set_level("CRITICAL", logger="pomssite.kit.loops")


@pytest.mark.django_db(transaction=True)
def test_after_every_step_every_rule_holds_and_at_the_end_no_file_is_forgotten(quiet):
    killer, wrong, seen, seed, begun = Killer(), [], Counter(), FIRST, time.monotonic()
    with turnable(), killer.watching():
        always.prepare()
        while seen["steps"] < STEPS:
            walk = lived(seed, killer)
            wrong += walk.wrong
            seen.update(steps=walk.steps, lives=1, **walk.told, **{f"file {fate}": n for fate, n in walk.fates.items()})
            seed += 1
            if seen["lives"] % TIDY == 0:
                aside("VACUUM ANALYZE")
    report(seen, seed, wrong, sum(killer.kills.values()), time.monotonic() - begun)
    assert not wrong, "\n".join(text for _, text in wrong[:40])


def lived(seed: int, killer: Killer) -> Walk:
    """One life, and the questions at its end."""
    walk = Walk(seed, killer)
    walk.go(WALK, ends.ask)
    return walk


def report(seen: Counter, seed: int, wrong: list[tuple[str, str]], kills: int, seconds: float) -> None:
    print(f"\n{seen['steps']} steps in {seen['lives']} lives, seeds {FIRST} to {seed - 1}, in {seconds:.0f} s, {kills} deaths, "
          f"{len(wrong)} wrong: {dict(sorted(seen.items()))}")
    if os.environ.get("RESULT"):
        Path(os.environ["RESULT"]).write_text(json.dumps(
            {"seen": seen, "first": FIRST, "last": seed - 1, "seconds": seconds, "kills": kills, "wrong": wrong,
             "rules": [*always.RULES, *(question.__name__ for question in ends.QUESTIONS)]}))
