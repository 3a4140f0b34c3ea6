"""The rows of small random catalogues, and what the database answers there."""
from collections.abc import Sequence
from random import Random

from django.db import connection

from accounts.models import Experiment
from datasets.lookup import answer
from datasets.models import Definition, File, FileLocation, FileParent, Project, ProjectFile, Snapshot, SnapshotFile
from datasets.query import Node, write
from pomssite.kit.errors import Invalid
from tests.queries import tree_of
from tests.worlds import Homeless, Sets, World, pool_of, world_of

FIRST = 1_000_000           # above whatever else a test has made


def drawn(number: int, luck: Random) -> World:
    """A catalogue with up to two definitions, the second of which may use the first."""
    world = world_of(FIRST + number, luck)
    for name in ("D", "E"):
        tree = tree_of(luck, pool_of(world), 2)
        if _makes_sense(tree, world):
            world.definitions[name] = tree
    return world


def _makes_sense(tree: Node, world: World) -> bool:
    try:
        Sets(world).meant(tree)
    except Homeless:
        return False
    return True


def ids(experiment: str, tree: Node) -> list[int] | None:
    """The files that the database finds; None if the query is refused."""
    try:
        text, given = answer(experiment, tree)
    except Invalid:
        return None
    with connection.cursor() as cursor:
        cursor.execute(text, given)
        return sorted(number for number, in cursor.fetchall())


def build(worlds: Sequence[World]) -> None:
    """Few statements, however many catalogues."""
    Experiment.objects.bulk_create(Experiment(name=f"lab{world.number}", title=f"lab{world.number}") for world in worlds)
    files = [(world, number, thing) for world in worlds for number, thing in world.files.items()]
    File.objects.bulk_create(
        File(pk=number, experiment_id=f"lab{world.number}", name=thing.name, size=1, checksum="x:1", software_version=thing.version,
             data_tier=thing.data_tier, file_format=thing.file_format, run_number=thing.run_number, created_at=thing.create_date,
             end_time=thing.end_time, submission_id=thing.submission, metadata=thing.metadata) for world, number, thing in files)
    FileLocation.objects.bulk_create(
        FileLocation(file_id=number, url=kind, kind=kind) for _, number, thing in files for kind in sorted(thing.places))
    FileParent.objects.bulk_create(FileParent(child_id=number, parent_id=parent) for _, number, thing in files for parent in thing.parents)
    _lists(worlds)
    with connection.cursor() as cursor:     # the planner must not think that they are empty
        cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in (File, FileLocation, FileParent, SnapshotFile, ProjectFile))}")


def _lists(worlds: Sequence[World]) -> None:
    lists = [(f"lab{world.number}", number, members) for world in worlds for number, members in world.snapshots.items()]
    Snapshot.objects.bulk_create(Snapshot(pk=number, experiment_id=lab) for lab, number, _ in lists)
    SnapshotFile.objects.bulk_create(SnapshotFile(snapshot_id=number, file_id=one) for _, number, members in lists for one in members)
    Project.objects.bulk_create(
        Project(pk=number, experiment_id=f"lab{world.number}", name=name, snapshot_id=world.frozen[number])
        for world in worlds for name, number in world.names.items())
    ProjectFile.objects.bulk_create(
        ProjectFile(project_id=number, file_id=one, position=place, status=status)
        for world in worlds for number, members in world.projects.items() for place, (one, status) in enumerate(members.items()))
    Definition.objects.bulk_create(
        Definition(experiment_id=f"lab{world.number}", name=name, dimensions=write(tree))
        for world in worlds for name, tree in world.definitions.items())
