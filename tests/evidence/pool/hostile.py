"""Hostile texts in every field of a campaign that reaches a command, on a real pool, on a login host over ssh, and in the grid in a box.

    POOL_TEXTS      so many texts in each field (22, which is all; small 2)
"""
import os
from collections.abc import Iterator

from scripts.evidence import Line
from tests.beside import told_by

SIZES = {"small": 2, "full": 22}
SYSTEMS = {"local": "the grid in a box", "pool": "a real pool of HTCondor", "ssh": "a login host, over ssh"}


def lines(size: str) -> Iterator[Line]:
    told = told_by("tests/adapters/test_hostile_fields.py", [{"TEXTS": os.environ.get("POOL_TEXTS", str(SIZES[size]))}])[0]
    for name, words in SYSTEMS.items():
        seen = told[name]
        measured = "; ".join([f"{seen['arrived']} arrived byte for byte, {seen['refused']} refused with a sentence", *seen["wrong"][:1]])
        yield Line(f"{seen['texts']} hostile texts in each of {seen['fields']} fields: {words}", "as they are, or a sentence", measured,
                   not seen["wrong"] and seen["arrived"] > 0)
        yield Line(f"run of them on the way: {words}", "nothing", "SOMETHING" if seen["ran"] else "nothing", not seen["ran"])
