"""What a grid job calls: its inputs, its reports, the files it made. Every call may be repeated."""
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pomssite.kit import clock
from submissions.api.authentication import JobToken, SpeaksForItself
from submissions.api.forms import Call, Declaration, Next, Report
from submissions.services import grid_jobs


class JobCall(APIView):
    """One call of a job with its own token."""

    authentication_classes = [JobToken]
    permission_classes = [SpeaksForItself]
    form: type[Call] = Call

    def post(self, request: Request, exp: str, tag: str) -> Response:
        """Check what is said, then do it."""
        said = self.form(data=request.data)
        said.is_valid(raise_exception=True)
        return Response(self.act(request.user.submission, said.validated_data))  # type: ignore[union-attr]

    def act(self, submission, said: dict) -> dict:
        """The deed, told by each call."""
        raise AssertionError("a call without a deed")


class InputsCall(JobCall):
    """POST …/inputs: the files assigned to this job, marked as delivered."""

    def act(self, submission, said: dict) -> dict:
        """The files."""
        return {"files": grid_jobs.inputs(submission, said["job"], attempt=said["attempt"])}


class NextCall(JobCall):
    """POST …/next: one more file of the project, marked as delivered, for jobs that take as many as they can."""

    form = Next

    def act(self, submission, said: dict) -> dict:
        """The file, or null once nothing is left."""
        return {"file": grid_jobs.take_next(submission, said["job"], attempt=said["attempt"], having=said.get("having", ()))}


class ReportCall(JobCall):
    """POST …/report: the job's state, and what became of its inputs."""

    form = Report

    def act(self, submission, said: dict) -> dict:
        """Whether it was news."""
        files = {file["name"]: file["status"] for file in said.get("files", ())}
        told = grid_jobs.told(submission, said["job"], said)
        return {"taken": grid_jobs.report(submission, said["job"], attempt=said["attempt"], told=told, files=files, now=clock.now)}


class DeclareCall(JobCall):
    """POST …/declare: the files that the job made."""

    form = Declaration

    def act(self, submission, said: dict) -> dict:
        """How many are new, and how many were known."""
        declared, known = grid_jobs.declare(submission, said["job"], attempt=said["attempt"], files=said["files"], at=clock.now())
        return {"declared": declared, "known": known}
