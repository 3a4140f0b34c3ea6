"""The whole way: ssh, fife_launch, jobsub, a real pool of HTCondor, jobs, and what is heard of them."""
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from getpass import getuser
from pathlib import Path
from secrets import token_hex

import pytest
from django.conf import LazySettings

from campaigns.document import JobType, LoginSetup, Settings, Stage
from pomssite.kit import clock, registry
from pomssite.kit.errors import NoAnswer, Refused
from scripts.condorpool import SCHEDD, CondorPool
from submissions.batch.login import LoginHostBatch
from submissions.batch.port import JobRef, JobReport
from submissions.command import JobSpec, Login
from submissions.models import Job, Submission
from submissions.services import intake, launch, leases
from submissions.states import JobState
from tests import real
from tests.adapters.batch_contract import GOOD, BatchContract, spec
from tests.adapters.loginhosts import Site, a_site, now
from tests.condor import ad_of, clear
from tests.makers import make_campaign, make_document, make_intent
from tests.sshd import fife, jobsub_on, running
from tests.waiting import until

J = JobState
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
WRAPPED = """
[global]
group = dune

[submit]
G = %(group)s
N = 2
memory = 100MB

[job_setup]
export = PATH=$PATH:/usr/bin

[executable]
name = /bin/sh
arg_1 = -c
arg_2 = "'test \\$PROCESS != 1 || exit 3'"
"""


class Chain:
    """A login host whose jobsub_submit reaches the pool."""

    def __init__(self, site: Site, on: CondorPool, **options: object) -> None:
        self.site, self.lab = site, f"lab{token_hex(4)}"
        self.tag = f"{self.lab}-41"
        self.setup = jobsub_on(f"127.0.0.1:{on.port}", site.folder)
        for name, text in {"quick": "exit 0", "bad": "exit 3", "long": "sleep 300"}.items():
            (site.folder / name).write_text(f"#!/bin/sh\n{text}\n")
        for path in site.folder.iterdir():
            path.chmod(0o755)
        self.batch: LoginHostBatch = site.batch(wait_s=8.0, **options)

    def login(self) -> Login:
        return self.site.login(self.setup)

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


@contextmanager
def a_chain(folder: Path, on: CondorPool, settings: LazySettings, **options: object) -> Iterator[Chain]:
    with running(folder / "sshd") as sshd, a_site(folder, sshd, settings) as site:
        of_pool = on.options(on.shared[0] / token_hex(4))
        settings.BATCH_SYSTEMS = {"pool": {"BACKEND": "submissions.batch.condor.HTCondorBatch", "OPTIONS": of_pool}}
        registry._made.cache_clear()
        chain = Chain(site, on, **options)
        yield chain
        clear(registry.backend("BATCH_SYSTEMS", "pool").inside.pool, f'regexp("^{chain.lab}-", PomsTag)')


@pytest.fixture
def chain(tmp_path: Path, pool: CondorPool, settings: LazySettings) -> Iterator[Chain]:
    with a_chain(tmp_path, pool, settings) as chain:
        yield chain


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
    (chain.site.folder / "mc.cfg").write_text(CONFIG % {"wrapper": chain.site.folder / "quick"})
    chain.setup += f"\n{fife(real.folder('fife-utils'))}"
    refs = chain.launch("fife_launch", "-c", str(chain.site.folder / "mc.cfg"), "-Osubmit.N=3")
    assert len(refs) == 3
    chain.reach(J.DONE)
    log = chain.batch.launch_log(chain.tag, 0, 10**6)
    assert b"Use job id" in log.text and log.end == "ended with exit code 0"


@pytest.mark.django_db
def test_from_a_launch_on_the_page_to_the_ends_of_its_jobs(chain, settings):
    """Intent, ssh, set-up, fife_launch, jobsub, pool, jobs, reports; and the page's launch log."""
    with launched(chain, settings, CONFIG % {"wrapper": chain.site.folder / "quick"}) as submission:
        until(lambda: settled(submission), 60.0, 0.2)
        assert (submission.status, submission.expected, submission.done) == ("Completed", 3, 3)
        assert b"Use job id" in registry.backend("BATCH_SYSTEMS", "login").launch_log(submission.tag, 0, 10**6).text


@pytest.mark.django_db
def test_the_end_of_fife_wrap_in_a_pool_job_is_the_end_on_the_row(chain, settings):
    """The real fife_wrap, as fife_launch sends it: of three jobs it brings two to their end, the program of one ends with 3."""
    with launched(chain, settings, WRAPPED) as submission:
        until(lambda: settled(submission), 60.0, 0.2)
        rows = list(Job.objects.filter(submission_id=submission.pk).order_by("proc"))
        assert [(row.state, row.exit_code) for row in rows] == [(J.DONE, 0), (J.FAILED, 3), (J.DONE, 0)]
        assert rows[1].reason == "ended with exit code 3"


@contextmanager
def launched(chain: Chain, settings: LazySettings, config: str) -> Iterator[Submission]:
    """By fife_launch with that configuration, over the login host, as a person asks for it."""
    site, sshd = chain.site, chain.site.sshd
    options = {"pool": "pool", "key": str(sshd.folder / "id"), "known_hosts": str(sshd.folder / "known_hosts"), "port": sshd.port,
               "folder": str(site.launches)}
    settings.BATCH_SYSTEMS |= {"login": {"BACKEND": "submissions.batch.login.LoginHostBatch", "OPTIONS": options}}
    settings.WAKE_UPS = False
    (site.folder / "mc.cfg").write_text(config)
    submission = a_launch(f"fife_launch -c {site.folder}/mc.cfg", f"{chain.setup}\n{fife(real.folder('fife-utils'))}")
    try:
        yield submission
    finally:
        registry.backend("BATCH_SYSTEMS", "login").inside.lines.close()
        clear(registry.backend("BATCH_SYSTEMS", "pool").inside.pool, f'PomsTag == "{submission.tag}"')


def a_launch(script: str, setup: str) -> Submission:
    """As a person asks for it."""
    settings = Settings(dataset="[[1]]", split="multiparam", job_type="fife", login_setup="gpvm", param_overrides=(("-Osubmit.N=", "3"),))
    doc = make_document("by command", (Stage("submit", settings),), ())
    doc = replace(doc, job_types=(*doc.job_types, JobType("fife", script, style="submitter")),
                  login_setups=(*doc.login_setups, LoginSetup("gpvm", "127.0.0.1", getuser(), setup, batch="login")))
    intent = make_intent(make_campaign(doc, files=()))
    launch.launch_ready(worker=leases.enlist("w1"), now=clock.now)
    return Submission.objects.get(intent=intent)


def settled(submission: Submission) -> bool:
    """What the clock does, once."""
    Submission.objects.filter(pk=submission.pk).update(recheck_at=None)
    launch.resume(worker=leases.enlist("w2"), now=clock.now)
    for alias in ("pool", "login"):
        intake.listen(alias, now=clock.now)
    submission.refresh_from_db()
    return submission.status in ("Completed", "Failed")


class OfLaboratory:
    """The adapter as the contract asks it: payloads are commands for jobsub, and tags are of this laboratory alone."""

    def __init__(self, chain: Chain) -> None:
        self.chain, self.inside, self.unseen = chain, chain.batch, chain.batch.unseen
        self.batch = chain.batch
        self.batch.jobsub.of_jobs = lambda refs: {ref: chain.login() for ref in refs if ref.schedd == SCHEDD and self._is_known(ref)}
        self.batch.jobsub.in_use = lambda: [chain.login()]

    def submit(self, spec: JobSpec) -> tuple[JobRef, ...]:
        words = ("jobsub_submit", "-N", str(spec.jobs), f"file://{spec.argv[0]}", *spec.argv[1:])
        return self.batch.submit(self.chain.site.spec(*words, tag=f"{self.chain.lab}-{spec.tag}", setup=self.chain.setup))

    def find(self, tag: str, since: datetime) -> tuple[JobRef, ...]:
        return self.batch.find(f"{self.chain.lab}-{tag}", since)

    def look(self, cursor: str) -> tuple[list[JobReport], str]:
        told, further = self.batch.look(cursor)
        begin = f"{self.chain.lab}-"
        return [replace(report, tag=report.tag.removeprefix(begin)) for report in told if report.tag.startswith(begin)], further

    def _is_known(self, ref: JobRef) -> bool:
        return ref in {report.ref for report in self.batch.look("")[0]}

    def __getattr__(self, name: str):
        return getattr(self.batch, name)


class TestJobsubOverSsh(BatchContract):
    """By jobsub's commands alone, over a real schedd. A tag is launched once here, so what the contract sends twice is two calls of one launch."""

    patience, pause, tells_every_change = 60.0, 0.1, False

    @pytest.fixture
    def batch(self, tmp_path: Path, pool: CondorPool, settings: LazySettings) -> Iterator[OfLaboratory]:
        with a_chain(tmp_path, pool, settings, pool="", every_s=0) as chain:
            yield OfLaboratory(chain)

    def test_jobs_are_found_by_their_tag_in_order(self, batch: OfLaboratory) -> None:
        """The first launch calls jobsub twice."""
        since, chain = now(), batch.chain
        two = f"jobsub_submit -N 3 file://{chain.site.folder}/long && jobsub_submit -N 2 file://{chain.site.folder}/long"
        found = batch.batch.submit(chain.site.spec("sh", "-c", two, tag=f"{chain.lab}-lab1-1", setup=chain.setup))
        other = batch.submit(spec("lab1-2"))
        assert batch.find("lab1-1", since) == found and batch.find("lab1-2", since) == other
        assert [ref.proc for ref in found] == [0, 1, 2, 0, 1]

    def test_every_kind_of_log_is_read(self, batch: OfLaboratory) -> None:
        """The log is HTCondor's own, as jobsub fetches it."""
        refs = self.sent(batch, GOOD, J.DONE)
        assert batch.read_log(refs[0], "stderr", 0, 100) == b"trouble"
        events = batch.read_log(refs[0], "log", 0, 10000).decode()
        assert events.index("Job submitted") < events.index("Job executing") < events.index("Job terminated")
        with pytest.raises(Refused, match="stdout, stderr or log"):
            batch.read_log(refs[0], "../../secret", 0, 100)

    def test_the_size_of_each_log_is_told(self, batch: OfLaboratory) -> None:
        refs = self.sent(batch, GOOD, J.DONE)
        assert batch.log_sizes(refs[0]) == {"stdout": 10, "stderr": 7, "log": len(batch.read_log(refs[0], "log", 0, 10000))}
        assert batch.log_sizes(batch.submit(spec("lab1-2", jobs=40))[-1])["stdout"] == 0
        with pytest.raises(Refused, match="is not known here"):
            batch.log_sizes(JobRef(SCHEDD, "987654", 0))
