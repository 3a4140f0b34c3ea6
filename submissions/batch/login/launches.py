"""Launches on login hosts: begun once, followed, told, ended. What their jobs are is another's to say."""
import secrets
from dataclasses import dataclass

from pomssite.kit.errors import NoAnswer, Refused
from submissions.batch.login import script
from submissions.batch.login.credentials import Credentials
from submissions.batch.login.ssh import Lines, Unreachable
from submissions.command import JobSpec, Login

ABORT_S = 4.0
RUN_S = 10              # of a short command; the connection waits longer
ENDED = 124             # says `timeout` of a command that it has ended


@dataclass(frozen=True)
class Stand:
    """How a launch stands. `age_s`: since it was begun, or since its end."""

    word: str               # absent waiting running elsewhere killed ended
    end: str = ""           # the exit code; or `never`, `aborted`
    age_s: int = 0
    size: int = 0           # bytes that it has printed

    @property
    def over(self) -> bool:
        """Nothing of it runs any more, or ever will."""
        return self.word in ("ended", "killed")

    @property
    def how(self) -> str:
        """In words."""
        if self.word == "killed":
            return "was killed, or its host was restarted, before it ended"
        return {"aborted": "was aborted", "never": "was never begun"}.get(self.end, f"ended with exit code {self.end}")


class Launches:
    """Of all login hosts."""

    def __init__(self, lines: Lines, credentials: Credentials, *, folder: str, keep_days: int, wait_s: float) -> None:
        self.lines, self.credentials, self.folder, self.keep_days, self.wait_s = lines, credentials, folder, keep_days, wait_s

    def begin(self, spec: JobSpec, login: Login) -> Stand:
        """Refused: it surely was not begun. Somebody else's launch of that tag: NoAnswer, since it may come to something."""
        mark, carried = _mark(), self.credentials.contents(login, spec.argv)
        try:
            said = self.lines.run(login, script.start(spec, carried, folder=self.folder, mark=mark, keep_days=self.keep_days, wait_s=self.wait_s))
        except Unreachable as never:
            raise Refused(str(never)) from never
        words, _ = script.answer(said, mark)
        if words[:1] == ["taken"]:
            raise NoAnswer(f"{spec.tag} was already begun on {login.host}")
        if words[:1] == ["refused"]:
            raise Refused(f"{login.host}: {' '.join(words[1:])}")
        return _stand(words, login)

    def stand(self, tag: str, login: Login, *, forbid: bool = False) -> Stand:
        """With `forbid` one that was not begun never will be."""
        return _stand(self._ask(login, lambda mark: script.state(tag, folder=self.folder, mark=mark, forbid=forbid))[0], login)

    def log(self, tag: str, login: Login, start: int, length: int) -> tuple[Stand, bytes]:
        """How it stands, and bytes [start, start+length) of what it printed; a negative start counts from the end."""
        words, rest = self._ask(login, lambda mark: script.log(tag, folder=self.folder, mark=mark, start=start, length=length))
        return _stand(words, login), rest

    def abort(self, tag: str, login: Login) -> Stand:
        """End all its processes."""
        return _stand(self._ask(login, lambda mark: script.abort(tag, folder=self.folder, mark=mark, wait_s=ABORT_S))[0], login)

    def run(self, login: Login, argv: tuple[str, ...]) -> tuple[int, bytes, bytes]:
        """A short command after the set-up: its exit code, its output and its errors."""
        try:
            carried = self.credentials.contents(login, argv)
        except Refused as lacking:
            raise NoAnswer(str(lacking)) from lacking
        words, rest = self._ask(login, lambda mark: script.run(login, argv, carried, mark=mark, within_s=RUN_S))
        if words[:1] != ["did"] or len(words) != 4:
            raise NoAnswer(_untold(words, login))
        code, size = int(words[1]), int(words[2])
        if code == ENDED:
            raise NoAnswer(f"{argv[0]} on {login.host} took longer than {RUN_S} s")
        return code, rest[:size], rest[size:]

    def _ask(self, login: Login, write) -> tuple[list[str], bytes]:
        mark = _mark()
        try:
            return script.answer(self.lines.run(login, write(mark)), mark)
        except Unreachable as silent:
            raise NoAnswer(str(silent)) from silent


def _stand(words: list[str], login: Login) -> Stand:
    if words[:1] == ["absent"]:
        return Stand("absent")
    if len(words) != 4 or words[0] == "refused":
        raise NoAnswer(_untold(words, login))
    return Stand(words[0], words[1], int(words[2] or 0), int(words[3] or 0))


def _untold(words: list[str], login: Login) -> str:
    return f"{login.host} did not say what it did{': ' if words else ''}{' '.join(words)}"


def _mark() -> str:
    """So that nothing else that a login shell prints is taken for the answer."""
    return f"POMS-{secrets.token_hex(8)}"
