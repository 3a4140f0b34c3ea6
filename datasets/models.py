"""The local catalogue's rows: files with parents and locations, definitions, frozen snapshots, and projects."""
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from accounts.models import Experiment


class File(models.Model):
    """A file that somebody declared. What is often asked for is a column; all that was said stays in `metadata`."""

    experiment = models.ForeignKey(Experiment, models.PROTECT, related_name="+")
    name = models.TextField()
    size = models.BigIntegerField()
    checksum = models.TextField()
    metadata = models.JSONField(default=dict, blank=True)
    software_version = models.TextField(blank=True, default="")
    data_tier = models.TextField(blank=True, default="")
    file_format = models.TextField(blank=True, default="")
    run_number = models.BigIntegerField(null=True, blank=True)
    events = models.BigIntegerField(null=True, blank=True)
    start_time = models.DateTimeField(null=True, blank=True)
    end_time = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    submission_id = models.BigIntegerField(null=True, blank=True)    # a number, not a key: submissions are above
    job = models.TextField(blank=True, default="")                    # schedd#cluster.proc
    attempt = models.IntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["experiment", "name"], name="file_name_unique"),
            models.CheckConstraint(condition=models.Q(size__gte=0), name="file_size_not_negative"),
        ]
        indexes = [
            models.Index(fields=["experiment", "submission_id"], name="file_of_submission"),
            models.Index(fields=["experiment", "run_number"], name="file_of_run"),
            models.Index(fields=["experiment", "created_at"], name="file_created"),
            models.Index(fields=["experiment", "end_time"], name="file_ended"),
            models.Index(fields=["experiment"], name="file_with_runs", condition=models.Q(metadata__has_key="runs")),
            GinIndex(fields=["metadata"], name="file_metadata", opclasses=["jsonb_path_ops"]),
        ]

    def __str__(self) -> str:
        return self.name


class FileParent(models.Model):
    """The child was made from the parent."""

    child = models.ForeignKey(File, models.PROTECT, related_name="parent_links", db_index=False)
    parent = models.ForeignKey(File, models.PROTECT, related_name="child_links")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["child", "parent"], name="file_parent_unique"),
            models.CheckConstraint(condition=~models.Q(child=models.F("parent")), name="file_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} from {self.parent_id}"


class LocationKind(models.TextChoices):
    """Whether the bytes are there, or the place is only a name."""

    PHYSICAL = "physical"
    VIRTUAL = "virtual"


class FileLocation(models.Model):
    """Where a file is."""

    file = models.ForeignKey(File, models.PROTECT, related_name="locations", db_index=False)
    url = models.TextField()
    kind = models.CharField(max_length=8, choices=LocationKind, default=LocationKind.PHYSICAL)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "url"], name="file_location_unique")]

    def __str__(self) -> str:
        return self.url


class Definition(models.Model):
    """A name for a query; it never changes, but the files that it means may."""

    experiment = models.ForeignKey(Experiment, models.PROTECT, related_name="+", db_index=False)
    name = models.TextField()
    dimensions = models.TextField()
    creator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["experiment", "name"], name="definition_name_unique")]

    def __str__(self) -> str:
        return self.name


class Snapshot(models.Model):
    """The files that a query meant at one moment; frozen."""

    experiment = models.ForeignKey(Experiment, models.PROTECT, related_name="+")
    dimensions = models.TextField(blank=True)
    count = models.BigIntegerField(default=0)
    made_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"snapshot {self.pk}"


class SnapshotFile(models.Model):
    """One file of a snapshot."""

    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="members", db_index=False)
    file = models.ForeignKey(File, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["snapshot", "file"], name="snapshot_file_unique")]

    def __str__(self) -> str:
        return f"{self.snapshot_id}: {self.file_id}"


class Project(models.Model):
    """The account of which files a submission was given and what became of each. Its name is the submission's tag."""

    experiment = models.ForeignKey(Experiment, models.PROTECT, related_name="+", db_index=False)
    name = models.TextField()
    dimensions = models.TextField(blank=True)
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="projects")
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["experiment", "name"], name="project_name_unique")]

    def __str__(self) -> str:
        return self.name


class FileStatus(models.TextChoices):
    """What became of a file in a project, in the words that catalogues use."""

    UNKNOWN = "unknown"
    DELIVERED = "delivered"
    TRANSFERRED = "transferred"
    CONSUMED = "consumed"
    COMPLETED = "completed"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNCONSUMED = "unconsumed"


class ProjectFile(models.Model):
    """One input file of a project: which job had it last, and what became of it."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="members", db_index=False)
    file = models.ForeignKey(File, models.PROTECT, related_name="project_links")
    position = models.IntegerField()                                  # 0, 1, 2 ... in the order of file ids
    status = models.CharField(max_length=12, choices=FileStatus, default=FileStatus.UNKNOWN)
    job = models.TextField(blank=True, default="")
    attempt = models.IntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "file"], name="project_file_unique"),
            models.UniqueConstraint(fields=["project", "position"], name="project_position_unique"),
        ]
        indexes = [models.Index(fields=["project", "status"], name="project_file_status")]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.file_id} {self.status}"
