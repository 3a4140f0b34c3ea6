"""Many looks at a FERRY that says something else each time, and often something bad, while people are put on shift and taken off: after each one
what is kept is compared with what was said.

    ROUNDS, SEED        how many looks (40), from which seed
    RESULT              a file for what was counted
"""
import json
import os
import random
from collections import Counter
from pathlib import Path

import pytest

from accounts import members
from accounts.models import Event, Experiment, Membership
from accounts.policy import Role
from pomssite.kit import registry
from submissions.services import roster
from tests.ferry import serving
from tests.makers import NOON, make_actor, make_experiment

ROUNDS, SEED = int(os.environ.get("ROUNDS", "40")), int(os.environ.get("SEED", "1"))
WRONG = ["500", "not success", "wrong experiment", "not JSON", "cut", "redirect"]
NAMES = [f"m{n}" for n in range(12)]
RANKS = ["analysis", "production", "superuser"]


@pytest.fixture
def fake(tmp_path, settings, db):
    with serving(tmp_path) as fake:
        settings.DIRECTORIES = fake.directories()
        registry._made.cache_clear()
        make_experiment()
        Experiment.objects.update(ferry_unit="dune")
        yield fake
    registry._made.cache_clear()


def kept():
    rows = Membership.objects.filter(experiment="dune", user__username__startswith="m").select_related("user")
    return {row.user.username: (row.role, row.active, row.shifter) for row in rows}


def expected(fake):
    """By name the role, worked out anew: the last list that has it."""
    return {name: rank for rank in RANKS for name in fake.people[rank]}


def says_something_else(fake, dice):
    """Mostly a little other than before; sometimes all other; now and then with something wrong."""
    fake.wrong.clear()
    for rank in RANKS:
        there = set(fake.people[rank])
        for name in dice.sample(NAMES, dice.choice([0, 1, 1, 2, 12])):
            there ^= {name}
        fake.says(**{rank: " ".join(sorted(there))})
    if dice.random() < 0.3:
        which = dice.choice(RANKS)
        fake.wrong[which] = dice.choice([wrong for wrong in WRONG if (wrong, which) != ("wrong experiment", "superuser")])
    if dice.random() < 0.05:
        fake.says(**dict.fromkeys(RANKS, ""))


def outcome(found):
    return "failed" if found.trouble else "empty" if found.empty else "asked" if found.asks else "changed" if found.changes else "same"


def told(before, after):
    """Who differs, however."""
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def test_whatever_ferry_says_members_are_as_it_says_or_as_they_were(fake):
    dice, boss, counts = random.Random(SEED), make_actor("boss", role=Role.SUPERUSER), Counter()
    make_actor("boss", role=Role.SUPERUSER)
    experiment, wrong = Experiment.objects.get(pk="dune"), []
    for turn in range(ROUNDS):
        says_something_else(fake, dice)
        if active := [name for name, (_, is_active, _) in kept().items() if is_active]:
            row = Membership.objects.select_related("user").get(user__username=dice.choice(active))
            members.set_shifter(row, on=not row.shifter, actor=boss, at=NOON)
        fake.people["superuser"]["boss"] = "The Boss"       # else FERRY would have nobody to agree
        if not any(fake.people[rank] for rank in RANKS[:2]) and dice.random() < 0.5:
            fake.people["superuser"].clear()
        before, events = kept(), Event.objects.count()
        found = roster.sync(experiment, now=lambda: NOON)
        counts[outcome(found)] += 1
        wrong += _compared(fake, before, kept(), found, Event.objects.count() - events, turn)
        if found.asks and dice.random() < 0.5:
            counts["agreed"] += 1
            roster.agree(experiment, found.mark, actor=boss, at=NOON, why="so it is")
            found = roster.sync(experiment, now=lambda: NOON)
            wrong += _compared(fake, before, kept(), found, None, turn)
        if not found.asks and not found.trouble:
            again = roster.sync(experiment, now=lambda: NOON)
            wrong += [f"{turn}: a second look changed {again.changes}"] if again.changes else []
    if result := os.environ.get("RESULT"):
        Path(result).write_text(json.dumps({"rounds": ROUNDS, "seed": SEED, "counts": counts, "wrong": wrong}))
    assert wrong == []


def _compared(fake, before, after, found, events, turn):
    """What is wrong after one look."""
    people = {name: role for name, role in expected(fake).items() if name != "boss"}
    if found.trouble or found.empty or found.asks:
        bad = told(before, after)
        failed = bool(fake.wrong)
        return [f"{turn}: {outcome(found)}, and {bad} changed"] * bool(bad) + [f"{turn}: a call failed unnoticed"] * (failed and not found.trouble)
    active = {name: role for name, (role, is_active, _) in after.items() if is_active}
    flags = {name for name, row in before.items() if row[2] != after[name][2]}
    lines = {name for name in told(before, after) if name.startswith("m")}
    return ([f"{turn}: {active} is not {people}"] * (active != people) + [f"{turn}: the flag of {flags} was lost"] * bool(flags)
            + [f"{turn}: a call failed and it was not heeded"] * bool(fake.wrong)
            + [f"{turn}: {len(lines)} changed and {events} events"] * (events is not None and events < len(lines)))
