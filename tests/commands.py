"""A stand-in whose launches are commands that go on for a while: a test says what they print, and when they end."""
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from campaigns.document import JobType, LoginSetup, Settings, Stage
from pomssite.kit.errors import NoAnswer, Refused
from submissions.batch.login.credentials import Credentials
from submissions.batch.port import Credential, Ending, JobRef, LaunchLog
from submissions.command import JobSpec, Login
from submissions.models import LaunchIntent, Submission
from submissions.services import leases
from tests.fakes import MemoryBatch
from tests.makers import make_campaign, make_document, make_intent
from tests.services.deeds import go


class CommandBatch(MemoryBatch):
    """What launches printed and how those ended that are over, by tag. Payloads run as in any other."""

    def __init__(self, **entrusted: Any) -> None:
        super().__init__()
        self.entrusted = Credentials(**entrusted)
        self.reached = {"gpvm01"}
        self.printed: dict[str, bytes] = {}
        self.ends: dict[str, str] = {}
        self.aborted: dict[str, str] = {}
        self.begun: dict[str, JobSpec] = {}

    def submit(self, spec: JobSpec) -> tuple[JobRef, ...]:
        if not spec.login:
            return super().submit(spec)
        self.begun[spec.tag] = spec
        self.printed[spec.tag] = b"setting up\n"
        raise NoAnswer("The launch runs on gpvm01, 0 s so far.")

    def find(self, tag: str, since: datetime) -> tuple[JobRef, ...]:
        if tag in self.begun and tag not in self.ends:
            raise NoAnswer("The launch runs on gpvm01, 9 s so far.")
        if (refs := super().find(tag, since)) or tag not in self.begun:
            return refs
        raise Refused(f"The launch on gpvm01 {self.ends[tag]}, and no job came of it.")

    def launch_log(self, tag: str, start: int, length: int) -> LaunchLog:
        if tag not in self.printed:
            raise Refused("gpvm01 has no log of it")
        text = self.printed[tag]
        return LaunchLog(text[start:start + length], len(text), self.ends.get(tag, ""))

    def abort(self, tag: str, why: str) -> str:
        self.aborted[tag] = why
        return self.ends.setdefault(tag, "was aborted")

    def credentials(self, login: Login, words: Sequence[str], at: datetime) -> tuple[Credential, ...]:
        return self.entrusted.of(login, words, at=at)

    def reach(self, login: Login) -> None:
        if login.host not in self.reached:
            raise NoAnswer(f"{login.host} does not answer: no such host")

    def ending(self, experiment: str, people: Iterable[str], at: datetime) -> list[Ending]:
        return self.entrusted.ending(experiment, people, at=at)

    def make(self, tag: str) -> tuple[JobRef, ...]:
        """The command submits."""
        return MemoryBatch.submit(self, self.begun[tag])


def asked() -> LaunchIntent:
    """The only stage of a campaign of its own is to be launched by a command on gpvm01."""
    doc = make_document("by command", (Stage("submit", Settings(
        dataset="[[1]]", split="multiparam", job_type="fife", login_setup="gpvm")),), ())
    doc = replace(doc, job_types=(*doc.job_types, JobType("fife", "fife_launch", (("-c ", "mc.cfg"),), style="submitter"),),
                  login_setups=(*doc.login_setups, LoginSetup("gpvm", "gpvm01", "dunepro", "setup fife_utils"),))
    return make_intent(make_campaign(doc, files=()))


def launched() -> Submission:
    """It was, and the command runs."""
    intent = asked()
    go(leases.enlist("launcher"))
    return Submission.objects.get(intent=intent)
