"""What launches on login hosts go out with: tokens and proxies, files of this server that are renewed there, for each experiment and role.

What such a file holds goes to the host, and nowhere else: not into a row, a page, a log or an argument.
"""
import os
import re
import stat
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pomssite.kit.errors import Refused
from submissions.batch.login import expiry
from submissions.batch.port import Credential, Ending
from submissions.command import Login

LONGEST = 60_000        # bytes; a chain of certificates has some 10,000
ROLES = ("production", "analysis")
PERSON = "{user}"
OLD_JOBSUB = re.compile(r"\bjobsub_client\b(?!\s+v?_?lite)")
Said = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True)
class Kind:
    """One kind of them: in words, the name that its file has on the host, and how its end is read."""

    words: str
    name: str
    end: Callable[[bytes, datetime], datetime]      # from what it holds, and when that was written
    warned: bool = True                             # people are told before it ends; one that lives for hours is renewed by the hour


KINDS = {
    "token": Kind("bearer token", "bearer_token", expiry.of_token, warned=False), "proxy": Kind("proxy", "x509_proxy", expiry.of_proxy),
    "vault_token": Kind("vault token", "vault_token", expiry.of_vault_token),
}
FETCH = "htgettoken"        # with these options the host itself fetches its bearer token, by its vault token if there is one


class Credentials:
    """As the settings say: experiment, role, kind, file. Of whom nothing is said, the account on the host has its own."""

    def __init__(self, credentials: Said | None = None, credential_minutes: int = 10, credential_warning_hours: int = 24) -> None:
        self.said, self.left, self.warning = credentials or {}, timedelta(minutes=credential_minutes), timedelta(hours=credential_warning_hours)
        for experiment, roles in self.said.items():
            for role, files in roles.items():
                if trouble := _nonsense(role, files):
                    raise ValueError(f"credentials.{experiment}.{role}: {trouble}")

    def of(self, login: Login, words: Iterable[str], *, at: datetime) -> tuple[Credential, ...]:
        """Those of a launch by this login; each with why it may not go, if it may not."""
        return tuple(self._looked_at(kind, login, at)[0] for kind in self._kinds(login, words))

    def ending(self, experiment: str, people: Iterable[str], *, at: datetime) -> list[Ending]:
        """Those of an experiment that end soon or are no good; of these people, those that they have."""
        roles = self.said.get(experiment, {})
        each = [(role, kind, user) for role, files in roles.items() for kind in KINDS if kind in files
                for user in (people if PERSON in files[kind] else ("",))]
        found = (self._ending(Login("", "", role=role, experiment=experiment, user=user), kind, at) for role, kind, user in each)
        return [one for one in found if one]

    def _ending(self, login: Login, kind: str, at: datetime) -> Ending | None:
        """A person who has none needs none."""
        seen, _ = self._looked_at(kind, login, at)
        soon = seen.until is not None and KINDS[kind].warned and seen.until - at < self.warning
        if not (soon or seen.wrong) or (login.user and seen.until is None):
            return None
        return Ending(login.role, login.user, seen.kind, seen.until, seen.wrong)

    def contents(self, login: Login, words: Iterable[str]) -> dict[str, str]:
        """File name on the host, and what the file holds. Refused: one is not good, or not for long enough."""
        words, now = tuple(words), datetime.fromtimestamp(time.time(), UTC)
        found = [(KINDS[kind].name, *self._looked_at(kind, login, now)) for kind in self._kinds(login, words)]
        if wrong := " ".join(each.wrong for _, each, _ in found if each.wrong):
            raise Refused(wrong)
        return {name: text.decode() for name, _, text in found} | self._options(login, words)

    def _options(self, login: Login, words: Iterable[str]) -> dict[str, str]:
        options = self._files(login).get(FETCH)
        try:
            return {} if options is None or _is_old(login, words) else {FETCH: _of_person(options, login.user)}
        except ValueError as bad:
            raise Refused(f"The options of {FETCH} for {login.experiment} {login.role} {bad}") from bad

    def _files(self, login: Login) -> Mapping[str, str]:
        return self.said.get(login.experiment, {}).get(login.role, {})

    def _kinds(self, login: Login, words: Iterable[str]) -> list[str]:
        """The jobsub of old knows no tokens."""
        old = _is_old(login, words)
        return [kind for kind in KINDS if kind in self._files(login) and (kind == "proxy" or not old)]

    def _looked_at(self, kind: str, login: Login, at: datetime) -> tuple[Credential, bytes]:
        path, text, until = self._files(login)[kind], b"", None
        try:
            path = _of_person(path, login.user)
            text, written = _read(Path(path))
            until = KINDS[kind].end(text, written)
            wrong = self._too_short(until, at)
        except ValueError as bad:
            wrong = str(bad)
        whose = f"The {KINDS[kind].words} of {login.experiment} for {login.role}"
        todo = f"{login.user} must renew it" if PERSON in self._files(login)[kind] else "The operator of POMS must renew it"
        return Credential(KINDS[kind].words, path, until, wrong and f"{whose}, {path}, {wrong}. {todo}; then it goes out by itself."), text

    def _too_short(self, until: datetime, at: datetime) -> str:
        if until <= at:
            return f"ended on {until:%-d %b %Y at %H:%M} UTC"
        few = f"ends on {until:%-d %b %Y at %H:%M} UTC, and a launch needs {round(self.left.total_seconds() / 60)} minutes"
        return few if until - at < self.left else ""


def _nonsense(role: str, said: Mapping[str, str]) -> str:
    """What of it cannot be meant."""
    paths = [path for kind, path in said.items() if kind != FETCH]
    if role not in ROLES or said.keys() - {*KINDS, FETCH} or not all(Path(path).is_absolute() for path in paths):
        return f"say {', '.join(KINDS)}, each a file with its whole path, for production or analysis"
    alone = ("vault_token" in said and FETCH not in said) or ("token" in said and FETCH in said)
    return f"a vault token goes with the options of {FETCH}, and a token without" if alone else ""


def _is_old(login: Login, words: Iterable[str]) -> bool:
    return any(OLD_JOBSUB.search(text) for text in (login.setup, *words))


def _of_person(path: str, user: str) -> str:
    """A name is one part of a path and no more."""
    if PERSON in path and not (re.fullmatch(r"[\w@.+-]+", user) and user.strip(".")):
        raise ValueError(f"cannot be that of {user!r}, which names no file")
    return path.replace(PERSON, user)


def _read(path: Path) -> tuple[bytes, datetime]:
    """What it holds, and when that was written."""
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            if about.st_mode & stat.S_IRWXO:
                raise ValueError("is open to everybody on the server of POMS, which it must not be (chmod 600)")
            text = file.read(LONGEST + 1)
    except FileNotFoundError:
        raise ValueError("is not there") from None
    except OSError as trouble:
        raise ValueError(f"cannot be read: {trouble.strerror}") from None
    if len(text) > LONGEST or b"\0" in text or not text.isascii():
        raise ValueError("holds something else")
    return text, datetime.fromtimestamp(about.st_mtime, UTC)
