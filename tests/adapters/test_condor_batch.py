"""A real pool of HTCondor keeps the contract; and what only a pool can do: be gone, forget, be changed by others."""
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from pomssite.kit.errors import NoAnswer, Refused
from scripts.condorpool import SCHEDD, SECOND, CondorPool
from submissions.batch.condor import HTCondorBatch
from submissions.batch.condor.cursor import read
from submissions.batch.partly import Partly
from submissions.batch.port import JobRef, JobReport
from submissions.states import JOB_LIVE, JobState
from tests.adapters.batch_contract import GOOD, LONG, BatchContract, last_of, now, printed, shell, spec, states, told
from tests.condor import ad_of, batch_on, clear, folder_of
from tests.waiting import until as waited

J = JobState
PATIENCE, PAUSE = 40.0, 0.2      # a look is a question to three daemons


@pytest.fixture
def batch(pool: CondorPool) -> Iterator[HTCondorBatch]:
    with batch_on(pool) as batch:
        yield batch


class TestHTCondorBatch(BatchContract):
    patience, pause = PATIENCE, PAUSE
    tells_every_change = False

    def let_go(self, batch: HTCondorBatch, refs: Sequence[JobRef]) -> None:
        """Released before its shadow is gone, a job may wait five minutes for the schedd to think of it again."""
        names = " || ".join(f"ClusterId == {ref.cluster} && ProcId == {ref.proc}" for ref in refs)
        until(lambda: not any("RemoteHost" in ad for ad in ad_of(batch, names, "RemoteHost")))


def until(true: Callable[[], object]) -> None:
    waited(true, PATIENCE, PAUSE)


def ended(batch: HTCondorBatch, argv: tuple[str, ...], **more: object) -> JobReport:
    return last_of(batch, argv, until, **more)


def test_hostile_words_and_variables_arrive_byte_for_byte(batch: HTCondorBatch, tmp_path: Path) -> None:
    trap = f"$(touch {batch.folder}/trap)`touch {batch.folder}/trap`"
    hostile = ("", " ", "'", '"', "a'b\"c", trap, "$(ClusterId)", "$$(Memory)", "$ENV(HOME)", "%(dataset)s %%", "two\nlines\n", "\ttab\r", "é 中 🎉",
               "\\", "\\n", "-n", "A=B", "; exit 7", "\x01\x7f", "x" * 100_000)
    variables = (*((f"HOSTILE_{number}", word) for number, word in enumerate(hostile)), ("odd.name-é", "of a variable"))
    report = ended(batch, shell('printf "%s\\0" "$@"; env -0 >&2', *hostile), environment=variables)
    assert report.state == J.DONE
    assert printed(batch, report.ref) == b"".join(word.encode() + b"\0" for word in hostile)
    seen = set(batch.read_log(report.ref, "stderr", 0, 10**6).split(b"\0"))
    assert {f"{name}={word}".encode() for name, word in variables[:-1]} <= seen
    assert not (batch.folder / "trap").exists()


@pytest.mark.parametrize(("wrong", "said"), [
    ({"style": "submitter"}, "style is 'submitter'"), ({"tag": ""}, "tag is ''"), ({"tag": 'a"b'}, "tag is"), ({"argv": ()}, "argv"),
    ({"argv": ("A=b",)}, "without an equals sign"), ({"jobs": 0}, "jobs is 0"), ({"memory_mb": 0}, "memory_mb is 0"), ({"wall_s": 0}, "wall_s is 0"),
    ({"cpus": 0}, "cpus is 0"), ({"disk_mb": 0}, "disk_mb is 0"), ({"argv": ("a\0b",)}, "NUL"), ({"argv": ("\ud800",)}, "Unicode"),
    ({"argv": ("x" * 140_000,)}, "longer than"), ({"argv": ("x", *("y" * 100_000,) * 12)}, "argv and environment are longer"),
    ({"environment": (("A=B", "c"),)}, "equals sign"), ({"inputs": (("../token", "x"),)}, "plain file names"),
    ({"inputs": (("token", "x"), ("token", "y"))}, "the same name")])
def test_what_it_cannot_do_is_refused_and_nothing_is_sent(batch: HTCondorBatch, wrong: dict, said: str) -> None:
    with pytest.raises(Refused, match=said):
        batch.submit(spec(**{"tag": "lab1-1", "argv": LONG, **wrong}))
    assert batch.look("")[0] == [] and not batch.folder.exists()


@pytest.mark.parametrize(("config", "said"), [
    ("SUBMIT_REQUIREMENT_NAMES = s\nSUBMIT_REQUIREMENT_s = RequestMemory < 9\nSUBMIT_REQUIREMENT_s_REASON = \"at most 9 MB\"", "pool@: at most 9 MB"),
    ("MAX_JOBS_PER_SUBMISSION = 2", "pool@: more jobs than it takes")])
def test_what_the_schedd_will_not_have_is_refused(batch: HTCondorBatch, pool: CondorPool, config: str, said: str) -> None:
    pool.do("root", "sh", "-c", 'echo "$0" >/etc/condor/config.d/71-will-not; condor_reconfig -daemon schedd', config)
    try:
        until(lambda: _refusal(batch))
        assert said in _refusal(batch)
    finally:
        pool.do("root", "sh", "-c", "rm /etc/condor/config.d/71-will-not; condor_reconfig -daemon schedd")
    until(lambda: not _refusal(batch))


def _refusal(batch: HTCondorBatch) -> str:
    try:
        batch.submit(spec(jobs=3))
    except Refused as no:
        return str(no)
    return ""


def test_a_description_that_is_wrong_is_refused(pool: CondorPool) -> None:
    with batch_on(pool, submit={"request_memory": "((("}) as batch, pytest.raises(Refused, match="the description is wrong"):
        batch.submit(spec())


def test_a_job_knows_who_it_is_and_has_its_token(batch: HTCondorBatch) -> None:
    words = "env; stat -c 'MODE=%a' $POMS_TOKEN_FILE; echo TOKEN=$(cat $POMS_TOKEN_FILE); ls; stat -c 'HERE=%a' ."
    report = ended(batch, shell(words), environment=(("POMS4_SUBMISSION_ID", "41"), ("LANG", "C")), inputs=(("a, b", "2"), ("token", "s3cret")))
    lines = printed(batch, report.ref).decode().splitlines()
    seen = dict(line.split("=", 1) for line in lines if "=" in line)
    assert (seen["POMS_JOB"], seen["POMS_JOB_INDEX"], seen["POMS_JOBS"], seen["POMS_ATTEMPT"]) == (str(report.ref), "0", "1", "1")
    assert (seen["MODE"], seen["TOKEN"], seen["HERE"], seen["LANG"]) == ("600", "s3cret", "700", "C")
    assert seen["HOME"] == seen["POMS_SCRATCH"] == seen["PWD"] and {"a, b", "token"} <= set(lines)
    ad = ad_of(batch, f"ClusterId == {report.ref.cluster}", batch.attribute, "POMS4_SUBMISSION_ID", "Environment", "Args")[0]
    assert (ad[batch.attribute], ad["POMS4_SUBMISSION_ID"]) == ("lab1-1", 41) and "s3cret" not in str(ad)
    assert stat.S_IMODE(folder_of(batch, "lab1-1").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder_of(batch, "lab1-1").glob("poms-input-*")} == {0o600}


def test_a_program_beside_the_job_is_found_by_its_name(batch: HTCondorBatch) -> None:
    report = ended(batch, ("tool", "it's"), inputs=(("tool", "#!/bin/sh\necho $1; stat -c %a $0; command -v tool"),))
    said, mode, place = printed(batch, report.ref).decode().split("\n")[:3]
    assert (report.state, said, mode) == (J.DONE, "it's", "700") and place.endswith("/poms/tool")


def test_a_job_over_its_limits_has_failed_and_says_so(batch: HTCondorBatch) -> None:
    eat = "x=$(head -c 150000000 /dev/zero | tr '\\0' x); sleep 300"
    late, hungry = batch.submit(spec(argv=LONG, wall_s=1)) + batch.submit(spec("lab1-2", argv=shell(eat), memory_mb=60))
    until(lambda: states(batch, [late, hungry]) == {J.FAILED})
    reports = told(batch)
    assert reports[late].reason.endswith(", 1 s requested") and reports[late].signal == reports[hungry].signal == 9
    assert reports[hungry].reason.endswith(", 60 MB requested") and reports[hungry].memory_mb > 60


def test_how_a_job_ended_and_what_it_used_is_told(batch: HTCondorBatch) -> None:
    died = batch.submit(spec(argv=shell("kill -SEGV $$")))[0]
    absent = batch.submit(spec("lab1-2", argv=("/no/such/program",)))[0]
    burnt = batch.submit(spec("lab1-3", argv=shell("i=0; while [ $i -lt 6000000 ]; do i=$((i + 1)); done")))[0]
    until(lambda: states(batch, [died, absent, burnt]) <= {J.FAILED, J.DONE})
    reports = told(batch)
    assert (reports[died].signal, reports[died].exit_code, reports[died].reason) == (11, None, "ended by SIGSEGV")
    assert (reports[absent].state, reports[absent].exit_code) == (J.FAILED, 127)
    assert b"/no/such/program" in batch.read_log(absent, "stderr", 0, 1000)
    assert reports[burnt].cpu_s > 0.3 and reports[burnt].wall_s >= 1 and reports[burnt].site == "pool" and reports[burnt].host


def test_what_happens_to_a_job_within_seconds_is_told_in_order(batch: HTCondorBatch) -> None:
    refs = batch.submit(spec(argv=LONG))
    heard: list[JobReport] = []
    cursor = batch.look("")[1]

    def listened(state: JobState) -> bool:
        nonlocal cursor
        news, cursor = batch.look(cursor)
        heard.extend(news)
        return states(batch, refs) == {state}

    until(lambda: listened(J.RUNNING))
    for deed, state in (("hold", J.HELD), ("release", J.IDLE), ("hold", J.HELD), ("remove", J.REMOVED)):
        assert batch.act(deed, refs, "a test") == {refs[0]: ""}
        until(lambda state=state: listened(state) or (state, states(batch, refs)) == (J.IDLE, {J.RUNNING}))
    times = [report.heard_at for report in heard]
    assert times == sorted(times) and heard[-1].state == J.REMOVED and len({(r.heard_at, r.state) for r in heard}) == len(heard)


def test_a_job_removed_by_hand_in_the_pool_is_told(batch: HTCondorBatch) -> None:
    refs = batch.submit(spec(argv=LONG, jobs=2))
    cursor = batch.look("")[1]
    clear(batch.pool, f"ClusterId == {refs[0].cluster} && ProcId == 1")
    until(lambda: told(batch)[refs[1]].state == J.REMOVED)
    assert {report.ref: report.reason for report in batch.look(cursor)[0]}[refs[1]] == "the test is over"
    assert told(batch)[refs[0]].state in JOB_LIVE


def test_folders_of_launches_that_are_over_and_forgotten_go(pool: CondorPool) -> None:
    with batch_on(pool, keep_s=-60) as batch:       # all is old at once
        batch.submit(spec())
        over = batch.folder / "00000000001-lab1-0-abcd"
        (over / "some").mkdir(parents=True)
        batch.submit(spec("lab1-2"))
        assert folder_of(batch, "lab1-1").exists() and not over.exists()


def test_a_folder_that_cannot_be_written_is_a_refusal(pool: CondorPool) -> None:
    with batch_on(pool) as batch, pytest.raises(Refused, match="nothing was sent"):
        batch.folder = Path("/proc/none")
        batch.submit(spec())


def test_two_see_nothing_of_each_other(batch: HTCondorBatch, pool: CondorPool) -> None:
    refs = batch.submit(spec())
    with batch_on(pool) as other:
        assert other.look("")[0] == [] and other.find("lab1-1", now()) == ()
        assert "not known here" in other.act("remove", refs, "not mine")[refs[0]]
        with pytest.raises(Refused, match="is not known here"):
            other.read_log(refs[0], "stdout", 0, 10)
    assert states(batch, refs) <= JOB_LIVE


def test_who_may_not_is_told_so_for_each_job(batch: HTCondorBatch, pool: CondorPool) -> None:
    mine = batch.submit(spec())[0]
    said = f"universe=vanilla\nexecutable=/bin/sleep\narguments=300\nMY.{batch.attribute}=\"lab1-1\"\nqueue 2\n"
    pool.do("root", "sh", "-c", 'id other || useradd -m other; cd /home/other && printf "$0" | runuser -u other condor_submit', said)
    others = [ref for ref in batch.find("lab1-1", now()) if ref != mine]
    answers = batch.act("remove", [mine, *others], "all of them")
    assert len(others) == 2 and answers == {mine: "", **{ref: f"pool@ refused to remove {ref}: permission denied" for ref in others}}
    pool.do("root", "sh", "-c", "runuser -u other condor_rm other")


def test_a_pulse_asks_each_schedd_once(batch: HTCondorBatch) -> None:
    batch.submit(spec(argv=GOOD, jobs=3))
    cursor = batch.look("")[1]
    asked: list[str] = []
    for name in ("queue", "history"):
        setattr(batch.pool, name, _counted(getattr(batch.pool, name), name, asked))
    batch.look(cursor)
    assert asked == ["queue", "history"]


def _counted(call: Callable, name: str, asked: list[str]) -> Callable:
    return lambda *words, **more: (asked.append(name), call(*words, **more))[1]


def test_jobs_that_are_spooled_have_their_inputs_and_bring_their_logs(pool: CondorPool) -> None:
    with batch_on(pool, spool=True, uid=None) as batch:
        since = now()
        refs = batch.submit(spec(argv=shell("cat $POMS_TOKEN_FILE; echo $POMS_JOB_INDEX >&2"), jobs=2, inputs=(("token", "s3cret"),)))
        assert states(batch, refs) <= JOB_LIVE
        until(lambda: states(batch, refs) == {J.DONE})
        assert [batch.read_log(ref, "stdout", 0, 100) for ref in refs] == [b"s3cret"] * 2
        assert batch.log_sizes(refs[1])["stderr"] == 2 and b"done" in batch.read_log(refs[1], "log", 0, 10**5)
        assert batch.find("lab1-1", since) == refs and set(batch.act("hold", refs, "too late").values()) == {""}


def test_of_a_large_launch_the_queue_holds_some_and_all_are_told_of(pool: CondorPool) -> None:
    with batch_on(pool, at_once=4) as batch:
        since = now()
        refs = batch.submit(spec(jobs=30))
        assert len(ad_of(batch, f"{batch.attribute} =!= undefined && ProcId =!= undefined", "ProcId")) <= 5
        assert batch.find("lab1-1", since) == refs and set(told(batch)) == set(refs) and states(batch, refs[4:]) == {J.IDLE}
        assert batch.read_log(refs[-1], "stdout", 0, 10) == b""
        assert "not made yet" in batch.act("hold", refs[-1:], "one of them")[refs[-1]]
        cursor = batch.look("")[1]
        for deed, live in (("hold", {J.HELD, J.IDLE}), ("release", {J.IDLE, J.RUNNING}), ("remove", {J.REMOVED})):
            assert set(batch.act(deed, refs, "all of them").values()) == {""}
            until(lambda live=live: states(batch, refs) <= live)
        assert told(batch)[refs[-1]].reason == "all of them"
        assert {report.ref for report in batch.look(cursor)[0] if report.state == J.REMOVED} == set(refs)


def test_the_jobs_of_a_large_launch_are_made_as_others_end(pool: CondorPool) -> None:
    with batch_on(pool, at_once=2) as batch:
        refs = batch.submit(spec(argv=GOOD, jobs=6))
        until(lambda: states(batch, refs) == {J.DONE})


def test_the_history_of_another_queue_gives_no_answer(batch: HTCondorBatch) -> None:
    with pytest.raises(NoAnswer, match="does not reach back"):
        batch.find("lab1-1", now() - timedelta(days=30))


def test_a_history_that_was_thrown_away_gives_no_answer(batch: HTCondorBatch, pool: CondorPool) -> None:
    since = now()
    refs = batch.submit(spec(jobs=60, argv=LONG))
    small = "printf 'MAX_HISTORY_LOG = 20000\nMAX_HISTORY_ROTATIONS = 1\n' >/etc/condor/config.d/70-small; condor_reconfig"
    pool.do("root", "sh", "-c", small)
    try:
        batch.act("remove", refs, "to fill the history")
        until(lambda: all(report.state not in JOB_LIVE for report in told(batch).values()))
        assert 0 < len(batch.find("lab1-1", since)) < 60, "what is left of it is found"
        with pytest.raises(NoAnswer, match="does not reach back"):
            batch.find("lab1-2", since)
        assert batch.find("lab1-2", now() + timedelta(hours=2)) == (), "what was removed while it waited left at once, and long before then"
    finally:
        pool.do("root", "sh", "-c", "rm /etc/condor/config.d/70-small; condor_reconfig")


def test_a_thousand_held_jobs_are_acted_on_in_one_call(pool: CondorPool) -> None:
    with batch_on(pool, submit={"hold": "true"}) as batch:
        refs = batch.submit(spec(jobs=1000))
        for deed, state in (("release", J.IDLE), ("hold", J.HELD), ("remove", J.REMOVED)):
            begun = time.monotonic()
            assert set(batch.act(deed, refs, "a test of many").values()) == {""}
            assert time.monotonic() - begun < 5
            until(lambda state=state: states(batch, refs) <= {state, *((J.RUNNING,) if state == J.IDLE else ())})


def test_a_schedd_that_is_stopped_gives_no_answer_and_comes_back_with_all(batch: HTCondorBatch, pool: CondorPool) -> None:
    since = now()
    refs = batch.submit(spec(argv=LONG))
    done = ended(batch, GOOD, tag="lab1-2")
    cursor = batch.look("")[1]
    pool.do("root", "condor_off", "-fast", "-daemon", "schedd")
    until(lambda: _silent(batch))
    for ask in (lambda: batch.look(""), lambda: batch.look(cursor), lambda: batch.find("lab1-1", since), lambda: batch.find("lab1-9", since),
                lambda: batch.read_log(done.ref, "stdout", 0, 10), lambda: batch.submit(spec("lab1-3"))):
        with pytest.raises(NoAnswer, match="pool@|none of our schedds"):
            ask()
    assert "does not answer" in batch.act("remove", refs, "a test")[refs[0]]
    pool.do("root", "condor_on", "-daemon", "schedd")
    until(lambda: not _silent(batch))
    assert batch.find("lab1-1", since) == refs and batch.find("lab1-2", since) == (done.ref,) and batch.find("lab1-9", since) == ()
    assert done.ref not in {report.ref for report in batch.look(cursor)[0]}, "the same queue: what was told is not told again"
    assert told(batch)[done.ref] == done
    until(lambda: states(batch, refs) == {J.RUNNING})


def test_two_schedds_are_two_and_a_new_queue_is_not_the_old_one(pool: CondorPool) -> None:
    with batch_on(pool, schedds=[SCHEDD, SECOND]) as both:
        one, other = (_with(both, pool, name) for name in (SCHEDD, SECOND))
        since = now()
        one.submit(spec("lab1-0"))      # the numbers of the first are ahead of the second's
        kept, gone = one.submit(spec())[0], other.submit(spec("lab1-2"))[0]
        assert kept.cluster != gone.cluster
        cursor = both.look("")[1]
        assert both.find("lab1-1", since) == (kept,) and both.find("lab1-2", since) == (gone,)
        pool.do("root", "condor_off", "-fast", "-daemon", "SCHEDD2")
        until(lambda: _silent(both))
        one.act("hold", [kept], "heard all the same")
        until(lambda: states(one, [kept]) == {J.HELD})
        with pytest.raises(Partly, match="second@") as some:
            both.look(cursor)
        heard = {report.ref for report in some.value.told}
        assert kept in heard and {ref.schedd for ref in heard} == {SCHEDD} and some.value.may_be_of(gone) and not some.value.may_be_of(kept)
        assert set(read(some.value.cursor)) == set(read(cursor)) == {SCHEDD, SECOND}
        answers = both.act("hold", [kept, gone], "one of them is gone")
        assert answers[kept] == "" and "second@ does not answer" in answers[gone]
        pool.do("root", "sh", "-c", NEW_QUEUE, kept.cluster)
        until(lambda: not _silent(both))
        same = other.submit(spec("lab1-3"))[0]
        assert same.cluster == kept.cluster and same != kept
        news = {report.ref: report.tag for report in both.look(cursor)[0]}
        assert {kept: "lab1-1", same: "lab1-3"}.items() <= news.items() and gone not in news and gone not in told(both)
        assert set(both.act("remove", [same], "of two of that number this one").values()) == {""}
        assert told(both)[kept].state == J.HELD and told(both)[same].state == J.REMOVED
        until(lambda: both.pool.all()[1].born >= int(since.timestamp()))       # the collector has heard of the new one
        with pytest.raises(NoAnswer, match="second@ does not reach back"):
            both.find("lab1-2", since)


NEW_QUEUE = """rm /var/spool/condor/second/job_queue.log*
echo "SCHEDD2.SCHEDD_CLUSTER_INITIAL_VALUE = $0" >/etc/condor/config.d/70-second
condor_reconfig -daemon master; condor_on -daemon SCHEDD2"""


def _with(batch: HTCondorBatch, pool: CondorPool, schedd: str) -> HTCondorBatch:
    """The same jobs, one schedd alone."""
    return HTCondorBatch(**{**pool.options(batch.folder, attribute=batch.attribute), "schedds": [schedd]})


def _silent(batch: HTCondorBatch) -> bool:
    try:
        batch.look("")
    except NoAnswer:
        return True
    return False


def test_a_collector_that_is_not_there_gives_no_answer(pool: CondorPool) -> None:
    nowhere = HTCondorBatch(**{**pool.options(pool.shared[0] / "nowhere"), "collector": "127.0.0.1:1"})
    for ask in (lambda: nowhere.look(""), lambda: nowhere.find("lab1-1", now()), lambda: nowhere.submit(spec())):
        with pytest.raises(NoAnswer, match="127.0.0.1:1 does not answer"):
            ask()
    assert not nowhere.folder.exists()
