"""Why is this file in the set, or not? A few questions to the catalogue, however long the query is."""
# ruff: noqa: S608  (the text is made of this module's own words and lookup's; whatever anybody said is a parameter)
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection, transaction

from datasets.asking import taken_apart
from datasets.conditions import Clause, Here
from datasets.known import known_of, read
from datasets.models import File, FileLocation, FileParent, LocationKind, ProjectFile
from datasets.port import UnknownName
from datasets.query import Related, write
from datasets.query.explaining import Facts, Part, Verdict, explain, walk
from datasets.query.terms import DIMS
from datasets.splits import dimensions
from pomssite.kit.errors import Invalid, NoAnswer

PATIENCE_MS = 20_000
SHOWN = 5               # names of children or parents
LONGEST = 80            # letters of what the metadata say


@dataclass(frozen=True)
class Answer:
    """What became of the file, and the query as it was understood."""

    file: File
    query: str
    verdict: Verdict

    @property
    def sentence(self) -> str:
        return f"{self.file.name} is {'' if self.verdict.holds else 'not '}in the set: {'; '.join(dict.fromkeys(self.verdict.reasons()))}."


def why(experiment: str, dataset: str, name: str) -> Answer:
    """Of a dataset as stages write it: a definition's name or a query. UnknownName, Invalid, or NoAnswer if it takes too long."""
    text = dimensions(dataset)
    if not text:
        raise Invalid(f"dataset {dataset!r}: it names no files; write a definition's name or a query")
    file = _file(experiment, name)
    tree = read(text, "dataset")
    part, clauses, cuts = taken_apart(tree, Here(known_of(experiment, tree)))
    truths, places = _asked(file, clauses, cuts)
    return Answer(file, write(tree), explain(part, iter(truths), iter(places), _facts(file, list(walk(part)))))


def _file(experiment: str, name: str) -> File:
    with suppress(ValueError):      # no name that a file can have
        DIMS["file_name"].fits(name)
        if file := File.objects.filter(experiment=experiment, name=name).first():
            return file
    raise UnknownName(f"unknown file {name!r} in experiment {experiment}: write its whole name, as the catalogue has it")


def _asked(file: File, clauses: list[Clause], cuts: list[Clause]) -> tuple[list[bool], list[int]]:
    """In one statement: which conditions the file fits, and how many files come before it in what is cut."""
    before = [(f"(SELECT count(*) FROM ({text}) AS found WHERE found.id < f0.id)", given) for text, given in cuts]
    wanted = f"SELECT {_array(clauses)}::boolean[], {_array(before)}::bigint[] FROM datasets_file f0 WHERE f0.id = %s"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [PATIENCE_MS])
            cursor.execute(wanted, [*_given(clauses), *_given(before), file.pk])
            truths, places = cursor.fetchone()
            cursor.execute("SET LOCAL statement_timeout = 0")
    except OperationalError as slow:
        raise NoAnswer(f"the catalogue gave no answer within {PATIENCE_MS // 1000} s; ask for a part of the query") from slow
    return truths, places


def _array(clauses: Iterable[Clause]) -> str:
    return f"ARRAY[{', '.join(text for text, _ in clauses)}]"


def _given(clauses: Iterable[Clause]) -> list[Any]:
    return [value for _, given in clauses for value in given]


def _facts(file: File, parts: list[Part]) -> Facts:
    """What the words of these parts are about."""
    numbers = {number for part in parts for number in part.projects}
    members = ProjectFile.objects.filter(file=file, project__in=numbers).order_by("project_id").select_related("project")
    statuses = {member.project_id: (member.project.name, member.status) for member in members} if numbers else {}
    relations = {part.tree.how for part in parts if isinstance(part.tree, Related)}
    return Facts(_said(file), _places(file), statuses, {how: _kin(file, how) for how in relations})


def _said(file: File) -> dict[str, str]:
    columns = {"file_name": file.name, "version": file.software_version, "data_tier": file.data_tier, "file_format": file.file_format,
               "run_number": _runs(file), "create_date": file.created_at, "end_time": file.end_time,
               "produced_by": f"submission {file.submission_id}" if file.submission_id else ""}
    said = {word: value if isinstance(value, str) else json.dumps(value) for word, value in file.metadata.items()}
    known = {word: str(value) for word, value in columns.items()}
    return {word: value if len(value) <= LONGEST else f"{value[:LONGEST]}…" for word, value in (said | known).items()
            if value and columns.get(word, True)}


def _runs(file: File) -> str:
    """Its run, and those that its metadata list."""
    listed = file.metadata.get("runs")
    return " and ".join(filter(None, ["" if file.run_number is None else str(file.run_number),
                                      f"listed as {json.dumps(listed)}" if listed else ""]))


def _places(file: File) -> str:
    kinds = set(FileLocation.objects.filter(file=file).values_list("kind", flat=True))
    if not kinds:
        return "no location"
    return "a physical location" if LocationKind.PHYSICAL in kinds else "only virtual locations"


def _kin(file: File, how: str) -> tuple[int, tuple[str, ...]]:
    mine, other = ("parent", "child") if how == "isparentof" else ("child", "parent")
    links = FileParent.objects.filter(**{mine: file})
    return links.count(), tuple(links.order_by(other).values_list(f"{other}__name", flat=True)[:SHOWN])
