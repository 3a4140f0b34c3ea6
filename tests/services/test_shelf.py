"""Connections that are used again: as if they were new, and never one that is broken or in somebody's hands."""
import threading
from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest
from django.db import connection, transaction

from pomssite.database import shelf

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[shelf.Shelf]:
    own = shelf.Shelf()
    monkeypatch.setattr("pomssite.database.base.SHELF", own)
    connection.close()
    own.keep(2)
    yield own
    connection.close()
    own.keep(0)


def asked(words: str = "SELECT pg_backend_pid()") -> object:
    with connection.cursor() as cursor:
        cursor.execute(words)
        return cursor.fetchone()[0] if cursor.description else None


def again() -> object:
    connection.close()
    return asked()


def beside(words: str = "SELECT pg_backend_pid()") -> object:
    """What another thread, which has a connection of its own, is answered."""
    told: list[object] = []

    def ask() -> None:
        told.append(asked(words))
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    return told[0]


def test_a_connection_that_was_closed_is_used_again() -> None:
    assert asked() == again() == again()


def test_nobody_is_given_one_that_is_in_use() -> None:
    assert asked() != beside()


def test_another_thread_goes_on_with_what_this_one_closed() -> None:
    first = asked()
    connection.close()
    assert beside() == first


@pytest.mark.parametrize("waiting", [True, False])
def test_one_that_the_server_has_ended_is_not_used_again(kept: shelf.Shelf, waiting: bool) -> None:
    first = asked()
    if waiting:
        connection.close()
    with closing(psycopg2.connect(**connection.get_connection_params())) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [first])
        assert cursor.fetchone() == (True,)
    assert again() != first


def test_what_it_was_told_for_its_last_use_is_forgotten() -> None:
    first = asked()
    asked("SET statement_timeout = 77777")
    asked("CREATE TEMP TABLE left_behind (a int)")
    asked("SELECT pg_advisory_lock(4711)")
    assert again() == first
    assert asked("SHOW statement_timeout") != "77777ms"
    assert asked("SELECT to_regclass('left_behind')") is None
    assert asked("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711") == 0


def test_work_that_was_not_ended_is_undone() -> None:
    first = asked()
    connection.set_autocommit(False)
    asked("CREATE TABLE half_done (a int)")
    assert again() == first and connection.get_autocommit()
    assert asked("SELECT to_regclass('half_done')") is None


def test_one_that_is_closed_amid_a_transaction_is_not_given_away(kept: shelf.Shelf) -> None:
    first = asked()
    with pytest.raises(RuntimeError, match="enough"), transaction.atomic():
        connection.close()
        assert kept.take(connection.get_connection_params()) is None
        raise RuntimeError("enough")
    assert again() != first


def test_an_old_one_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    first = asked()
    connection.close()
    monkeypatch.setattr(shelf, "OLDEST_S", 0)
    assert again() != first


def test_no_more_are_kept_than_were_asked_for(kept: shelf.Shelf) -> None:
    kept.keep(1)
    first = asked()
    second = beside()
    connection.close()
    assert asked() in (first, second)
    assert beside() not in (first, second)


def test_without_a_place_each_is_closed(kept: shelf.Shelf) -> None:
    kept.keep(0)
    assert asked() != again()


def test_one_of_another_database_is_not_given(kept: shelf.Shelf) -> None:
    asked()
    connection.close()
    assert kept.take({"dbname": "elsewhere"}) is None
