"""The whole way: ssh, fife_launch, jobsub, a real pool of HTCondor, jobs, and what is heard of them."""
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from pomssite.kit import registry
from pomssite.kit.errors import NoAnswer
from scripts.condorpool import SCHEDD, SETTINGS, CondorPool
from submissions.batch.login import LoginHostBatch
from submissions.batch.port import JobRef
from submissions.states import JobState
from tests import real
from tests.adapters.loginhosts import Site, a_site, now, running
from tests.condor import ad_of, clear
from tests.waiting import until

J = JobState
SHIM = Path(__file__).with_name("jobsubshim.py")
CONFIG = """
[global]
group = dune
wrapper = file://%(wrapper)s

[submit]
G = %%(group)s
N = 2
memory = 100MB

[executable]
name = /bin/true
"""


class Chain:
    """A login host whose jobsub_submit reaches the pool."""

    def __init__(self, site: Site, pool: CondorPool) -> None:
        self.site, self.tag = site, f"lab{token_hex(4)}-41"
        jobsub = site.folder / "jobsub_submit"
        jobsub.write_text(f"#!/bin/sh\nexec {sys.executable} {SHIM} \"$@\"\n")
        said = {f"_CONDOR_{name}": value for name, value in {**SETTINGS, "COLLECTOR_HOST": f"127.0.0.1:{pool.port}"}.items()}
        said |= {"CONDOR_CONFIG": "/dev/null", "SHIM_SCHEDD": SCHEDD, "SHIM_FOLDER": str(site.folder)}
        for name, text in {"quick": "exit 0", "bad": "exit 3", "long": "sleep 300"}.items():
            (site.folder / name).write_text(f"#!/bin/sh\n{text}\n")
        for path in site.folder.iterdir():
            path.chmod(0o755)
        self.setup = "\n".join([f"export {name}={shlex.quote(value)}" for name, value in said.items()] + [f"PATH={site.folder}:$PATH"])
        self.batch: LoginHostBatch = site.batch(wait_s=8.0)

    def launch(self, *words: str) -> tuple[JobRef, ...]:
        """Its jobs, however long it takes until they show."""
        began, spec = now(), self.site.spec(*words, tag=self.tag, setup=self.setup, environment=(("POMS4_SUBMISSION_ID", "41"),))
        try:
            return self.batch.submit(spec)
        except NoAnswer:
            found: list[tuple[JobRef, ...]] = []
            until(lambda: found.extend(self._found(began)) or found, 40.0)
            return found[0]

    def _found(self, began) -> list[tuple[JobRef, ...]]:
        try:
            return [self.batch.find(self.tag, began)]
        except NoAnswer:
            return []

    def states(self) -> dict[JobRef, JobState]:
        return {report.ref: report.state for report in self.batch.look("")[0] if report.tag == self.tag}

    def reach(self, *wanted: JobState) -> None:
        until(lambda: (found := set(self.states().values())) and found <= set(wanted), 60.0)


@pytest.fixture
def chain(tmp_path: Path, pool: CondorPool, settings) -> Iterator[Chain]:
    with running(tmp_path / "sshd") as sshd, a_site(tmp_path, sshd, settings) as site:
        options = pool.options(pool.shared[0] / token_hex(4))
        settings.BATCH_SYSTEMS = {"pool": {"BACKEND": "submissions.batch.condor.HTCondorBatch", "OPTIONS": options}}
        registry._made.cache_clear()
        chain = Chain(site, pool)
        yield chain
        clear(registry.backend("BATCH_SYSTEMS", "pool").inside.pool, f'PomsTag == "{chain.tag}"')


def test_jobs_of_two_jobsub_calls_are_found_by_their_tag_and_heard_to_their_ends(chain):
    folder = chain.site.folder
    refs = chain.launch("sh", "-c", f"jobsub_submit -N 2 file://{folder}/quick && jobsub_submit file://{folder}/bad")
    assert len(refs) == 3 and len({ref.cluster for ref in refs}) == 2
    chain.reach(J.DONE, J.FAILED)
    assert sorted(chain.states().values()) == [J.DONE, J.DONE, J.FAILED]
    assert chain.batch.find(chain.tag, now()) == refs


def test_every_job_carries_the_attributes_of_its_launch(chain):
    chain.launch("jobsub_submit", "file://" + str(chain.site.folder / "long"))
    ads = ad_of(registry.backend("BATCH_SYSTEMS", "pool").inside, f'PomsTag == "{chain.tag}"', "PomsTag", "POMS4_SUBMISSION_ID", "FIFE_CATEGORIES")
    assert [(ad["PomsTag"], ad["POMS4_SUBMISSION_ID"]) for ad in ads] == [(chain.tag, 41)]


def test_held_released_and_removed_by_the_pool(chain):
    refs = chain.launch("jobsub_submit", "-N", "2", "file://" + str(chain.site.folder / "long"))
    chain.reach(J.RUNNING)
    for deed, state in [("hold", J.HELD), ("remove", J.REMOVED)]:
        assert set(chain.batch.act(deed, refs, "a test").values()) == {""}
        chain.reach(state)


def test_fife_launch_jobsub_and_the_pool(chain):
    """The overrides make three jobs of it, all found and done."""
    fife = real.folder("fife-utils")
    (chain.site.folder / "mc.cfg").write_text(CONFIG % {"wrapper": chain.site.folder / "quick"})
    chain.setup += f"\nexport FIFE_UTILS_DIR={fife}\nPATH={fife}/bin:$PATH"
    refs = chain.launch("fife_launch", "-c", str(chain.site.folder / "mc.cfg"), "-Osubmit.N=3")
    assert len(refs) == 3
    chain.reach(J.DONE)
    log = chain.batch.launch_log(chain.tag, 0, 10**6)
    assert b"Use job id" in log.text and log.end == "ended with exit code 0"
