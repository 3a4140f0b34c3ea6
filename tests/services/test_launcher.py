"""The project's own PostgreSQL: started, killed, started again."""
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from scripts import postgres

ROOT = Path(__file__).parents[2]


@pytest.fixture
def var(tmp_path):
    yield tmp_path
    postgres.Server(postgres.folder_of(tmp_path)).stop()


def server(var):
    return postgres.Server(postgres.folder_of(var))


def ask(var, question):
    with psycopg2.connect(postgres.url(var)) as connection, connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0] if cursor.description else None


def test_a_killed_server_starts_again_with_what_was_committed(var):
    server(var).start()
    ask(var, "create table kept as select 41 as n")
    os.kill(server(var).pid(), signal.SIGKILL)
    server(var).start()
    assert ask(var, "select n from kept") == 41


def test_one_that_is_just_dying_is_not_taken_for_one_that_serves(var):
    server(var).start(fast=True)
    server(var).stop()
    lock = server(var).data / "postmaster.pid"
    dying = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1)", str(server(var).data)])
    lock.write_text(f"{dying.pid}\n")
    assert server(var).is_up()
    server(var).start(fast=True)
    assert ask(var, "select 1") == 1 and dying.wait() == 0


def test_a_second_start_and_a_second_stop_change_nothing(var):
    server(var).start(fast=True)
    first = server(var).pid()
    server(var).start(fast=True)
    assert server(var).pid() == first
    server(var).stop()
    server(var).stop()
    assert not server(var).is_up()


def test_two_starts_at_once_make_one_server(var):
    argv = [sys.executable, "-m", "scripts.postgres", "start", "--fast"]
    both = [subprocess.Popen(argv, cwd=ROOT, env={**os.environ, "POMS_VAR": str(var)}, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = {process.communicate(timeout=60)[0].strip() for process in both}
    assert told == {postgres.url(var)}
    assert ask(var, "select current_database()") == "poms"


def test_a_lock_with_a_strangers_number_is_no_server(var):
    server(var).start(fast=True)
    server(var).stop()
    (server(var).data / "postmaster.pid").write_text(f"{os.getpid()}\n{server(var).data}\n1\n5432\n")
    assert not server(var).is_up()
    server(var).start(fast=True)
    assert ask(var, "select 1") == 1


def test_half_a_database_is_never_taken_for_one(var):
    (server(var).folder / "new").mkdir(parents=True)
    (server(var).folder / "new" / "PG_VERSION").write_text("18")
    server(var).start(fast=True)
    assert ask(var, "select 1") == 1


def test_a_long_path_gets_a_short_socket(tmp_path):
    var = tmp_path / ("long" * 20)
    assert len(str(server(var).socket)) < postgres.LONGEST_SOCKET_FOLDER
    server(var).start(fast=True)
    assert ask(var, "select 1") == 1
    server(var).stop()
    server(var).socket.rmdir()
