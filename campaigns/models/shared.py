"""What campaigns share: how to run (job types), where and as whom (login setups), and what is said of the hosts (login hosts)."""
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from accounts.models import Owned, User
from accounts.policy import Role
from campaigns.models.campaign import LIVING


class JobType(Owned):
    """How to run: the script, its parameters, what comes out, and the recoveries in their order."""

    SUBMITTER, PAYLOAD = "submitter", "payload"

    name = models.CharField(max_length=200)
    launch_script = models.TextField()
    parameters = models.JSONField(default=list)
    output_file_patterns = models.TextField(default="%")
    style = models.CharField(max_length=12, default=SUBMITTER, choices=[(SUBMITTER, SUBMITTER), (PAYLOAD, PAYLOAD)])
    input_files_per_job = models.PositiveIntegerField(default=1)
    output_files_per_job = models.PositiveIntegerField(default=1)
    note = models.TextField(blank=True)
    active = models.BooleanField(default=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["experiment", "name"], condition=LIVING, name="one_job_type_a_name"),
            models.CheckConstraint(condition=Q(style__in=["submitter", "payload"]), name="job_type_style_is_one"),
        ]

    def __str__(self) -> str:
        return self.name


class JobTypeRecovery(models.Model):
    """One of the recoveries of a job type; `overrides` are pairs that only this recovery says."""

    job_type = models.ForeignKey(JobType, models.CASCADE, related_name="recoveries")
    order = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    overrides = models.JSONField(default=list)

    class Meta:
        verbose_name_plural = "job type recoveries"
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["job_type", "order"], name="one_recovery_a_place")]

    def __str__(self) -> str:
        return f"{self.job_type} {self.order}: {self.kind}"


class LoginSetup(Owned):
    """Where and as whom to run: host, account, the set-up lines, and the batch system that takes the jobs."""

    name = models.CharField(max_length=200)
    host = models.CharField(max_length=250, blank=True)
    account = models.CharField(max_length=100, blank=True)
    setup = models.TextField(blank=True)
    batch = models.CharField(max_length=32, default="default", help_text="one of the BATCH_SYSTEMS")
    note = models.TextField(blank=True)
    active = models.BooleanField(default=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["experiment", "name"], condition=LIVING, name="one_login_setup_a_name")]

    def __str__(self) -> str:
        return self.name


SMALL = RegexValidator(r"^[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*$", "Write the name of one host, in small letters.")


class LoginHost(models.Model):
    """A machine on which launches are made, whichever login setups name it: who may, and how much at once. One that is not here is free to all."""

    name = models.CharField(max_length=250, unique=True, validators=[SMALL],
                            help_text="as login setups spell it, in small letters; a host with two names has two rows")
    analysis = models.BooleanField(default=True, help_text="takes launches of analysis")
    production = models.BooleanField(default=True, help_text="takes launches of production")
    people = models.ManyToManyField(User, blank=True, related_name="+", help_text="takes launches of these people alone; none: of everybody")
    limit = models.PositiveIntegerField(default=0, help_text="submissions at work at once; 0: no limit")
    job_limit = models.PositiveIntegerField(default=0, help_text="a launch waits while so many jobs are at work; 0: no limit")
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def roles(self) -> tuple[str, ...]:
        """Those whose launches it takes."""
        return tuple(role.value for role, taken in ((Role.ANALYSIS, self.analysis), (Role.PRODUCTION, self.production)) if taken)

    @staticmethod
    def spelled(host: str) -> str:
        """A name of a host is the same in capitals, and with a dot at its end."""
        return host.strip().lower().rstrip(".")
