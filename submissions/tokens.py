"""The job token: derived from the tag and never stored; whoever shows it speaks for that submission's jobs and nothing else."""
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from submissions.models import Submission

AFTER_END = timedelta(days=14)      # late reports are taken so long


def make(submission: Submission) -> str:
    """The token: tag, version of the key, seal."""
    return f"{submission.tag}.{submission.key_version}.{_seal(submission.tag, submission.key_version)}"


def holder(token: str, *, at: datetime) -> Submission | None:
    """The submission that the token speaks for; None if the seal is broken, its key version is not the submission's, or it is too late."""
    tag, _, rest = token.partition(".")
    version, _, seal = rest.partition(".")
    if not (version.isdecimal() and len(version) < 10 and constant_time_compare(seal, _seal(tag, int(version)))):
        return None
    found = Submission.objects.select_related("experiment", "stage").filter(tag=tag, key_version=int(version)).first()
    return found if found and (found.ended_at is None or at < found.ended_at + AFTER_END) else None


def _seal(tag: str, version: int) -> str:
    return salted_hmac("poms.job", f"{tag}.{version}", secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()
