"""All the rules of the field: worked examples, defects, schedules, queries, mutations of the tables, random steps.

    FIELD=word      only those parts whose name has the word
"""
import importlib
import os
from collections.abc import Iterator
from pathlib import Path

from scripts.evidence import Line

PARTS = sorted(path.stem for path in (Path(__file__).parent / "field").glob("[a-z]*.py"))


def lines(size: str) -> Iterator[Line]:
    for name in PARTS:
        if os.environ.get("FIELD", "") in name:
            yield from importlib.import_module(f"tests.evidence.field.{name}").lines(size)
