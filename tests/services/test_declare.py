"""Declaring files, and making definitions."""
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from datasets.models import Definition, File, FileLocation, FileParent
from datasets.port import UnknownName
from datasets.services import definitions
from datasets.services.declare import declare
from datasets.services.incoming import NewFile, read_files
from pomssite.kit.errors import Conflict, Invalid
from tests.catalogue import LONG_AGO, experiment, file

LATER = LONG_AGO + timedelta(days=1)


def said(name: str, checksum: str = "", **more) -> NewFile:
    return NewFile(name, 10, checksum or f"sha256:{name}", **more)


def tell(*new: NewFile, failed: bool = False, at=LONG_AGO, submission: int | None = 41, version: str = "") -> tuple[int, int]:
    return declare(experiment().pk, new, submission_id=submission, job="pool#1.0", attempt=1, older_failed=lambda row: failed, at=at,
                   software_version=version)


def everything() -> tuple[list, list, list]:
    return (list(File.objects.order_by("pk").values()), list(FileParent.objects.order_by("pk").values()),
            list(FileLocation.objects.order_by("pk").values()))


@pytest.mark.django_db
def test_what_is_said_of_a_file_is_kept():
    metadata = {"data_tier": "sim", "file_format": "csv", "run_number": 7, "events": 500, "software_version": "v3",
                "end_time": "2026-01-01T12:00:00", "seed": [1, {"a": None}]}
    assert tell(said("a"), said("b", metadata=metadata, parents=("a",), locations=("file:///b", "s3://b"))) == (2, 0)
    made = File.objects.get(name="b")
    assert (made.size, made.checksum, made.metadata, made.submission_id, made.job, made.attempt, made.created_at) == (
        10, "sha256:b", metadata, 41, "pool#1.0", 1, LONG_AGO)
    assert (made.data_tier, made.file_format, made.run_number, made.events, made.software_version, made.start_time, made.end_time) == (
        "sim", "csv", 7, 500, "v3", None, LONG_AGO + timedelta(hours=12))
    assert [link.parent.name for link in made.parent_links.all()] == ["a"]
    assert {(place.url, place.kind) for place in made.locations.all()} == {("file:///b", "physical"), ("s3://b", "physical")}


@pytest.mark.django_db
def test_a_file_that_does_not_say_its_version_has_that_of_the_submission():
    tell(said("a"), said("b", metadata={"software_version": "v3"}), version="v2")
    assert dict(File.objects.values_list("name", "software_version")) == {"a": "v2", "b": "v3"}
    assert File.objects.get(name="a").metadata == {}


@pytest.mark.django_db
def test_the_same_again_changes_nothing():
    calls = [said("a"), said("b", parents=("a",), locations=("file:///b",))]
    tell(*calls)
    before = everything()
    assert tell(*calls, at=LATER, submission=42, version="v9") == (0, 2)
    assert everything() == before


@pytest.mark.django_db
def test_parents_and_places_that_were_missing_are_added():
    tell(said("a"), said("b"))
    assert tell(said("b", parents=("a",), locations=("file:///b",)), said("c")) == (1, 1)
    assert FileParent.objects.get().child.name == "b"
    assert FileLocation.objects.get().url == "file:///b"


@pytest.mark.django_db
def test_another_checksum_is_a_conflict_that_names_both_and_the_producer_and_saves_nothing():
    tell(said("a"))
    before = everything()
    with pytest.raises(Conflict, match=r"file a .*sha256:a .*pool#1\.0 of submission 41.*sha256:new"):
        tell(said("a", "sha256:new"), said("b"), submission=42)
    assert everything() == before


@pytest.mark.django_db
def test_another_checksum_replaces_the_file_of_a_producer_that_failed():
    tell(said("a"), said("p"), said("b", parents=("a",), locations=("file:///old",), metadata={"data_tier": "sim", "events": 3}))
    assert tell(said("b", "sha256:new", parents=("p",), locations=("file:///new",)), failed=True, at=LATER, submission=42) == (1, 0)
    made = File.objects.get(name="b")
    assert (made.checksum, made.data_tier, made.events, made.metadata, made.submission_id, made.created_at) == (
        "sha256:new", "", None, {}, 42, LATER)
    assert [link.parent.name for link in made.parent_links.all()] == ["p"]
    assert [place.url for place in made.locations.all()] == ["file:///new"]


@pytest.mark.django_db
def test_the_producer_is_not_asked_about_files_that_are_the_same():
    tell(said("a"))

    def never(row: File) -> bool:
        raise AssertionError(row)

    declare("lab", [said("a")], submission_id=42, older_failed=never, at=LATER)


@pytest.mark.django_db
@pytest.mark.parametrize(("parents", "says"), [(("nosuch",), "b: parent nosuch"), (("b",), "b: parents names the file itself")])
def test_a_parent_that_cannot_be_is_refused_and_nothing_is_saved(parents, says):
    with pytest.raises(Invalid, match=says):
        tell(said("a"), said("b", parents=parents))
    assert everything() == ([], [], [])


@pytest.mark.django_db
def test_a_parent_of_another_experiment_is_not_known():
    file("a", inside=experiment("other"))
    with pytest.raises(Invalid, match="parent a is not known in experiment lab"):
        tell(said("b", parents=("a",)))


@pytest.mark.django_db
def test_a_name_twice_in_a_call_is_one_file_unless_the_checksums_differ():
    assert tell(said("p"), said("a", parents=("p",)), said("a", locations=("file:///a",))) == (2, 0)
    assert (FileParent.objects.count(), FileLocation.objects.count()) == (1, 1)
    with pytest.raises(Invalid, match="file c is in the list twice"):
        tell(said("c"), said("c", "sha256:other"))


@pytest.mark.django_db
@pytest.mark.parametrize(("field", "value", "says"), [
    ("name", "", "printable"), ("name", "a\nb", "printable"), ("name", "x" * 251, "250"), ("name", 7, "printable"),
    ("size", -1, "bytes"), ("size", "7", "bytes"), ("size", True, "bytes"), ("size", 2**63, "bytes"), ("size", None, "bytes"),
    ("checksum", "0a1b", "sha256:"), ("checksum", None, "sha256:"), ("checksum", "sha256:", "sha256:"),
    ("metadata", [], "object"), ("metadata", {"a": "\0"}, "object"), ("metadata", {"a": float("nan")}, "object"),
    ("metadata", {"a": "\ud800"}, "object"),
    ("parents", "a", "list of names"), ("parents", [1], "list of names"), ("parents", [""], "list of names"),
    ("locations", {"a": 1}, "list of URLs"), ("locations", ["\0"], "list of URLs"),
    ("colour", "red", "no field 'colour'"),
])
def test_a_field_that_does_not_fit_is_named_with_its_value_and_place(field, value, says):
    good = {"name": "a", "size": 1, "checksum": "sha256:1"}
    with pytest.raises(Invalid, match=rf"files\[1\].*{field}.*") as bad:
        read_files([good, {**good, field: value}])
    assert says in str(bad.value)


@pytest.mark.parametrize("files", [None, {}, "a", [{}] * 10_001])
def test_what_is_no_list_of_files_is_refused(files):
    with pytest.raises(Invalid, match="at most 10000"):
        read_files(files)


@pytest.mark.django_db
@pytest.mark.parametrize(("word", "value"), [
    ("run_number", "seven"), ("events", -1), ("data_tier", 3), ("end_time", "noon"), ("run_number", 10**19)])
def test_metadata_that_has_a_column_must_fit_it(word, value):
    with pytest.raises(Invalid, match=f"file a: metadata {word} is"):
        tell(said("a", metadata={word: value}))


@pytest.mark.django_db
def test_a_call_as_a_job_sends_it_can_be_declared():
    item = {"name": "it's 100% é", "size": 0, "checksum": "sha256:1f", "metadata": {"a": "'); --", "b": 1.5},
            "parents": [], "locations": ["x"]}
    assert tell(*read_files([item, {"name": "b", "size": 1, "checksum": "md5:2", "parents": ["it's 100% é"]}])) == (2, 0)
    assert File.objects.get(name=item["name"]).metadata == item["metadata"]


@pytest.mark.django_db(transaction=True)
def test_callers_at_once_with_names_in_different_order_declare_each_file_once():
    experiment()
    names = [f"f{n}" for n in range(1500)]        # enough that two statements are under way at once
    gate = Barrier(4)

    def call(number: int) -> tuple[int, int]:
        mine = [said(name, parents=("f0",) if name != "f0" else (), locations=(f"file:///{name}",)) for name in names]
        gate.wait()
        try:
            return tell(*(mine if number % 2 else mine[::-1]))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(call, range(4)))
    assert sum(new for new, _ in answers) == 1500
    assert (File.objects.count(), FileParent.objects.count(), FileLocation.objects.count()) == (1500, 1499, 1500)


@pytest.mark.django_db
def test_a_definition_is_made_once_and_never_changes():
    experiment()
    made = definitions.define("lab", "raw", "(data_tier  raw) and file_name like 'a%'", creator=None, at=LONG_AGO)
    assert made.dimensions == "data_tier raw and file_name like a%"
    assert definitions.define("lab", "raw", "data_tier raw and file_name like a%", creator=None, at=LATER) == made
    with pytest.raises(Conflict, match="never changes"):
        definitions.define("lab", "raw", "data_tier sim", creator=None, at=LATER)
    assert list(Definition.objects.values_list("name", "created_at")) == [("raw", LONG_AGO)]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "words", "trouble"), [
    ("x", "defname: x", UnknownName), ("x", "snapshot_id 3", UnknownName), ("x", "colour red", Invalid), ("", "data_tier raw", Invalid)])
def test_a_definition_that_means_nothing_is_refused_when_it_is_made(name, words, trouble):
    experiment()
    with pytest.raises(trouble):
        definitions.define("lab", name, words, creator=None, at=LONG_AGO)
