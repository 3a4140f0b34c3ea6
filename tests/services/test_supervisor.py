"""The supervisor: what dies comes back, what it leaves behind is ended by the next one."""
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from pomssite.kit import supervisor
from tests.waiting import until

ROOT = Path(__file__).parents[2]
FAMILY = "import os, sys, time; os.fork(); open(sys.argv[1], 'a').write('x'); time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
RUN = """
import sys, logging
from pathlib import Path
from pomssite.kit import supervisor
logging.basicConfig(level="INFO")
supervisor.GRACE_S = 0.5
folder, program, argument = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
supervisor.Supervisor(folder / "run", folder / "log", [supervisor.Child("one", [sys.executable, "-c", program, argument])]).run()
"""


def marked(folder):
    return [process for process in psutil.process_iter() if supervisor.is_marked(process, folder / "run")]


@pytest.fixture
def begin(tmp_path):
    begun = []

    def start(program=FAMILY):
        begun.append(subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path), program, str(tmp_path / "seen")], cwd=ROOT))
        return begun[-1]

    yield start
    for process in begun:
        process.kill()
        process.wait()
    supervisor.end(marked(tmp_path))


def test_a_killed_child_comes_back_and_its_orphans_do_not_stay(begin, tmp_path):
    begin()
    until(lambda: len(marked(tmp_path)) == 2)
    before = {process.pid for process in marked(tmp_path)}
    os.kill(int((tmp_path / "run" / "one.pid").read_text()), signal.SIGKILL)
    until(lambda: len(after := {process.pid for process in marked(tmp_path)}) == 2 and not after & before)


def test_after_a_killed_supervisor_there_is_one_set(begin, tmp_path):
    first = begin()
    until(lambda: len(marked(tmp_path)) == 2)
    before = {process.pid for process in marked(tmp_path)}
    first.kill()
    first.wait()
    assert {process.pid for process in marked(tmp_path)} == before
    begin()
    until(lambda: (after := {process.pid for process in marked(tmp_path)}) and len(after) == 2 and not after & before)


def test_orphans_whose_leader_is_gone_are_ended_too(begin, tmp_path):
    first = begin()
    until(lambda: len(marked(tmp_path)) == 2)
    first.kill()
    first.wait()
    leader = int((tmp_path / "run" / "one.pid").read_text())
    os.kill(leader, signal.SIGKILL)
    until(lambda: leader not in {process.pid for process in marked(tmp_path)})
    assert len(marked(tmp_path)) == 1
    supervisor.end_leftovers(tmp_path / "run")
    assert not marked(tmp_path)


def test_a_second_supervisor_is_refused_while_the_first_lives(begin, tmp_path):
    first = begin()
    until(lambda: len(marked(tmp_path)) == 2)
    assert supervisor.holder(tmp_path / "run") == first.pid
    assert begin().wait(20) != 0
    assert len(marked(tmp_path)) == 2


@pytest.mark.parametrize("word", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_all_its_processes_also_the_deaf_ones(begin, tmp_path, word):
    first = begin(STUBBORN)
    until(lambda: marked(tmp_path))
    first.send_signal(word)
    assert first.wait(20) == 0
    assert not marked(tmp_path)
    assert supervisor.holder(tmp_path / "run") is None


def test_what_dies_at_once_comes_back_ever_more_slowly(begin, tmp_path):
    began = time.monotonic()
    begin("import sys; open(sys.argv[1], 'a').write('x')")
    until(lambda: (tmp_path / "seen").exists() and len((tmp_path / "seen").read_text()) == 3)
    assert time.monotonic() - began > 0.5 + 1.0


def test_a_process_that_does_not_carry_the_mark_is_left_alone(tmp_path):
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    (tmp_path / "one.pid").write_text(str(stranger.pid))
    supervisor.end_leftovers(tmp_path)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
