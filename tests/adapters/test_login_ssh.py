"""The way to a login host: whose key is known, what is lost before it was said and what after, one connection for many."""
import subprocess
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from pomssite.kit.errors import NoAnswer, Refused
from submissions.batch.login import launches, script
from submissions.batch.port import JobRef
from tests.adapters.children import ended, forked
from tests.adapters.loginhosts import Site, a_site, now
from tests.sshd import running
from tests.waiting import until

LONG_AGO = timedelta(hours=1)


@pytest.fixture
def site(tmp_path: Path, settings) -> Iterator[Site]:
    with running(tmp_path / "sshd") as sshd, a_site(tmp_path, sshd, settings) as site:
        yield site


def test_one_connection_serves_many_at_once_and_one_after_the_other(site):
    batch = site.batch(wait_s=0)
    for n in range(20):
        site.spec(tag=f"lab1-{n}")
    asking = [threading.Thread(target=batch.find, args=(f"lab1-{n}", now() - LONG_AGO)) for n in range(20)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert (site.sshd.folder / "log").read_text().count("Accepted publickey") == 1


def test_a_forked_process_makes_a_connection_of_its_own(site):
    batch, spec = site.batch(), site.spec()
    with pytest.raises(NoAnswer, match="has not begun"):
        batch.find("lab1-1", now())
    assert ended(forked(lambda: batch.submit(spec))) == 0
    assert batch.find("lab1-1", now()) == (JobRef("pool", "1"),)


def test_a_connection_that_was_lost_is_made_anew(site):
    batch = site.batch()
    with pytest.raises(NoAnswer, match="has not begun"):
        batch.find(site.spec().tag, now())
    site.sshd.cut()
    assert batch.submit(site.spec()) == (JobRef("pool", "1"),)


def test_a_key_that_is_not_known_is_not_spoken_to(site):
    batch = site.batch()
    site.sshd.stop()
    for name in ("host", "host.pub"):
        (site.sshd.folder / name).unlink()
    known = (site.sshd.folder / "known_hosts").read_text()
    site.sshd.start()
    (site.sshd.folder / "known_hosts").write_text(known)
    with pytest.raises(Refused, match="does not show the key that is written in"):
        batch.submit(site.spec())
    with pytest.raises(NoAnswer, match="does not show the key"):
        batch.find("lab1-1", now())
    assert not site.launches.exists()


def test_a_list_of_keys_is_read_again_for_each_connection(site):
    batch = site.batch()
    assert batch.submit(site.spec()) == (JobRef("pool", "1"),)
    (site.sshd.folder / "known_hosts").write_text("")
    assert batch.find("lab1-1", now()) == (JobRef("pool", "1"),)
    site.sshd.cut()
    with pytest.raises(NoAnswer, match="does not show the key"):
        batch.find("lab1-1", now())


def test_without_a_list_of_keys_no_host_is_spoken_to(site):
    with pytest.raises(Refused, match="nowhere is not there: without the keys"):
        site.batch(known_hosts="/nowhere").submit(site.spec())


def test_a_wrong_account_is_refused(site):
    with pytest.raises(Refused, match=r"127\.0\.0\.1 does not let nobody-here in"):
        site.batch().submit(site.spec(login=site.login(account="nobody-here")))


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
def test_a_host_that_is_down_was_surely_not_told(site, host):
    site.sshd.stop()
    with pytest.raises(Refused, match="does not answer"):
        site.batch().submit(site.spec(login=site.login(host=host)))
    with pytest.raises(NoAnswer, match="does not answer"):
        site.batch().find("lab1-1", now())
    site.sshd.start()


def test_a_cut_after_it_was_told_is_no_answer_and_the_launch_is_found(site):
    """The network goes while POMS waits for the launch."""
    batch, outcome = site.batch(wait_s=8.0), []
    spec = site.spec("/bin/sh", "-c", f"touch {site.folder}/runs; while [ ! -e {site.folder}/go ]; do sleep 0.05; done; {site.program}")

    def launch() -> None:
        try:
            batch.submit(spec)
        except NoAnswer as silent:
            outcome.append(str(silent))

    launching = threading.Thread(target=launch)
    launching.start()
    until((site.folder / "runs").exists)
    site.sshd.cut()
    launching.join()
    assert len(outcome) == 1 and "127.0.0.1" in outcome[0]
    (site.folder / "go").touch()
    until((site.launches / "lab1-1" / "status").exists)
    assert batch.find("lab1-1", now()) == (JobRef("pool", "1"),) and len(site.pool.jobs()) == 1


def test_of_a_script_that_was_cut_off_on_its_way_nothing_is_done(site):
    """Whatever part of it arrives."""
    whole = script.start(site.spec(), {}, folder=str(site.launches), mark="M", keep_days=1, wait_s=0).encode()
    for cut in range(1, len(whole) - len("main\n"), len(whole) // 200):
        subprocess.run(["/bin/sh", "-s"], input=whole[:cut], check=False, capture_output=True)
        assert not site.launches.exists(), whole[:cut]


@pytest.mark.parametrize("forbidden", [False, True])
def test_a_runner_that_was_forbidden_meanwhile_begins_nothing(tmp_path, forbidden):
    """Its folder was made, it was started, and only then it came to its turn."""
    (tmp_path / "launch").write_text("echo it ran")
    if forbidden:
        (tmp_path / "begun").mkdir()
    subprocess.run(["/bin/sh", "-c", script.RUNNER], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "output").exists() is not forbidden and (tmp_path / "launch").exists() is forbidden


def test_a_command_that_hangs_is_ended_on_the_host_with_all_that_it_began(site, monkeypatch):
    """Each pulse would leave another one there."""
    monkeypatch.setattr(launches, "RUN_S", 1)
    pids = site.folder / "pids"
    words = ("sh", "-c", f"sleep 1000 & echo $! $$ >{pids}; wait")
    with pytest.raises(NoAnswer, match="sh on 127.0.0.1 took longer than 1 s"):
        site.batch().launches.run(site.login(), words)
    assert len(pids.read_text().split()) == 2
    until(lambda: not any(map(psutil.pid_exists, map(int, pids.read_text().split()))))
