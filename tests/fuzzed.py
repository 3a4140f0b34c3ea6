"""The query language put to the test; tests/evidence/field/queries.py starts what needs a database, in the folder that POMS_VAR names.

    python -m tests.fuzzed SEED CATALOGUES ODD      random catalogues, asked by the database and by plain sets; then odd queries.
                                                    The last line is JSON
"""
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from random import Random

from datasets.query import BadQuery, Node, cleaned, parse, write
from tests.queries import FACTUAL, ODD, texts, tree_of

AT_ONCE = 250           # catalogues in one database
QUERIES = 5             # of each


def read(seed: int, many: int) -> tuple[int, int, list[str]]:
    """How many texts were read, how many refused with a column inside them, and what was wrong with others."""
    good = refused = 0
    wrong: list[str] = []
    for text in texts(seed, many):
        try:
            tree = parse(text)
        except BadQuery as bad:
            refused += 1
            if not (1 <= bad.column <= len(text) + 1 and bad.picture.endswith("^")):
                wrong.append(f"column {bad.column} of {text!r}")
            continue
        except Exception as fault:      # noqa: BLE001  whatever it is, it is what is looked for
            wrong.append(f"{type(fault).__name__}: {text!r}")
            continue
        good += 1
        if parse(write(tree)) != tree or cleaned(cleaned(tree)) != cleaned(tree):
            wrong.append(f"another tree: {text!r}")
    return good, refused, wrong


def written(seed: int, many: int) -> list[str]:
    """Trees that are not what they were after they were written and read, or whose text is not."""
    luck, wrong = Random(seed), []
    for _ in range(many):
        tree = tree_of(luck, ODD, 4)
        text = write(tree)
        if parse(text) != tree or write(parse(text)) != text:
            wrong.append(text)
    return wrong


def compared(seed: int, many: int) -> tuple[int, int, list[str]]:
    """Queries answered, queries that both refuse, and those where the database means other files than the sets."""
    answered = refused = 0
    wrong: list[str] = []
    numbers = iter(range(many))
    while batch := list(islice(numbers, AT_ONCE)):
        for world_seed, tree, ours, theirs in _asked(seed, batch):
            if ours != theirs:
                wrong.append(f"seed {world_seed}: {write(tree)}: {theirs}, not {ours}")
            answered, refused = answered + (ours is not None), refused + (ours is None)
    return answered, refused, wrong


def asked(seed: int, many: int) -> tuple[int, int, list[str]]:
    """Odd queries put to the database: answered, refused with a sentence, and what was neither. Half of them name nothing, so that
    they come as far as the database."""
    from django.db import Error, transaction

    from datasets.handlers.local import LocalCatalogue
    from pomssite.kit.errors import PomsError
    luck, answered, refused, wrong = Random(seed), 0, 0, []
    for _ in range(many):
        text = write(tree_of(luck, luck.choice((ODD, FACTUAL)), 4))
        try:
            with transaction.atomic():
                LocalCatalogue().count("lab", text)
            answered += 1
        except PomsError:
            refused += 1
        except (Error, ValueError, ArithmeticError, RecursionError) as fault:
            wrong.append(f"{type(fault).__name__}: {text}")
    return answered, refused, wrong


def _asked(seed: int, batch: Iterable[int]) -> Iterator[tuple[str, Node, list[int] | None, list[int] | None]]:
    """Several catalogues side by side, each an experiment of its own; nothing of them stays."""
    from django.db import transaction

    from tests.worldrows import build, drawn
    with transaction.atomic():
        lucks = {number: Random(f"{seed}/{number}") for number in batch}
        worlds = {number: drawn(number, luck) for number, luck in lucks.items()}
        build(list(worlds.values()))
        for number, world in worlds.items():
            yield from ((f"{seed}/{number}", *each) for each in _both(world, lucks[number]))
        transaction.set_rollback(True)


def _both(world, luck: Random) -> Iterator[tuple[Node, list[int] | None, list[int] | None]]:
    from tests.worldrows import ids
    from tests.worlds import Homeless, Sets, pool_of
    for _ in range(QUERIES):
        tree, ours = tree_of(luck, pool_of(world), 3), None
        with suppress(Homeless):
            ours = sorted(Sets(world).meant(tree))
        yield tree, ours, ids(f"lab{world.number}", parse(write(tree)))


def main(seed: int, catalogues: int, odd: int) -> None:
    from scripts import postgres
    postgres.Server(postgres.folder_of()).start(fast=True)
    try:
        import django
        django.setup()
        from django.core.management import call_command
        call_command("migrate", verbosity=0)
        answered, refused, wrong = compared(seed, catalogues)
        strange = asked(seed, odd)[2]
        print(json.dumps({"answered": answered, "refused": refused, "wrong": wrong[:5], "wrongs": len(wrong), "strange": strange[:5]}))
    finally:
        postgres.Server(postgres.folder_of()).stop()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
