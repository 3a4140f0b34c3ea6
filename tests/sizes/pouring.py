"""COPY into the table of a model: what its columns are not told has the model's default, also in columns that are added later."""
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, models
from django.db.models import NOT_PROVIDED

LINES = 2000        # that are handed over at once
NULL = r"\N"
ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
FREE_INDEXES = """
    SELECT i.relname, pg_get_indexdef(i.oid) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
    WHERE x.indrelid = %s::regclass AND NOT x.indisunique AND NOT i.relispartition"""


class Stream:
    """What COPY reads from: lines as they are made."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines, self.count = iter(lines), 0

    def read(self, size: int = -1) -> str:
        """Some lines; COPY takes what it is given."""
        some = list(islice(self._lines, LINES))
        self.count += len(some)
        return "".join(some)


def pour(model: type[models.Model], names: Sequence[str], lines: Iterable[str]) -> int:
    """Lines of cells with tabs between them, without an end; how many there were."""
    fields, more = _unsaid(model, names)
    columns = ", ".join(f'"{model._meta.get_field(name).column}"' for name in (*names, *fields))
    stream = Stream(f"{line}{more}\n" for line in lines)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN', stream, 1 << 20)
    return stream.count


def fill(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """The same, of values."""
    return pour(model, names, ("\t".join(map(cell, row)) for row in rows))


def cell(value: Any) -> str:
    """A value as COPY reads it."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict | list | tuple):
        return text(json.dumps(value))
    return text(str(value))


def text(said: str) -> str:
    return said.translate(ESCAPED)


def _unsaid(model: type[models.Model], names: Sequence[str]) -> tuple[list[str], str]:
    """The fields with a default that are not told, and their cells."""
    fields = [field for field in model._meta.concrete_fields
              if not ({field.name, field.attname} & set(names) or field.primary_key or field.db_default is not NOT_PROVIDED)]
    return [field.name for field in fields], "".join(f"\t{cell(field.get_default())}" for field in fields)


@contextmanager
def without_indexes(*models_of: type[models.Model]) -> Iterator[None]:
    """They are made anew afterwards: one pass over all rows instead of a search for each."""
    tables = [model._meta.db_table for model in models_of]
    with connection.cursor() as cursor:
        made = []
        for table in tables:
            cursor.execute(FREE_INDEXES, [table])
            made += cursor.fetchall()
        for name, _ in made:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _, words in made:
            cursor.execute(words.replace(" ON ONLY ", " ON "))
        cursor.execute("RESET maintenance_work_mem")
