"""Lists in an order of the reader's choice, piece by piece: nothing is counted, nothing is skipped over, nothing shifts while one reads."""
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import DateTimeField, F, Field, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.timezone import is_naive

from accounts.pages import rows_asked
from pomssite.kit.numbers import number


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and where those stand that come after them. `sort` is as the address says it: -launched is the other way round."""

    rows: list[Any]
    sort: str
    after: str              # "" at the end
    words: QueryDict        # what the address says now
    usual: str

    @property
    def older(self) -> str:
        """The query string of the next piece; "" at the end."""
        return query(self.words, after=self.after) if self.after else ""

    @property
    def newest(self) -> str:
        """The query string of the first piece."""
        return query(self.words, after="")

    @property
    def begun(self) -> bool:
        """It is not the first piece."""
        return bool(self.words.get("after"))

    def turned(self, name: str) -> str:
        """The query string of this list sorted by that; sorted by it already: the other way round."""
        wanted = f"-{name}" if self.sort == name else name
        return query(self.words, after="", sort="" if wanted == self.usual else wanted)

    def direction(self, name: str) -> str:
        """As `aria-sort` says it; "" if it is sorted by something else."""
        return {name: "ascending", f"-{name}": "descending"}.get(self.sort, "")


def query(words: QueryDict, /, **changes: str) -> str:
    """A query string with changes; in the order of its words and without empty ones, so that equal views have equal addresses."""
    said = {**{name: words.getlist(name) for name in words}, **{name: [value] for name, value in changes.items()}}
    found = QueryDict(mutable=True)
    for name in sorted(said):
        if kept := [value for value in said[name] if value]:
            found.setlist(name, kept)
    return found.urlencode(safe=":,/")


def page(request: HttpRequest, rows: QuerySet[Any], orders: Mapping[str, str], *, usual: str, size: int = 50) -> Page:
    """The rows after the one that `after` names, in the order that `sort` names: {"launched": "created_at"} offers launched and -launched.

    A column, or one of a row that there is one of, or an annotation. Rows that have none there come last, whichever way round.
    What makes no sense is passed over.
    """
    sort = request.GET.get("sort", "")
    sort = sort if sort.removeprefix("-") in orders else usual
    asked = rows_asked(request)
    way = _Way(rows if asked is None else rows.filter(pk__in=asked), orders[sort.removeprefix("-")], down=sort.startswith("-"))
    found = way.after("" if asked is not None else request.GET.get("after", ""), size + 1)
    after = way.mark(found[size - 1]) if len(found) > size else ""
    return Page(found[:size], sort, after, request.GET, usual)


@dataclass(frozen=True)
class _Way:
    """Some rows in one order."""

    rows: QuerySet[Any]
    column: str
    down: bool

    def mark(self, row: Any) -> str:
        """Where this row stands: its value and its number, or its number alone."""
        value = None if self.column == "pk" else _value(row, self.column)
        said = value.isoformat() if isinstance(value, datetime) else value
        return str(row.pk) if value is None else f"{said},{row.pk}"

    def after(self, mark: str, most: int) -> list[Any]:
        """So many rows behind the mark; first those that have a value, then those that have none."""
        text, comma, last = mark.rpartition(",")
        pk = number(last)
        if self.column == "pk":
            return self._some(self.rows if pk is None else self.rows.filter(self._beyond(pk=pk)), most)
        value = self._read(text) if comma and pk is not None else None
        if pk is not None and not comma:
            return self._without(most, pk)
        rows = self.rows.exclude(**{f"{self.column}__isnull": True})
        found = self._some(rows if value is None else rows.filter(self._behind(value, pk)), most, self.column)
        return found + self._without(most - len(found), None) if len(found) < most and self._may_lack else found

    def _without(self, most: int, pk: int | None) -> list[Any]:
        rows = self.rows.filter(**{f"{self.column}__isnull": True})
        return self._some(rows if pk is None else rows.filter(self._beyond(pk=pk)), most)

    def _some(self, rows: QuerySet[Any], most: int, *columns: str) -> list[Any]:
        by = [F(column).desc() if self.down else F(column).asc() for column in (*columns, "pk")]
        return list(rows.order_by(*by)[:most])

    def _beyond(self, **given: Any) -> Q:
        return Q(**{f"{name}__{'lt' if self.down else 'gt'}": value for name, value in given.items()})

    def _behind(self, value: Any, pk: int | None) -> Q:
        """The first part says nothing new; by it an index of the column is entered at the right place."""
        near = Q(**{f"{self.column}__{'lte' if self.down else 'gte'}": value})
        return near & (self._beyond(**{self.column: value}) | (Q(**{self.column: value}) & self._beyond(pk=pk)))

    def _read(self, text: str) -> Any:
        try:
            value = self._field.to_python(text)
        except ValidationError:
            return None
        is_time = isinstance(self._field, DateTimeField) and is_naive(value)
        return None if is_time or "\0" in text else value

    @property
    def _may_lack(self) -> bool:
        return self.column in self.rows.query.annotations or "__" in self.column or self._field.null

    @property
    def _field(self) -> Field:
        """What kind of value stands in the column."""
        if self.column in self.rows.query.annotations:
            return self.rows.query.annotations[self.column].output_field
        model, found = self.rows.model, None
        for name in self.column.split("__"):
            found = model._meta.get_field(name)
            model = found.related_model or model
        if not isinstance(found, Field):
            raise FieldDoesNotExist(f"{self.column} is no column")
        return found


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name, None)
    return row
