"""A real Slurm keeps the contract; and what only a Slurm can do: be gone, forget, kill over a limit, be ordered about by others."""
import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pomssite.kit.errors import NoAnswer, Refused
from scripts.slurmnode import SlurmNode
from submissions.batch.port import JobRef, JobReport
from submissions.batch.slurm import SlurmBatch
from submissions.states import JOB_LIVE, JobState
from tests.adapters.batch_contract import GOOD, LONG, BatchContract, last_of, now, printed, shell, spec, states, told
from tests.slurm import batch_on
from tests.waiting import until as waited

J = JobState
PATIENCE, PAUSE = 40.0, 0.1


@pytest.fixture(scope="session")
def late(node: SlurmNode) -> Iterator[tuple[SlurmBatch, JobRef]]:
    """A job over its time: Slurm counts in minutes, so it begins with the first test and is looked at in the last one."""
    with batch_on(node) as batch:
        yield batch, batch.submit(spec(argv=LONG, wall_s=1))[0]


@pytest.fixture
def batch(node: SlurmNode, late: tuple[SlurmBatch, JobRef]) -> Iterator[SlurmBatch]:
    with batch_on(node) as batch:
        yield batch


class TestSlurmBatch(BatchContract):
    patience, pause = PATIENCE, PAUSE
    tells_every_change = False


def until(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    waited(true, seconds, PAUSE)


def ended(batch: SlurmBatch, argv: tuple[str, ...], **more: object) -> JobReport:
    return last_of(batch, argv, until, **more)


def folder_of(batch: SlurmBatch, tag: str) -> Path:
    return next(batch.folder.glob(f"*-{tag}-*"))


def test_hostile_words_and_variables_arrive_byte_for_byte(batch: SlurmBatch) -> None:
    trap = f"$(touch {batch.folder}/trap)`touch {batch.folder}/trap`"
    hostile = ("", " ", "'", '"', "a'b\"c", trap, "%A.%a", "%(dataset)s %%", "two\nlines\n",
               "\n#SBATCH --array=0-9\n", "\ttab\r", "é 中 🎉", "\\", "\\n",
               "-n", "A=B", "; exit 7", "EOF", "\x01\x7f", "x" * 100_000)
    variables = (*((f"HOSTILE_{number}", word) for number, word in enumerate(hostile)), ("odd.name-é", "of a variable"), ("SBATCH_ARRAY", "0-3"))
    report = ended(batch, shell('printf "%s\\0" "$@"; env -0 >&2', *hostile), environment=variables)
    assert report.state == J.DONE
    assert printed(batch, report.ref) == b"".join(word.encode() + b"\0" for word in hostile)
    seen = set(batch.read_log(report.ref, "stderr", 0, 10**6).split(b"\0"))
    assert {f"{name}={word}".encode() for name, word in variables if "." not in name} <= seen
    assert not (batch.folder / "trap").exists() and len(told(batch)) == 1


@pytest.mark.parametrize(("wrong", "said"), [
    ({"style": "submitter"}, "style is 'submitter': Slurm runs payloads"), ({"tag": ""}, "tag is ''"), ({"tag": "a,b"}, "tag is"),
    ({"tag": "x" * 65}, "at most 64"), ({"argv": ()}, "argv"), ({"argv": ("a\0b",)}, "NUL"), ({"argv": ("\ud800",)}, "Unicode"),
    ({"argv": ("x" * 140_000,)}, "longer than"), ({"jobs": 1001}, "jobs is 1001: lab takes at most 1000 in one launch"),
    ({"inputs": (("../token", "x"),)}, "plain file names")])
def test_what_it_cannot_do_is_refused_and_nothing_is_sent(batch: SlurmBatch, wrong: dict, said: str) -> None:
    with pytest.raises(Refused, match=said):
        batch.submit(spec(**{"tag": "lab1-1", "argv": LONG, **wrong}))
    assert batch.look("")[0] == [] and not batch.folder.exists()


@pytest.mark.parametrize(("memory_mb", "partition", "said"), [(10**6, "prod", "Memory specification"), (1, "none", "partition")])
def test_what_slurm_itself_refuses_was_never_a_job(batch: SlurmBatch, memory_mb: int, partition: str, said: str) -> None:
    since, batch.more = now(), (f"--partition={partition}",)
    with pytest.raises(Refused, match=f"Slurm refused: .*{said}"):
        batch.submit(spec(memory_mb=memory_mb))
    assert batch.find("lab1-1", since) == () and batch.look("")[0] == []


def test_a_job_knows_who_it_is_and_has_its_token(batch: SlurmBatch) -> None:
    words = "env; stat -c 'MODE=%a' $POMS_TOKEN_FILE; echo TOKEN=$(cat $POMS_TOKEN_FILE); ls; stat -c 'HERE=%a' ."
    report = ended(batch, shell(words), environment=(("POMS4_SUBMISSION_ID", "41"), ("LANG", "C")), inputs=(("a, b", "2"), ("token", "s3cret")))
    lines = printed(batch, report.ref).decode().splitlines()
    seen = dict(line.split("=", 1) for line in lines if "=" in line)
    assert (seen["POMS_JOB"], seen["POMS_JOB_INDEX"], seen["POMS_JOBS"], seen["POMS_ATTEMPT"]) == (str(report.ref), "0", "1", "1")
    assert (seen["MODE"], seen["TOKEN"], seen["HERE"], seen["LANG"], seen["POMS4_SUBMISSION_ID"]) == ("600", "s3cret", "700", "C", "41")
    assert seen["HOME"] == seen["POMS_SCRATCH"] == seen["PWD"] and {"a, b", "token"} <= set(lines)
    assert not Path(seen["POMS_SCRATCH"]).exists() and not any(name.startswith(("DATABASE", "SECRET", "POMS_VAR")) for name in seen)
    folder = folder_of(batch, "lab1-1")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700 and {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("poms-input-*")} == {0o600}


@pytest.mark.parametrize("deed", ["remove", "hold"])
def test_a_job_that_is_ended_leaves_nothing_on_its_node(batch: SlurmBatch, deed: str) -> None:
    refs = batch.submit(spec(argv=shell("echo $POMS_SCRATCH; exec sleep 300"), inputs=(("token", "s3cret"),)))
    until(lambda: batch.read_log(refs[0], "stdout", 0, 1000))
    scratch = Path(batch.read_log(refs[0], "stdout", 0, 1000).decode().strip())
    assert (scratch / "token").exists()
    batch.act(deed, refs, "a test")
    until(lambda: not scratch.exists())


def test_a_program_beside_the_job_is_found_by_its_name(batch: SlurmBatch) -> None:
    report = ended(batch, ("tool", "it's"), inputs=(("tool", "#!/bin/sh\necho $1; stat -c %a $0; command -v tool"),))
    said, mode, place = printed(batch, report.ref).decode().split("\n")[:3]
    assert (report.state, said, mode) == (J.DONE, "it's", "700") and "/poms." in place


def test_how_a_job_ended_is_told(batch: SlurmBatch) -> None:
    died = batch.submit(spec(argv=shell("kill -SEGV $$")))[0]
    absent = batch.submit(spec("lab1-2", argv=("/no/such/program",)))[0]
    hungry = batch.submit(spec("lab1-3", argv=shell("x=$(head -c 200000000 /dev/zero | tr '\\0' x); sleep 300"), memory_mb=60))[0]
    until(lambda: states(batch, [died, absent, hungry]) == {J.FAILED})
    reports = told(batch)
    assert (reports[died].signal, reports[died].exit_code, reports[died].reason) == (11, None, "ended by SIGSEGV")
    assert (reports[absent].exit_code, reports[absent].reason) == (127, "ended with exit code 127")
    assert b"/no/such/program" in batch.read_log(absent, "stderr", 0, 1000)
    assert (reports[hungry].signal, reports[hungry].reason) == (9, "ended by SIGKILL") and reports[hungry].host
    assert b"exceeded memory limit" in batch.read_log(hungry, "stderr", 0, 1000), "without cgroups Slurm says it nowhere else"


def test_a_job_removed_and_held_by_others_is_told(batch: SlurmBatch, node: SlurmNode) -> None:
    held, removed = batch.submit(spec(argv=LONG, jobs=2))
    until(lambda: states(batch, [held, removed]) == {J.RUNNING})
    cursor = batch.look("")[1]
    node.do("do", "scontrol", "requeuehold", f"{held.cluster}_0")
    node.do("do", "scancel", f"{held.cluster}_1")
    until(lambda: (told(batch)[held].state, told(batch)[removed].state) == (J.HELD, J.REMOVED))
    news = {report.ref: report.reason for report in batch.look(cursor)[0]}
    assert news == {held: "held in Slurm: job requeued in held state", removed: "removed in Slurm"}


def test_what_happens_to_a_job_is_told_in_order(batch: SlurmBatch) -> None:
    refs = batch.submit(spec(argv=LONG))
    heard: list[JobReport] = []
    cursor = batch.look("")[1]

    def listened(*wanted: JobState) -> bool:
        nonlocal cursor
        news, cursor = batch.look(cursor)
        heard.extend(news)
        return states(batch, refs) <= set(wanted)

    until(lambda: listened(J.RUNNING))
    for deed, wanted in (("hold", (J.HELD,)), ("release", (J.IDLE, J.RUNNING)), ("hold", (J.HELD,)), ("remove", (J.REMOVED,))):
        assert batch.act(deed, refs, "a test") == {refs[0]: ""}
        until(lambda wanted=wanted: listened(*wanted))
    places = [(report.heard_at, list(J).index(report.state)) for report in heard]
    assert places == sorted(set(places)) and heard[-1].state == J.REMOVED


def test_two_see_nothing_of_each_other(batch: SlurmBatch, node: SlurmNode) -> None:
    refs = batch.submit(spec())
    with batch_on(node) as other:
        assert other.look("")[0] == [] and other.find("lab1-1", now()) == ()
        assert "not known here" in other.act("remove", refs, "not mine")[refs[0]]
        with pytest.raises(Refused, match="is not known here"):
            other.read_log(refs[0], "stdout", 0, 10)
    assert states(batch, refs) <= JOB_LIVE


def test_what_slurm_refuses_to_do_is_said_for_each_job(batch: SlurmBatch, tmp_path: Path) -> None:
    refs = batch.submit(spec(jobs=2))
    no = tmp_path / "scancel"
    no.write_text("#!/bin/sh\necho 'scancel: error: Kill job error: Access/permission denied' >&2; exit 1\n")
    no.chmod(0o755)
    batch.commands.environment["PATH"] = f"{tmp_path}:{batch.commands.environment['PATH']}"
    answers = batch.act("remove", refs, "all of them")
    assert set(answers) == set(refs) and all("lab refused to remove" in said and "permission denied" in said for said in answers.values())


def test_a_pulse_asks_once(batch: SlurmBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    batch.submit(spec(argv=GOOD, jobs=3))
    cursor = batch.look("")[1]
    asked: list[str] = []
    ask = batch.commands.ask
    monkeypatch.setattr(batch.commands, "ask", lambda program, *words: (asked.append(program), ask(program, *words))[1])
    batch.look(cursor)
    assert asked == ["squeue"]


def test_a_thousand_waiting_jobs_are_acted_on_in_few_calls(batch: SlurmBatch) -> None:
    batch.more = ("--hold",)
    refs = batch.submit(spec(jobs=1000))
    assert states(batch, refs) == {J.HELD}
    assert set(batch.act("remove", refs, "a test of many").values()) == {""}
    until(lambda: states(batch, refs) == {J.REMOVED})
    assert {report.reason for report in told(batch).values()} == {"a test of many"}


def test_folders_of_launches_that_are_over_and_forgotten_go(node: SlurmNode) -> None:
    with batch_on(node, keep_s=-60) as batch:       # all is old at once
        batch.submit(spec())
        over = batch.folder / "00000000001-lab1-0-abcd"
        (over / "some").mkdir(parents=True)
        batch.submit(spec("lab1-2"))
        assert folder_of(batch, "lab1-1").exists() and not over.exists()


def test_beyond_what_slurm_remembers_there_is_no_answer(batch: SlurmBatch, node: SlurmNode) -> None:
    old = now() - timedelta(days=1)
    with pytest.raises(NoAnswer, match="nothing shows that it kept its jobs"):
        batch.find("lab1-1", old)
    batch.submit(spec("lab1-2"))
    sent = batch.commands.config().now
    until(lambda: batch.commands.config().now > sent)
    node.do("ctl-off")
    node.do("ctl-on")
    with pytest.raises(NoAnswer, match="forgets ended jobs after 600 s"):
        batch.find("lab1-1", old)
    completed = Path(batch.completed.path)
    first, rest = completed.read_text().split("\n", 1)
    batch.completed.path = str(batch.folder / "jobcomp")
    Path(batch.completed.path).write_text(first.replace("EndTime=20", "EndTime=19") + "\n" + rest)
    assert batch.find("lab1-1", old) == ()


def test_jobs_that_slurm_has_forgotten_are_in_the_list_of_the_completed(batch: SlurmBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    """MinJobAge is ten minutes here; what squeue answers then is nothing."""
    since, refs = now(), batch.submit(spec(argv=GOOD, jobs=2))
    cursor = batch.look("")[1]
    until(lambda: states(batch, refs) == {J.DONE})
    seen = told(batch)
    monkeypatch.setattr(batch, "_queue", lambda *words: [])
    until(lambda: len(batch.completed.jobs()[0]) == 2)
    assert batch.find("lab1-1", since) == refs and set(batch.act("hold", refs, "too late").values()) == {""}
    for reports in (batch.look("")[0], batch.look(cursor)[0]):
        assert {(r.ref, r.tag, r.state, r.exit_code, r.ended_at) for r in reports} == {(ref, "lab1-1", J.DONE, 0, seen[ref].ended_at) for ref in refs}
    assert batch.look(batch.look(cursor)[1])[0] == [] and batch.read_log(refs[1], "stdout", 0, 100) == b"0123456789"


def test_an_array_that_was_removed_as_a_whole_is_told_job_by_job(batch: SlurmBatch, node: SlurmNode, monkeypatch: pytest.MonkeyPatch) -> None:
    batch.more = ("--hold",)
    refs = batch.submit(spec(jobs=3))
    node.do("do", "scancel", refs[0].cluster)
    until(lambda: len(batch.completed.jobs()[0]) == 3)
    assert states(batch, refs) == {J.REMOVED}
    monkeypatch.setattr(batch, "_queue", lambda *words: [])
    assert states(batch, refs) == {J.REMOVED}


def test_a_controller_that_is_stopped_gives_no_answer_and_comes_back_with_all(batch: SlurmBatch, node: SlurmNode) -> None:
    since = now()
    refs = batch.submit(spec(argv=LONG))
    done = ended(batch, GOOD, tag="lab1-2")
    cursor = batch.look("")[1]
    node.do("ctl-off")
    try:
        for ask in (lambda: batch.look(cursor), lambda: batch.find("lab1-9", since), lambda: batch.read_log(done.ref, "stdout", 0, 10),
                    lambda: batch.submit(spec("lab1-3"))):
            with pytest.raises(NoAnswer, match="controller does not answer"):
                ask()
        assert "does not answer" in batch.act("remove", refs, "a test")[refs[0]]
    finally:
        node.do("ctl-on")
    assert batch.find("lab1-1", since) == refs and batch.find("lab1-2", since) == (done.ref,) and batch.find("lab1-9", since) == ()
    assert done.ref not in {report.ref for report in batch.look(cursor)[0]} and told(batch)[done.ref] == done
    until(lambda: states(batch, refs) == {J.RUNNING})


def test_a_slurm_that_is_not_there_gives_no_answer(tmp_path: Path) -> None:
    batch = SlurmBatch(tmp_path / "launches", programs=str(tmp_path))
    batch.commands.environment["PATH"] = str(tmp_path)
    for ask in (lambda: batch.look(""), lambda: batch.find("lab1-1", now()), lambda: batch.submit(spec())):
        with pytest.raises(NoAnswer, match="is not installed"):
            ask()
    assert not batch.folder.exists()


def test_a_submission_whose_answer_is_lost_is_found(batch: SlurmBatch, tmp_path: Path) -> None:
    since, lost = now(), tmp_path / "sbatch"
    lost.write_text("#!/bin/sh\n/usr/bin/sbatch \"$@\" >/dev/null && echo 'sbatch: error: Socket timed out on send/recv operation' >&2; exit 1\n")
    lost.chmod(0o755)
    batch.commands.environment["PATH"] = f"{tmp_path}:{batch.commands.environment['PATH']}"
    with pytest.raises(NoAnswer, match="Socket timed out"):
        batch.submit(spec(jobs=2))
    assert len(batch.find("lab1-1", since)) == 2


def test_a_job_over_its_time_has_failed_and_says_so(late: tuple[SlurmBatch, JobRef]) -> None:
    batch, ref = late
    until(lambda: states(batch, [ref]) == {J.FAILED}, 120)
    assert told(batch)[ref].reason == "ran longer than was requested" and told(batch)[ref].wall_s >= 60
