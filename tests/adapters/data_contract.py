"""What every data catalogue must do, whatever is behind it."""
from datetime import timedelta

import pytest

from datasets.models import Definition
from datasets.port import DataHandler, UnknownName
from pomssite.kit.errors import Invalid
from tests.catalogue import LONG_AGO

LATER = LONG_AGO + timedelta(days=1)


class HandlerContract:
    """A subclass gives `handler`, for an experiment lab, and `put(name, **facts)`, by which a file comes to exist: parents are
    names, `located` is a kind of place or "". The definition `raw` means the files of tier raw."""

    @pytest.fixture
    def abcde(self, put):
        for name in "abcde":
            put(name, data_tier="raw")

    def statuses(self, handler: DataHandler, tag: str) -> dict[str, str]:
        return {ref.name: ref.status for ref in handler.inputs("lab", tag)}

    def test_files_come_in_the_order_of_their_arrival_and_can_be_had_in_parts(self, handler, put):
        for name in "cab":
            put(name, data_tier="raw")
        assert handler.count("lab", "defname: raw") == 3
        assert handler.files("lab", "defname: raw") == ["c", "a", "b"]
        assert handler.files("lab", "defname: raw", limit=2) == ["c", "a"]
        assert handler.files("lab", "defname: raw", limit=2, after=2) == ["b"]
        assert handler.files("lab", "defname: raw", after=3) == []

    def test_files_are_listed_with_what_a_split_wants_to_know(self, handler, put):
        put("a", data_tier="raw", run_number=7, events=5)
        put("b", data_tier="raw")
        put("c", data_tier="raw", run_number=7, metadata={"runs": [[7, 12, "physics"], [8, 1]]}, events=0)
        put("d", data_tier="raw", metadata={"runs": [[9]]})
        found = handler.listed("lab", "defname: raw")
        assert [(each.name, each.run, each.events) for each in found] == [("a", "7", 5), ("b", "", None), ("c", "7.0012", 0), ("d", "9", None)]
        assert all(handler.files("lab", f"defname: raw and run_number {each.run}")[0] in "acd" for each in found if each.run)
        assert [each.name for each in handler.listed("lab", "defname: raw", past=found[1].id)] == ["c", "d"]
        assert [each.name for each in handler.listed("lab", "defname: raw", limit=1, past=found[0].id)] == ["b"]

    def test_files_that_are_known_are_left_out_of_the_list(self, handler, put, abcde):
        known = Definition.objects.filter(name__in="bdx").values("name")
        for name in "bdx":
            Definition.objects.create(experiment_id="lab", name=name, dimensions="data_tier raw")
        assert [each.name for each in handler.listed("lab", "defname: raw", without=known)] == ["a", "c", "e"]
        assert [each.name for each in handler.listed("lab", "defname: raw", limit=2, without=known)] == ["a", "c"]

    def test_the_lowest_run_and_the_earliest_end_are_told(self, handler, put):
        for name, run, hours in (("a", 9, 5), ("b", 4, 7), ("c", None, None)):
            put(name, data_tier="raw", run_number=run, end_time=hours and LONG_AGO + timedelta(hours=hours))
        put("d", data_tier="raw", metadata={"runs": [[2, 1], [6, 1], ["seven"]]})
        assert [handler.lowest("lab", "defname: raw", "run_number", least) for least in (0, 2, 3, 5, 7, 10)] == [2, 2, 4, 6, 9, None]
        assert handler.lowest("lab", "defname: raw", "end_time") == LONG_AGO + timedelta(hours=5)
        assert handler.lowest("lab", "defname: raw and file_name c", "end_time") is None

    @pytest.mark.parametrize("words", ["defname: nosuch", "snapshot_for_project_name nosuch", "snapshot_id 999"])
    def test_an_unknown_name_is_an_error_everywhere(self, handler, words):
        for ask in (handler.count, handler.files, lambda experiment, words: handler.define(experiment, "lab1-1", words)):
            with pytest.raises(UnknownName, match="nosuch|999"):
                ask("lab", words)

    def test_an_unknown_project_is_an_error_everywhere(self, handler):
        asks = [handler.inputs, handler.totals, handler.end, lambda e, t: handler.assigned(e, t, 0, 1),
                lambda e, t: handler.take_next(e, t, job="pool#1.0", attempt=1),
                lambda e, t: handler.share(e, t, job="pool#1.0", attempt=1, jobs=1), lambda e, t: handler.mark(e, t, [], "consumed"),
                lambda e, t: handler.located(e, t, ["%"], "", LONG_AGO, 1)]
        for ask in asks:
            with pytest.raises(UnknownName, match="lab1-7"):
                ask("lab", "lab1-7")

    def test_words_that_cannot_be_read_are_invalid(self, handler):
        with pytest.raises(Invalid, match="colour"):
            handler.count("lab", "colour red")

    def test_a_project_is_frozen_when_it_is_defined(self, handler, put, abcde):
        handler.define("lab", "lab1-1", "defname: raw")
        put("late", data_tier="raw")
        assert [ref.name for ref in handler.inputs("lab", "lab1-1")] == list("abcde")
        assert handler.count("lab", "snapshot_for_project_name lab1-1") == 5

    def test_a_project_can_be_over_a_list_of_files_in_the_order_of_ids(self, handler, abcde):
        handler.define("lab", "lab1-1", "defname: raw", ["d", "b", "d"])
        assert [ref.name for ref in handler.inputs("lab", "lab1-1")] == ["b", "d"]

    def test_a_list_with_a_file_that_is_not_known_makes_no_project(self, handler, abcde):
        with pytest.raises(UnknownName, match="nosuch"):
            handler.define("lab", "lab1-1", "defname: raw", ["a", "nosuch"])
        with pytest.raises(UnknownName):
            handler.inputs("lab", "lab1-1")

    def test_without_words_and_files_a_project_is_empty(self, handler):
        handler.define("lab", "lab1-1", "")
        assert (handler.inputs("lab", "lab1-1"), handler.totals("lab", "lab1-1")) == ([], {})

    def test_to_define_a_second_time_changes_nothing(self, handler, put, abcde):
        handler.define("lab", "lab1-1", "defname: raw")
        handler.mark("lab", "lab1-1", ["a"], "consumed")
        put("late", data_tier="raw")
        handler.define("lab", "lab1-1", "defname: raw")
        handler.define("lab", "lab1-1", "defname: raw", ["b"])
        handler.define("lab", "lab1-1", "defname: nosuch")
        assert handler.totals("lab", "lab1-1") == {"consumed": 1, "unknown": 4}

    def test_an_input_is_told_with_all_that_a_job_needs(self, handler, put):
        put("a", data_tier="raw", size=7, checksum="sha256:a7", metadata={"events": 5}, located="physical")
        handler.define("lab", "lab1-1", "defname: raw")
        ref, = handler.inputs("lab", "lab1-1")
        assert (ref.name, ref.size, ref.checksum, ref.metadata, ref.status, len(ref.locations)) == (
            "a", 7, "sha256:a7", {"events": 5}, "unknown", 1)

    def test_each_file_is_assigned_to_exactly_one_job(self, handler, abcde):
        handler.define("lab", "lab1-1", "defname: raw")
        assert [[ref.name for ref in handler.assigned("lab", "lab1-1", job, 2)] for job in range(2)] == [["a", "c", "e"], ["b", "d"]]
        assert [[ref.name for ref in handler.assigned("lab", "lab1-1", job, 5)] for job in range(5)] == [[name] for name in "abcde"]
        assert handler.assigned("lab", "lab1-1", 6, 7) == []
        assert handler.totals("lab", "lab1-1") == {"unknown": 5}

    def test_jobs_without_numbers_share_the_files_in_the_order_in_which_they_ask(self, handler, abcde):
        handler.define("lab", "lab1-1", "defname: raw")

        def shared(job: str, attempt: int = 1) -> list[str]:
            return [ref.name for ref in handler.share("lab", "lab1-1", job=job, attempt=attempt, jobs=2)]
        assert shared("pool#7.0") == ["a", "c", "e"] and shared("pool#8.0") == ["b", "d"]
        handler.mark("lab", "lab1-1", ["a"], "consumed", job="pool#7.0", attempt=1)
        assert shared("pool#7.0", attempt=2) == ["a", "c", "e"] and shared("pool#8.0") == ["b", "d"]
        assert shared("pool#9.0") == [], "nothing is left"
        assert self.statuses(handler, "lab1-1") == {"a": "consumed", **dict.fromkeys("bcde", "delivered")}
        handler.define("lab", "lab1-2", "defname: raw", ["a", "b"])
        assert [len(handler.share("lab", "lab1-2", job=f"pool#{n}.0", attempt=1, jobs=3)) for n in range(3)] == [1, 1, 0]

    @pytest.mark.parametrize(("index", "jobs"), [(-1, 2), (2, 2), (0, 0)])
    def test_a_job_beyond_the_number_of_jobs_is_refused(self, handler, index, jobs):
        handler.define("lab", "lab1-1", "")
        with pytest.raises(Invalid, match="job index"):
            handler.assigned("lab", "lab1-1", index, jobs)

    @pytest.mark.parametrize(("told", "becomes"), [
        (["delivered"], "delivered"), (["delivered", "consumed"], "consumed"), (["consumed", "delivered"], "consumed"),
        (["consumed", "failed"], "consumed"), (["failed", "delivered"], "failed"), (["failed", "consumed"], "consumed"),
        (["failed", "skipped"], "failed"), (["skipped", "failed"], "skipped"), (["skipped", "consumed"], "consumed"),
        (["cancelled", "consumed"], "consumed"),
        (["consumed", "completed", "consumed"], "completed"), (["transferred", "delivered"], "transferred"),
    ])
    def test_a_file_moves_only_forward(self, handler, abcde, told, becomes):
        handler.define("lab", "lab1-1", "defname: raw")
        for status in told:
            handler.mark("lab", "lab1-1", ["b"], status, job="pool#1.0", attempt=1)
        assert self.statuses(handler, "lab1-1") == {"a": "unknown", "b": becomes, "c": "unknown", "d": "unknown", "e": "unknown"}

    def test_marking_tells_how_many_files_moved(self, handler, abcde):
        handler.define("lab", "lab1-1", "defname: raw")
        assert handler.mark("lab", "lab1-1", ["a", "b"], "delivered") == 2
        assert handler.mark("lab", "lab1-1", ["a", "b"], "delivered") == 0
        assert handler.mark("lab", "lab1-1", ["b", "c", "b"], "delivered") == 1
        assert handler.mark("lab", "lab1-1", [], "consumed") == 0
        assert handler.totals("lab", "lab1-1") == {"delivered": 3, "unknown": 2}

    def test_files_are_given_out_one_by_one_each_to_one_job(self, handler, abcde):
        handler.define("lab", "lab1-1", "defname: raw", ["a", "b", "c"])
        assert self.given(handler, 1) == "a" and self.given(handler, 2) == "b"
        assert self.given(handler, 1, "a") == "c"
        assert self.given(handler, 1, "a", "c") is None and self.given(handler, 2, "b") is None
        assert self.statuses(handler, "lab1-1") == dict.fromkeys("abc", "delivered")

    def test_who_asks_again_is_given_the_same_file(self, handler, abcde):
        handler.define("lab", "lab1-1", "defname: raw")
        assert self.given(handler, 1) == self.given(handler, 1) == "a"
        handler.mark("lab", "lab1-1", ["a"], "transferred", job="pool#1.1", attempt=1)
        assert self.given(handler, 1) == "a"
        handler.mark("lab", "lab1-1", ["a"], "consumed", job="pool#1.1", attempt=1)
        assert self.given(handler, 1) == "b"
        handler.mark("lab", "lab1-1", ["b"], "failed", job="pool#1.1", attempt=1)
        assert self.given(handler, 1) == "c"

    def test_a_later_start_of_the_job_is_given_what_the_earlier_left_open(self, handler, abcde):
        handler.define("lab", "lab1-1", "defname: raw", ["a", "b"])
        assert self.given(handler, 1) == "a"
        assert self.given(handler, 1, attempt=2) == "a"
        assert self.given(handler, 1) == "b", "an earlier start that is still about does not take it back"
        assert self.given(handler, 2) is None and self.given(handler, 1, "a", attempt=2) == "b"
        assert self.given(handler, 1) is None

    def given(self, handler: DataHandler, job: int, *having: str, attempt: int = 1) -> str | None:
        file = handler.take_next("lab", "lab1-1", job=f"pool#1.{job}", attempt=attempt, having=having)
        assert file is None or file.status == "delivered" and file.locations
        return file.name if file else None

    def test_a_file_that_is_no_input_is_refused_and_nothing_is_marked(self, handler, abcde):
        handler.define("lab", "lab1-1", "defname: raw", ["a"])
        with pytest.raises(Invalid, match="b is no input of lab1-1"):
            handler.mark("lab", "lab1-1", ["a", "b"], "consumed")
        assert self.statuses(handler, "lab1-1") == {"a": "unknown"}

    def test_a_status_that_does_not_exist_is_refused_with_those_that_do(self, handler, abcde):
        handler.define("lab", "lab1-1", "defname: raw")
        with pytest.raises(Invalid, match="eaten.*consumed"):
            handler.mark("lab", "lab1-1", ["a"], "eaten")

    def test_two_projects_over_one_file_do_not_meet(self, handler, abcde):
        for tag in ("lab1-1", "lab1-2"):
            handler.define("lab", tag, "defname: raw", ["a"])
        handler.mark("lab", "lab1-1", ["a"], "consumed")
        assert (self.statuses(handler, "lab1-1"), self.statuses(handler, "lab1-2")) == ({"a": "consumed"}, {"a": "unknown"})

    def test_inputs_are_located_when_every_pattern_has_a_physical_child(self, handler, put, abcde):
        handler.define("lab", "lab1-1", "defname: raw")
        made = {"software_version": "v2", "created_at": LATER}
        put("a.root", parents=["a"], **made), put("a.txt", parents=["a"], **made)
        put("b.root", parents=["b"], **made), put("b.txt", parents=["b"], located="", **made)
        put("c.root", parents=["c"], **made)
        put("d.root", parents=["d"], software_version="v1", created_at=LATER)
        put("e.root", parents=["e"], software_version="v2", created_at=LONG_AGO)

        def located(*patterns: str, version: str = "v2") -> int:
            return handler.located("lab", "lab1-1", patterns, version, LONG_AGO, 1)

        assert located("%.root") == 3
        assert located("%.root", version="") == 4
        assert located("%.root", "%.txt") == 1
        assert located("%") == 3
        assert located("file_name like '%.root' or file_name c.root") == 3
        assert located("it's") == 0

    def test_descendants_are_looked_for_at_their_depth_only(self, handler, put, abcde):
        handler.define("lab", "lab1-1", "defname: raw")
        put("a1", parents=["a"], located="", created_at=LATER), put("b1", parents=["b"], created_at=LATER)
        put("a2", parents=["a1"], created_at=LATER)
        assert handler.located("lab", "lab1-1", ["%"], "", LONG_AGO, 1) == 1
        assert handler.located("lab", "lab1-1", ["%"], "", LONG_AGO, 2) == 1
        assert handler.located("lab", "lab1-1", ["%"], "", LONG_AGO, 3) == 0

    def test_a_project_may_be_ended_twice(self, handler):
        handler.define("lab", "lab1-1", "")
        handler.end("lab", "lab1-1")
        handler.end("lab", "lab1-1")
