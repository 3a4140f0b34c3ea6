"""What a grid job may say, field by field."""
from typing import Any

from rest_framework import serializers

from datasets.models import FileStatus
from datasets.services.incoming import MOST_FILES
from submissions.batch.port import JobRef

SAID_BY_JOBS = (FileStatus.DELIVERED, FileStatus.TRANSFERRED, FileStatus.CONSUMED, FileStatus.FAILED, FileStatus.SKIPPED)
LONGEST_JOB = 200


class JobField(serializers.CharField):
    """A job, written schedd#cluster.proc. Its length is looked at here: a validator would be given the job and not the text."""

    def to_internal_value(self, data: Any) -> JobRef:  # type: ignore[override]
        """The job's name, taken apart."""
        text = super().to_internal_value(data)
        if len(text) > LONGEST_JOB:
            raise serializers.ValidationError(f"it may have {LONGEST_JOB} characters, and has {len(text)}")
        try:
            return JobRef.parse(text)
        except ValueError as bad:
            raise serializers.ValidationError(str(bad)) from bad


class Call(serializers.Serializer):
    """What every call carries. `key` is the job's own; the same call may come again under it."""

    key = serializers.CharField(max_length=200)
    job = JobField()
    attempt = serializers.IntegerField(min_value=1, max_value=10_000)


class Next(Call):
    """One more input, please."""

    having = serializers.ListField(child=serializers.CharField(max_length=250), required=False, max_length=MOST_FILES,
                                   help_text="what this start of the job was given before")


class FileSaid(serializers.Serializer):
    """What became of one input."""

    name = serializers.CharField(max_length=250)
    status = serializers.ChoiceField(choices=[status.value for status in SAID_BY_JOBS])


class Report(Call):
    """How the job is, and what became of its inputs."""

    state = serializers.ChoiceField(choices=["running", "done", "failed"], required=False)
    at = serializers.DateTimeField(required=False, help_text="when it was so, by the job's clock; without it the state is only a hint")
    exit_code = serializers.IntegerField(required=False, min_value=-255, max_value=65_535)
    signal = serializers.IntegerField(required=False, min_value=1, max_value=128)
    cpu_s = serializers.FloatField(required=False, min_value=0)
    wall_s = serializers.FloatField(required=False, min_value=0)
    memory_mb = serializers.IntegerField(required=False, min_value=0, help_text="the peak, MiB")
    host = serializers.CharField(required=False, max_length=250)
    reason = serializers.CharField(required=False, max_length=1000, help_text="what went wrong")
    files = FileSaid(many=True, required=False)


class Declaration(Call):
    """The files that the job made; datasets.services.incoming says what may stand in each."""

    files = serializers.ListField(child=serializers.JSONField(), allow_empty=False, max_length=MOST_FILES)
