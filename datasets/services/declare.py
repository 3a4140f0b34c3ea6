"""Declaring files: all of a call or nothing, and a second time changes nothing."""
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts.news import touch_by_name
from datasets.models import File, FileLocation, FileParent
from datasets.services.incoming import FACTS, NewFile, facts_of, unique
from pomssite.kit.errors import Conflict, Invalid

COLUMNS = ("name", "size", "checksum", "metadata", *FACTS)
TEXTS = frozenset({"software_version", "data_tier", "file_format"})      # columns where unsaid is empty and not null
# One statement for all files; the texts come as one JSON parameter. What is there already is left as it is.
# The order of names keeps two callers from each waiting for the other.
INSERT = """
INSERT INTO datasets_file (experiment_id, created_at, submission_id, job, attempt, name, size, checksum, metadata,
                           software_version, data_tier, file_format, run_number, events, start_time, end_time)
SELECT %s, %s, %s, %s, %s, n.name, n.size, n.checksum, n.metadata,
       coalesce(n.software_version, ''), coalesce(n.data_tier, ''), coalesce(n.file_format, ''), n.run_number, n.events,
       n.start_time, n.end_time
FROM jsonb_to_recordset(%s::jsonb) AS n(name text, size bigint, checksum text, metadata jsonb, software_version text, data_tier text,
                                        file_format text, run_number bigint, events bigint, start_time timestamptz, end_time timestamptz)
ORDER BY n.name COLLATE "C"
ON CONFLICT (experiment_id, name) DO NOTHING
RETURNING name"""
OTHERS = """
SELECT f.* FROM datasets_file f JOIN unnest(%s::text[], %s::text[]) AS n(name, checksum) ON f.name = n.name
WHERE f.experiment_id = %s AND f.checksum <> n.checksum ORDER BY f.id FOR UPDATE OF f"""
PARENTS = """
INSERT INTO datasets_fileparent (child_id, parent_id)
SELECT c.id, p.id FROM unnest(%s::text[], %s::text[]) AS n(child, parent)
JOIN datasets_file c ON c.experiment_id = %s AND c.name = n.child
JOIN datasets_file p ON p.experiment_id = c.experiment_id AND p.name = n.parent
ORDER BY c.id, p.id
ON CONFLICT DO NOTHING"""
LOCATIONS = """
INSERT INTO datasets_filelocation (file_id, url, kind)
SELECT f.id, n.url, 'physical' FROM unnest(%s::text[], %s::text[]) AS n(name, url)
JOIN datasets_file f ON f.experiment_id = %s AND f.name = n.name
ORDER BY f.id, n.url
ON CONFLICT DO NOTHING"""


@transaction.atomic
def declare(experiment: str, files: Sequence[NewFile], *, submission_id: int | None, job: str = "", attempt: int | None = None,
            older_failed: Callable[[File], bool], at: datetime, software_version: str = "") -> tuple[int, int]:
    """How many files are new, and how many were known. `software_version` is that of files which do not say their own.

    The same name and checksum again has no effect but that missing parents and locations are added. Another checksum replaces the
    older file if `older_failed` says that its producer failed, else it is a Conflict. A parent that is not known is Invalid.
    """
    wanted = unique(files)
    made_by = (submission_id, job, attempt)
    fresh = _insert(experiment, wanted, made_by, at, software_version)
    replaced = _replace(experiment, [new for new in wanted if new.name not in fresh], made_by, at, older_failed, software_version)
    _link(experiment, wanted)
    _place(experiment, wanted)
    if submission_id:
        touch_by_name(f"submission:{submission_id}", experiment)
    return len(fresh) + replaced, len(wanted) - len(fresh) - replaced


def _insert(experiment: str, wanted: list[NewFile], made_by: tuple[Any, ...], at: datetime, version: str) -> set[str]:
    """The names that were new."""
    rows = json.dumps([_row(new, version) for new in wanted])
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [experiment, at, *made_by, rows])
        return {name for name, in cursor.fetchall()}


def _row(new: NewFile, version: str) -> dict[str, Any]:
    facts = facts_of(new.metadata, new.name)
    return {"name": new.name, "size": new.size, "checksum": new.checksum, "metadata": new.metadata, **facts,
            "software_version": facts["software_version"] or version}


def _replace(experiment: str, again: list[NewFile], made_by: tuple[Any, ...], at: datetime,
             older_failed: Callable[[File], bool], version: str) -> int:
    """Files that were known with another checksum, from a producer that failed: how many. From any other producer: Conflict."""
    called = {new.name: new for new in again}
    others = list(File.objects.raw(OTHERS, [list(called), [new.checksum for new in again], experiment]))
    for row in others:
        new = called[row.name]
        if not older_failed(row):
            raise Conflict(f"file {row.name} is already declared with checksum {row.checksum} by {_producer(row)},"
                           f" and now comes with {new.checksum}; give the new one another name")
        _renew(row, new, made_by, at, version)
    return len(others)


def _producer(row: File) -> str:
    if row.submission_id is None:
        return "a person"
    return f"job {row.job or 'unknown'} of submission {row.submission_id}"


def _renew(row: File, new: NewFile, made_by: tuple[Any, ...], at: datetime, version: str) -> None:
    """The row becomes the new file; what was said of the old one's places and parents goes."""
    said = _row(new, version)
    facts = {word: said[word] if word not in TEXTS else said[word] or "" for word in COLUMNS}
    submission, job, attempt = made_by
    FileLocation.objects.filter(file=row).delete()
    FileParent.objects.filter(child=row).delete()
    File.objects.filter(pk=row.pk).update(**facts, created_at=at, submission_id=submission, job=job, attempt=attempt)


def _link(experiment: str, wanted: list[NewFile]) -> None:
    pairs = [(new.name, parent) for new in wanted for parent in new.parents]
    if not pairs:
        return
    own = next((child for child, parent in pairs if child == parent), None)
    if own:
        raise Invalid(f"file {own}: parents names the file itself")
    parents = {parent for _, parent in pairs}
    known = set(File.objects.filter(experiment=experiment, name__in=parents).values_list("name", flat=True))
    strange = next((pair for pair in pairs if pair[1] not in known), None)
    if strange:
        child, parent = strange
        raise Invalid(f"file {child}: parent {parent} is not known in experiment {experiment}; declare it first or in the same call")
    _in_pairs(PARENTS, pairs, experiment)


def _place(experiment: str, wanted: list[NewFile]) -> None:
    _in_pairs(LOCATIONS, [(new.name, url) for new in wanted for url in new.locations], experiment)


def _in_pairs(statement: str, pairs: list[tuple[str, str]], experiment: str) -> None:
    if pairs:
        with connection.cursor() as cursor:
            cursor.execute(statement, [[left for left, _ in pairs], [right for _, right in pairs], experiment])
