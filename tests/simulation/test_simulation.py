"""Many seeded lives; after each, every question must be answered yes.

    SEEDS=300 FIRST=1000 pytest tests/simulation       so many, from which on (20 from 0)
    AIMED=100                                           so many more, that seek the boundaries of launch, resume, intake and wrap-up
                                                        at which death has not been LEAST times (5)
    RESULT=file                                         what was seen, as JSON
"""
import json
import os
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.simulation.clock import turnable
from tests.simulation.killer import LEAST, Killer
from tests.simulation.questions import ask
from tests.simulation.story import Story

SEEDS, FIRST, AIMED = (int(os.environ.get(name, value)) for name, value in (("SEEDS", "20"), ("FIRST", "0"), ("AIMED", "0")))
ROOMS = ("launch", "resume", "listen", "sweep", "wrap")


@pytest.fixture
def quiet(settings, caplog):
    """No wake-ups: here the story is the ticker. Rows in trouble are many."""
    settings.WAKE_UPS = False
    caplog.set_level("CRITICAL", logger="pomssite.kit.loops")


@pytest.mark.django_db(transaction=True)
def test_whatever_dies_nothing_is_lost_and_nothing_is_done_twice(quiet):
    killer, wrong, totals, begun = Killer(), [], Counter(), time.monotonic()
    with turnable(), killer.watching():
        for seed in range(FIRST, FIRST + SEEDS + AIMED):
            aims = seed >= FIRST + SEEDS
            if aims and not killer.needy(*ROOMS):
                break
            story = Story(seed, killer, aims=aims)
            story.tell()
            wrong += ask(story)
            totals.update(seeds=1, sent=sum(story.batch.tries.values()), overtaken=story.zombies, **story.batch.fates)
            totals["worked"] += sum(map(len, story.payload.made.values()))
    report(killer, totals, wrong, time.monotonic() - begun)
    assert not wrong, "\n".join(text for _, text in wrong[:40])
    assert totals["worked"] > totals["seeds"], "where no job brings anything to its end, nothing is shown"


def report(killer: Killer, totals: Counter, wrong: list[tuple[str, str]], seconds: float) -> None:
    print(f"\n{totals['seeds']} seeds from {FIRST} in {seconds:.0f} s: {sum(killer.kills.values())} kills at {len(killer.kills)} of "
          f"{len(killer.seen)} boundaries, {len(killer.needy(*ROOMS))} of the rooms less than {LEAST} times; {dict(totals)}")
    if os.environ.get("RESULT"):
        Path(os.environ["RESULT"]).write_text(json.dumps(
            {"totals": totals, "seconds": seconds, "wrong": wrong, "seen": killer.seen, "kills": killer.kills}))
