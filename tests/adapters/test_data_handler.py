"""The catalogues that there are, each against the contract."""
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from datasets.handlers.local import LocalCatalogue
from datasets.models import File, Project, SnapshotFile
from tests.adapters.data_contract import HandlerContract
from tests.catalogue import definition, experiment, file, files


@pytest.mark.django_db
class TestLocalCatalogue(HandlerContract):
    @pytest.fixture
    def handler(self):
        experiment()
        definition("raw", "data_tier raw")
        return LocalCatalogue()

    @pytest.fixture
    def put(self):
        def put(name, *, parents=(), **facts):
            return file(name, parents=tuple(File.objects.filter(name__in=parents)), **facts)
        return put

    def test_the_job_and_attempt_of_the_last_move_are_kept(self, handler, abcde):
        handler.define("lab", "lab1-1", "defname: raw", ["a"])
        handler.mark("lab", "lab1-1", ["a"], "failed", job="pool#1.0", attempt=1)
        handler.mark("lab", "lab1-1", ["a"], "failed", job="pool#1.0", attempt=2)
        member = Project.objects.get().members.get()
        assert (member.job, member.attempt) == ("pool#1.0", 1)
        handler.mark("lab", "lab1-1", ["a"], "consumed", job="pool#1.0", attempt=2)
        member.refresh_from_db()
        assert (member.status, member.attempt) == ("consumed", 2)


@pytest.mark.django_db(transaction=True)
def test_two_who_define_at_once_make_one_project():
    files("abcdef", data_tier="raw")
    gate = Barrier(4)

    def define(_number: int) -> None:
        gate.wait()
        try:
            LocalCatalogue().define("lab", "lab1-1", "data_tier raw")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(define, range(4)))
    assert [ref.name for ref in LocalCatalogue().inputs("lab", "lab1-1")] == list("abcdef")
    assert SnapshotFile.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_many_who_ask_at_once_are_each_given_their_own():
    files("abcdefgh", data_tier="raw")
    LocalCatalogue().define("lab", "lab1-1", "data_tier raw")
    gate = Barrier(8)

    def ask(job: int) -> str:
        gate.wait()
        try:        # each job twice at once, as if its first question had not been heard
            found = LocalCatalogue().take_next("lab", "lab1-1", job=f"pool#1.{job}", attempt=1)
            return found.name if found else ""
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, [0, 1, 2, 3] * 2))
    assert found[:4] == found[4:] and len(set(found)) == 4 and "" not in found
