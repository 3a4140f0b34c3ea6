"""poms-wrap against the real site: whatever moment a job is killed at, nothing is lost and nothing is declared twice."""
from collections import Counter
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from campaigns.document import Settings, Stage
from datasets.models import File, FileLocation
from submissions import models, tokens
from submissions.models import Submission
from submissions.services import intake, leases
from tests.makers import NOON, make_campaign, make_document, make_intent
from tests.services.deeds import go, project
from tests.services.wrapped import Job, an_input

MANY = 60
MAKES = 'echo "made of $1" >"$1.out"'


@pytest.fixture
def submission(transactional_db, tmp_path):
    """One job a file, and the files are there."""
    names = [f"f{n:02d}" for n in range(MANY)]
    make_intent(make_campaign(make_document(stages=(Stage("gen", Settings(jobs="per_file")),), dependencies=()), files=tuple(names)))
    FileLocation.objects.all().delete()
    for file in File.objects.all():
        FileLocation.objects.create(file=file, url=an_input(tmp_path / "in", file.name)["locations"][0])
    go(leases.enlist("w1"))
    intake.listen(now=lambda: NOON)
    return Submission.objects.get()


@pytest.fixture
def start(submission, live_server, tmp_path):
    """A job's attempt; `url` where POMS is thought to be."""
    def start(number: int, attempt: int = 1, url: str = live_server.url) -> Job:
        job = Job(tmp_path / f"{number}-{attempt}", url, POMS_TAG=submission.tag, POMS_JOB=f"memory#1.{number}", POMS_ATTEMPT=str(attempt))
        (job.folder / "token").write_text(tokens.make(submission))
        return job
    return start


def outputs():
    return {file.name: file for file in File.objects.exclude(submission_id=None)}


def stored(file):
    """The checksums of what lies at its places."""
    places = [Path(unquote(urlsplit(url).path)) for url in file.locations.values_list("url", flat=True)]
    return {f"sha256:{sha256(place.read_bytes()).hexdigest()}" for place in places}


def check(submission):
    """What is consumed has its output, which lies where it is said to lie, whole."""
    made = outputs()
    consumed = {name for name, status in project(submission).items() if status == "consumed"}
    assert not consumed - {name.removesuffix(".out") for name in made}
    for file in made.values():
        assert list(file.parent_links.values_list("parent__name", flat=True)) == [file.name.removesuffix(".out")]
        assert stored(file) == {file.checksum}


def test_a_job_brings_its_share_home(submission, start):
    done = start(3).shell(MAKES, "--output", "*.out", then=("{name}",))
    assert done.returncode == 0, done.stderr
    assert list(outputs()) == ["f03.out"] and Counter(project(submission).values()) == {"unknown": MANY - 1, "consumed": 1}
    check(submission)
    job = models.Job.objects.get(proc=3)
    assert job.cpu_s > 0 and job.memory_mb > 1 and job.wall_s > 0 and job.host


@pytest.mark.slow
def test_a_job_that_is_killed_at_any_point_loses_and_doubles_nothing(submission, start):
    """Dies at the first, second, third … thing that it changes outside itself; what it left is sent; the next attempt does the rest."""
    endings = []
    for number in range(MANY):
        job = start(number)
        endings.append(job.shell(MAKES, "--output", "*.out", then=("{name}",), dies_at=number + 1).returncode)
        assert job.run("send").returncode == 0 and job.spooled() == []
        check(submission)
        again = start(number, attempt=2).shell(MAKES, "--output", "*.out", then=("{name}",))
        assert again.returncode == 0 and "refused" not in again.stderr
        if endings[-1] == 0:
            break
    check(submission)
    assert endings[-1] == 0 and set(endings[:-1]) == {-9} and len(endings) > 20
    assert set(outputs()) == {f"f{n:02d}.out" for n in range(len(endings))} and Counter(project(submission).values())["consumed"] == len(endings)


@pytest.mark.slow
def test_files_that_are_taken_one_by_one_all_come_home_whoever_is_killed(submission, start):
    """Each job takes one file and dies somewhere; its next attempt takes up what it left."""
    wrap = (MAKES, "--output", "*.out", "--input", "next", "--files")
    for number in range(0, 36, 3):
        job = start(number)
        job.shell(*wrap, "1", then=("{name}",), dies_at=number + 1)
        assert job.run("send").returncode == 0
        check(submission)
        assert start(number, attempt=2).shell(*wrap, "2", then=("{name}",)).returncode == 0
    assert start(59).shell(*wrap, "60", then=("{name}",)).returncode == 0
    check(submission)
    assert set(project(submission).values()) == {"consumed"} and len(outputs()) == MANY
    assert File.objects.exclude(submission_id=None).values("name").distinct().count() == MANY


def test_what_an_earlier_attempt_has_to_say_does_not_undo_the_later_ones(submission, start):
    """The first attempt could not reach POMS, and died; the second made other bytes of the same name."""
    first, second = start(5, url="http://127.0.0.1:9"), start(5, attempt=2)
    options = ("--input", "none", "--output", "*.out", "--patience", "0")
    assert first.shell("echo first >f05.out", *options).returncode == 0 and len(first.spooled()) == 3
    assert second.shell('echo second >"$1.out"', "--output", "*.out", then=("{name}",)).returncode == 0
    for path in first.spooled():
        path.write_text(path.read_text().replace("http://127.0.0.1:9", second.environment["POMS_URL"]))
    sent = first.run("send")
    assert sent.returncode == 0 and "POMS refused declare: 409" in sent.stderr
    assert outputs()["f05.out"].attempt == 2 and project(submission)["f05"] == "consumed"
    check(submission)


def test_what_a_later_attempt_makes_takes_the_place_of_the_earlier(submission, start):
    first, second = start(5), start(5, attempt=2)
    assert first.shell('echo first >"$1.out"; kill -9 $PPID', "--output", "*.out", then=("{name}",)).returncode == -9
    for attempt, job in ((1, first), (2, second)):
        assert job.shell(f'echo {attempt} >"$1.out"', "--output", "*.out", then=("{name}",)).returncode == 0
        assert outputs()["f05.out"].attempt == attempt
        check(submission)
