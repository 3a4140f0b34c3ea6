"""Who a grid job is: the holder of a job token, and that is a submission."""
from dataclasses import dataclass

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from pomssite.kit import clock
from submissions import tokens
from submissions.models import Submission

NO_GOOD = "The job token is not known, or its submission ended more than 14 days ago."


@dataclass(frozen=True)
class GridJob:
    """The jobs of one submission; they may report and declare, and nothing else."""

    submission: Submission
    is_authenticated: bool = True


class JobToken(BaseAuthentication):
    """`Authorization: Bearer <job token>`."""

    def authenticate(self, request: Request) -> tuple[GridJob, str] | None:
        """The job, or None where there is no bearer token. 401 where it is no good."""
        kind, _, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if kind.lower() != "bearer":
            return None
        submission = tokens.holder(token.strip(), at=clock.now())
        if submission is None:
            raise AuthenticationFailed(NO_GOOD)
        return GridJob(submission), token

    def authenticate_header(self, request: Request) -> str:
        """What a stranger is told to bring."""
        return "Bearer"


class SpeaksForItself(BasePermission):
    """A token reaches the path of its own submission only; of any other it does not even learn whether it exists."""

    message = "This job token speaks for another submission."

    def has_permission(self, request: Request, view) -> bool:
        """The path must name the token's own experiment and tag."""
        job = request.user
        if not isinstance(job, GridJob):
            return False
        return (view.kwargs["exp"], view.kwargs["tag"]) == (job.submission.experiment_id, job.submission.tag)
