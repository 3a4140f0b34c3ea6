"""How a test makes the rows of a catalogue."""
from datetime import UTC, datetime
from typing import Any

from accounts.models import Experiment
from datasets.models import Definition, File, FileLocation, FileParent, Project, ProjectFile, Snapshot, SnapshotFile

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def experiment(name: str = "lab") -> Experiment:
    return Experiment.objects.get_or_create(name=name, defaults={"title": name})[0]


def file(name: str, *, located: str = "physical", parents: tuple[File, ...] = (), inside: Experiment | None = None, **facts: Any) -> File:
    """A file with one location of this kind ("": none), made of these parents."""
    made = File.objects.create(experiment=inside or experiment(), name=name, **{"size": 1, "checksum": f"sha256:{name}",
                                                                               "created_at": LONG_AGO, **facts})
    if located:
        FileLocation.objects.create(file=made, url=f"file:///{name}", kind=located)
    FileParent.objects.bulk_create(FileParent(child=made, parent=parent) for parent in parents)
    return made


def files(names: str, **facts: Any) -> list[File]:
    """One file a letter."""
    return [file(name, **facts) for name in names]


def definition(name: str, dimensions: str) -> Definition:
    return Definition.objects.create(experiment=experiment(), name=name, dimensions=dimensions)


def snapshot(members: list[File], number: int | None = None) -> Snapshot:
    made = Snapshot.objects.create(pk=number, experiment=experiment(), count=len(members))
    SnapshotFile.objects.bulk_create(SnapshotFile(snapshot=made, file=member) for member in members)
    return made


def project(name: str, statuses: dict[File, str]) -> Project:
    """A project over these files, in the order of their ids."""
    members = sorted(statuses, key=lambda member: member.pk)
    made = Project.objects.create(experiment=experiment(), name=name, snapshot=snapshot(members))
    ProjectFile.objects.bulk_create(
        ProjectFile(project=made, file=member, position=place, status=statuses[member]) for place, member in enumerate(members))
    return made
