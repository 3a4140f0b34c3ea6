"""A login host for tests: a real sshd on loopback, a program there that submits, and the pool to which it submits."""
import json
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from getpass import getuser
from pathlib import Path

from django.conf import LazySettings

from pomssite.kit import registry
from pomssite.kit.errors import NoAnswer, Refused
from submissions.batch.login import LoginHostBatch
from submissions.batch.port import JobRef
from submissions.command import JobSpec, Login
from tests.sshd import Sshd

SUBMIT = f"""#!{sys.executable} -I
# Takes what it is told into the folder of the pool: the words and the variables, as they came.
import json, os, pathlib, sys
pool = pathlib.Path(os.environ["POOL"])
number = len(list(pool.glob("*.json"))) + 1
(pool / f"{{number}}.json").write_text(json.dumps({{"argv": sys.argv[1:], "environment": dict(os.environ)}}))
print(f"Use job id {{number}}.0@pool to retrieve output", flush=True)
"""


class FolderPool:
    """The pool of that program. It shows a job by the tag that it was submitted under."""

    unseen = timedelta(seconds=1)

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)

    def find(self, tag: str, since: datetime) -> tuple[JobRef, ...]:
        if (self.folder / "silent").exists():
            raise NoAnswer("the pool does not answer")
        return tuple(JobRef("pool", str(number)) for number, each in self.jobs().items() if each["environment"].get("_CONDOR_PomsTag") == f'"{tag}"')

    def jobs(self) -> dict[int, dict]:
        """What was submitted, in order."""
        return {int(path.stem): json.loads(path.read_text()) for path in sorted(self.folder.glob("*.json"))}

    def read_log(self, ref: JobRef, kind: str, start: int, length: int) -> bytes:
        if kind != "log":
            raise Refused("it lies where it was submitted from")
        return b"diary"[start:start + length]

    def log_sizes(self, ref: JobRef) -> dict[str, int]:
        return {"log": 5}

    def act(self, deed: str, refs: Sequence[JobRef], why: str) -> dict[JobRef, str]:
        return dict.fromkeys(refs, f"{deed} {why}")


class Site:
    """A login host, its pool, and the adapters over it, as POMS's processes make them."""

    def __init__(self, folder: Path, sshd: Sshd) -> None:
        self.folder, self.sshd, self.made = folder, sshd, []
        self.pool_folder, self.launches = folder / "pool", folder / "launches"
        self.pool_folder.mkdir()
        self.program = folder / "submit"
        self.program.write_text(SUBMIT)
        self.program.chmod(0o755)
        self.logins: dict[str, Login] = {}
        self.pool = FolderPool(str(self.pool_folder))

    def login(self, setup: str = "", *, host: str = "127.0.0.1", account: str = "", role: str = "production") -> Login:
        return Login(host, account or getuser(), f"export POOL={shlex.quote(str(self.pool_folder))}\n{setup}", "dune", role)

    def spec(self, *words: str, tag: str = "lab1-1", setup: str = "", login: Login | None = None, **more: object) -> JobSpec:
        """A launch that the house has written down: where it is made is known before it is made."""
        self.logins[tag] = login or self.login(setup)
        return JobSpec(tag, words or (str(self.program),), style="submitter", login=self.logins[tag], **more)

    def batch(self, **options: object) -> LoginHostBatch:
        said = {"pool": "pool", "key": str(self.sshd.folder / "id"), "known_hosts": str(self.sshd.folder / "known_hosts"), "port": self.sshd.port,
                "folder": str(self.launches), "where": self.logins.get, "wait_s": 5.0}
        self.made.append(LoginHostBatch(**{**said, **options}))
        return self.made[-1]

    def close(self) -> None:
        for batch in self.made:
            batch.lines.close()


@contextmanager
def a_site(folder: Path, sshd: Sshd, settings: LazySettings) -> Iterator[Site]:
    """Its pool is the row `pool` of the batch systems."""
    site = Site(folder, sshd)
    settings.BATCH_SYSTEMS = {"pool": {"BACKEND": "tests.adapters.loginhosts.FolderPool", "OPTIONS": {"folder": str(site.pool_folder)}}}
    registry._made.cache_clear()
    yield site
    site.close()
    registry._made.cache_clear()


def now() -> datetime:
    return datetime.now(UTC)
