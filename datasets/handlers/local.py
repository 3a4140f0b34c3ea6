"""The local catalogue: the rows of this database behind the port."""
# ruff: noqa: S608  (the text is made of this module's own words and lookup's; whatever anybody said is a parameter)
import json
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import Now

from datasets import patterns as patterns_of
from datasets.known import read
from datasets.lookup import Clause, answer
from datasets.models import File, FileLocation, FileStatus, Project, ProjectFile, Snapshot
from datasets.port import FileRef, Listed, UnknownName
from datasets.query import Chain, Node, Related, Select, Term
from pomssite.kit.errors import Invalid

S = FileStatus
GIVEN = (S.DELIVERED, S.TRANSFERRED)
FRESH = (S.UNKNOWN, *GIVEN)
OPEN = (*FRESH, S.SKIPPED, S.FAILED, S.CANCELLED, S.UNCONSUMED)
AFTER: dict[str, tuple[FileStatus, ...]] = {        # the statuses that a file may come from; consumed on a later attempt is well
    S.DELIVERED: (S.UNKNOWN,),
    S.TRANSFERRED: (S.UNKNOWN, S.DELIVERED),
    S.SKIPPED: FRESH, S.FAILED: FRESH, S.CANCELLED: FRESH, S.UNCONSUMED: FRESH,
    S.CONSUMED: OPEN,
    S.COMPLETED: (*OPEN, S.CONSUMED),
}
LOWEST = {      # a file's runs are its run_number and those that its metadata list, see datasets.conditions
    "run_number": """SELECT min(run) FROM (
        SELECT f.run_number AS run FROM datasets_file f WHERE f.id IN (SELECT id FROM found) UNION ALL
        SELECT CASE WHEN listed->>0 ~ '^[0-9]{1,18}$' THEN (listed->>0)::bigint END
            FROM datasets_file f, jsonb_path_query(f.metadata, 'lax $.runs[*]') AS listed
            WHERE f.id IN (SELECT id FROM found) AND f.metadata ? 'runs') AS all_runs WHERE run >= %s""",
    "end_time": "SELECT min(f.end_time) FROM datasets_file f WHERE f.id IN (SELECT id FROM found) AND %s = 0",
}


class LocalCatalogue:
    """The catalogue in this database. Each call is a transaction of its own."""

    def count(self, experiment: str, dimensions: str) -> int:
        return _count(answer(experiment, read(dimensions)))

    def files(self, experiment: str, dimensions: str, limit: int | None = None, after: int = 0) -> list[str]:
        text, given = answer(experiment, read(dimensions))
        wanted = f"SELECT f.name FROM datasets_file f WHERE f.id IN ({text}) ORDER BY f.id OFFSET %s LIMIT %s"
        with connection.cursor() as cursor:
            cursor.execute(wanted, [*given, after, limit])
            return [name for name, in cursor.fetchall()]

    def listed(self, experiment: str, dimensions: str, *, limit: int | None = None, past: int = 0, without: Any = None) -> list[Listed]:
        text, given = answer(experiment, read(dimensions))
        # OFFSET 0: asked file by file through its index; what the planner thinks of a young stage's rows is too often wrong for a join
        names, known = without.query.sql_with_params() if without is not None else ("SELECT NULL::text", ())
        wanted = (f"SELECT f.id, f.name, f.run_number, f.metadata->'runs', f.events FROM ({text}) AS found JOIN datasets_file f ON f.id = found.id"
                  f" WHERE found.id > %s AND f.id > %s AND NOT EXISTS (SELECT 1 FROM ({names}) AS known (name) WHERE known.name = f.name OFFSET 0)"
                  " ORDER BY found.id LIMIT %s")
        with connection.cursor() as cursor:
            cursor.execute(wanted, [*given, past, past, *known, limit])     # said of both: neither is read from its beginning
            return [Listed(id_, name, _run(run, runs), events) for id_, name, run, runs, events in cursor.fetchall()]

    def lowest(self, experiment: str, dimensions: str, what: str, least: int = 0) -> int | datetime | None:
        text, given = answer(experiment, read(dimensions))
        with connection.cursor() as cursor:
            cursor.execute(f"WITH found AS ({text}) {LOWEST[what]}", [*given, least])
            return cursor.fetchone()[0]

    def define(self, experiment: str, tag: str, dimensions: str, files: Sequence[str] | None = None) -> None:
        if Project.objects.filter(experiment=experiment, name=tag).exists():
            return
        try:
            _make(experiment, tag, dimensions, _chosen(experiment, dimensions, files))
        except IntegrityError:
            if not Project.objects.filter(experiment=experiment, name=tag).exists():    # else somebody made it meanwhile
                raise

    def inputs(self, experiment: str, tag: str) -> list[FileRef]:
        return _refs(ProjectFile.objects.filter(project=_project(experiment, tag)))

    def assigned(self, experiment: str, tag: str, index: int, jobs: int) -> list[FileRef]:
        if not 0 <= index < jobs:
            raise Invalid(f"job index {index} of {jobs} jobs: it must be at least 0 and below the number of jobs")
        project = _project(experiment, tag)
        return _refs(ProjectFile.objects.filter(project=project, position__in=range(index, project.snapshot.count, jobs)))

    @transaction.atomic
    def share(self, experiment: str, tag: str, *, job: str, attempt: int, jobs: int) -> list[FileRef]:
        project = _project(experiment, tag)
        members = ProjectFile.objects.filter(project=project)
        _one_after_the_other(f"share {experiment} {tag}")
        heads = members.filter(position__lt=jobs).order_by("position")
        mine = heads.filter(job=job).first() or heads.filter(job="").first()
        if mine is None:
            return []
        share = members.filter(position__in=range(mine.position, project.snapshot.count, jobs))
        share.filter(status=S.UNKNOWN).update(status=S.DELIVERED, job=job, attempt=attempt)
        return _refs(share)

    @transaction.atomic
    def take_next(self, experiment: str, tag: str, *, job: str, attempt: int, having: Sequence[str] = ()) -> FileRef | None:
        members = ProjectFile.objects.filter(project=_project(experiment, tag)).order_by("position")
        _one_after_the_other(f"next {experiment} {tag} {job}")
        given = members.filter(job=job, attempt__lte=attempt, status__in=GIVEN).exclude(file__name__in=having)
        member = given.first() or members.filter(status=S.UNKNOWN).select_for_update(skip_locked=True).first()
        if member is None:
            return None
        ProjectFile.objects.filter(pk=member.pk).update(status=S.DELIVERED, job=job, attempt=attempt)
        return _refs(ProjectFile.objects.filter(pk=member.pk))[0]

    def mark(self, experiment: str, tag: str, names: Sequence[str], status: str, *, job: str = "", attempt: int | None = None) -> int:
        if status not in AFTER:
            raise Invalid(f"status {status!r}: a file can be marked {', '.join(AFTER)}")
        members = ProjectFile.objects.filter(project=_project(experiment, tag), file__experiment=experiment, file__name__in=set(names))
        with transaction.atomic():
            found = dict(members.select_for_update(of=("self",)).order_by("position").values_list("file__name", "pk"))
            strange = [name for name in names if name not in found]
            if strange:
                raise Invalid(f"files: {strange[0]} is no input of {tag}{f', nor are {len(strange) - 1} more' if strange[1:] else ''}")
            ready = ProjectFile.objects.filter(pk__in=found.values(), status__in=AFTER[status])
            return ready.update(status=status, job=job, attempt=attempt)

    def located(self, experiment: str, tag: str, patterns: Sequence[str], version: str, since: datetime, depth: int) -> int:
        made = [_descendants(read(patterns_of.dimensions(pattern), "pattern"), version, since, depth) for pattern in patterns]
        return _count(answer(experiment, Chain(Term("snapshot_for_project_name", "", (tag,)), tuple(("and", tree) for tree in made))))

    def totals(self, experiment: str, tag: str) -> dict[str, int]:
        members = ProjectFile.objects.filter(project__experiment=experiment, project__name=tag)
        found = dict(members.order_by().values_list("status").annotate(Count("pk")))
        return found if found or _project(experiment, tag) else {}

    def end(self, experiment: str, tag: str) -> None:
        Project.objects.filter(pk=_project(experiment, tag).pk, ended_at=None).update(ended_at=Now())


def _one_after_the_other(whose: str) -> None:
    """Who asks at the same time waits until this transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [whose])


def _run(column: int | None, runs: str | None) -> str:
    """The first that is listed, with its subrun; else its run_number."""
    try:
        run, *subrun = json.loads(runs or "[]")[0][:2]
        return f"{run:d}" + "".join(f".{number:04d}" for number in subrun if isinstance(number, int))
    except (LookupError, TypeError, ValueError):
        return "" if column is None else str(column)


def _project(experiment: str, tag: str) -> Project:
    project = Project.objects.select_related("snapshot").filter(experiment=experiment, name=tag).first()
    if project is None:
        raise UnknownName(f"unknown project {tag} in experiment {experiment}")
    return project


def _count(clause: Clause) -> int:
    text, given = clause
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({text}) AS found", given)
        return int(cursor.fetchone()[0])


def _chosen(experiment: str, dimensions: str, files: Sequence[str] | None) -> Clause:
    """The ids of these files, or of those that the words mean; of none if there are no words."""
    if files is None and dimensions.strip():
        return answer(experiment, read(dimensions))
    return _named(experiment, files or ())


def _named(experiment: str, files: Sequence[str]) -> Clause:
    """The files of these names, all of which must be known."""
    found = dict(File.objects.filter(experiment=experiment, name__in=set(files)).values_list("name", "pk"))
    strange = [name for name in files if name not in found]
    if strange:
        raise UnknownName(f"unknown file {strange[0]} in experiment {experiment}{f', and {len(strange) - 1} more' if strange[1:] else ''}")
    return "SELECT id FROM unnest(%s::bigint[]) AS id", [list(found.values())]


@transaction.atomic
def _make(experiment: str, tag: str, dimensions: str, chosen: Clause) -> None:
    """The project first: who comes second waits here for the first, and then fails before the work."""
    snapshot = Snapshot.objects.create(experiment_id=experiment, dimensions=dimensions)
    project = Project.objects.create(experiment_id=experiment, name=tag, dimensions=dimensions, snapshot=snapshot)
    text, given = chosen
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO datasets_snapshotfile (snapshot_id, file_id) SELECT %s, id FROM ({text}) AS found", [snapshot.pk, *given])
        Snapshot.objects.filter(pk=snapshot.pk).update(count=cursor.rowcount)
        cursor.execute(
            "INSERT INTO datasets_projectfile (project_id, file_id, position, status, job)"
            " SELECT %s, file_id, row_number() OVER (ORDER BY file_id) - 1, %s, '' FROM datasets_snapshotfile WHERE snapshot_id = %s",
            [project.pk, S.UNKNOWN.value, snapshot.pk])


def _refs(members: QuerySet[ProjectFile]) -> list[FileRef]:
    """Two statements, however many files."""
    rows = list(members.select_related("file").order_by("position"))
    places = FileLocation.objects.filter(file__in=[row.file_id for row in rows]).order_by("file_id", "pk").values_list("file_id", "url")
    urls = {file: tuple(url for _, url in pairs) for file, pairs in groupby(places, key=itemgetter(0))}
    return [FileRef(row.file.pk, row.file.name, row.file.size, row.file.checksum, row.status, urls.get(row.file_id, ()), row.file.metadata)
            for row in rows]


def _descendants(pattern: Node, version: str, since: datetime, depth: int) -> Node:
    """isparentof: of isparentof: ... of the located files that fit."""
    asked: list[tuple[str, Node]] = [("and", Term("create_date", ">", (since.isoformat(),)))]
    if version:
        asked.append(("and", Term("version", "=", (version,))))
    tree: Node = Select(Chain(pattern, tuple(asked)), availability="physical")
    for _ in range(depth):
        tree = Related("isparentof", tree)
    return tree
