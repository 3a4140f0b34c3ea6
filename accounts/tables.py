"""A list as a table for other programs: .csv, written while it is read, and .json, a piece at a time."""
import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, JsonResponse, StreamingHttpResponse

MOST = 100_000          # rows of a table
JSON_ROWS = 1_000       # of a piece
FORMULAE = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """Hands on what a writer writes."""

    def write(self, text: str) -> str:
        return text


def as_csv(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """A file of that name."""
    answer = StreamingHttpResponse(_lines(head, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _lines(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    write = csv.writer(_Echo()).writerow
    yield write(head)
    for row in rows:
        yield write([_cell(value) for value in row])


def _cell(value: Any) -> Any:
    """A spreadsheet must not take a name for a formula."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        value = " ".join(map(str, value))
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAE) else value


def as_json(request: HttpRequest, head: Sequence[str], rows: Iterable[Sequence[Any]], older: str) -> JsonResponse:
    """One piece, and the address of the next one."""
    following = request.build_absolute_uri(f"?{older}") if older else None
    answer = JsonResponse({"rows": [dict(zip(head, row, strict=True)) for row in rows], "next": following})
    answer["Cache-Control"] = "private, no-cache"
    return answer
