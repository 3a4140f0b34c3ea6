"""Hostile texts in every field of a campaign that reaches a command: they arrive as they are, or are refused with a sentence; nothing runs of them.

    TEXTS=22 pytest tests/adapters/test_hostile_fields.py      so many texts in each field, all together all of them
    RESULT=file                                                the figures, as JSON; each batch system adds its own
"""
import json
import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from getpass import getuser
from pathlib import Path

import pytest

from campaigns.document import Campaign, Dependency, JobType, LoginSetup, Settings, Stage
from pomssite.kit import clock, registry
from pomssite.kit.errors import PomsError
from submissions.batch.local import stop_all
from submissions.batch.port import JobRef
from submissions.command import one_word
from submissions.models import GridCluster, Submission
from submissions.services import launch, leases
from submissions.states import JobState
from tests.figures import told
from tests.makers import make_actor, make_campaign, make_document, make_intent
from tests.sshd import running
from tests.waiting import until

SHOW = """sh -c 'printf "%%s\\0" "$@"; printf "THEN\\0"; env -0' sh"""      # each word, then each variable
AFTER = 4       # words of it
PLAIN = Settings(dataset="[[1]]", split="multiparam", memory_mb=32, disk_mb=10)
FOLLOWER = Stage("after", replace(PLAIN, dataset="from_parent", split="none"))
pytestmark = pytest.mark.django_db(transaction=True)


def texts(trap: Path) -> list[str]:
    """Each would make the file `trap`, or break a line, a quote or a template, if anybody read it as more than a text."""
    return ["it's", '"', f"$(touch {trap})", f"`touch {trap}`", f"x; touch {trap} #", f"two\ntouch {trap}\nlines", f"'; touch {trap}; '",
            f'"; touch {trap}; "', "%", "%(dataset)s", "%(nothing)s", "%%", "$HOME $$(x) $ENV(HOME)", "ünï → 中 💥", "-oProxyCommand=x", "\\", "\\n",
            "\r\t\x1b[31m", "{{name}}", "a,b;c|d&e>f<g*", "x" * 100_000, "'" * 30_000]


@dataclass(frozen=True)
class Form:
    """A document with a text in one of its fields; which words and variables must come of that."""

    made: Callable[[Campaign, str], Campaign]
    words: Callable[[str], tuple[str, ...]] = lambda text: ()
    variables: Callable[[str], Mapping[str, str]] = lambda text: {}


def meant(text: str) -> str:
    """As somebody writes it in a template who means just that."""
    return text.replace("%", "%%")


def stage(doc: Campaign, **more) -> Campaign:
    return replace(doc, stages=(replace(doc.stages[0], settings=replace(PLAIN, **more)),))


def job_type(doc: Campaign, **more) -> Campaign:
    return replace(doc, job_types=(replace(doc.job_types[0], **more),))


def login(doc: Campaign, **more) -> Campaign:
    return replace(doc, login_setups=(replace(doc.login_setups[0], **more),))


def word(text: str) -> tuple[str, ...]:
    return ("--x", text)


FORMS = {
    "campaign name": Form(lambda doc, text: replace(doc, name=text), variables=lambda text: {"POMS4_CAMPAIGN_NAME": one_word(text)}),
    "stage name": Form(lambda doc, text: replace(doc, stages=(Stage(text, PLAIN),)), variables=lambda text: {"POMS_STAGE": one_word(text)}),
    "parameter": Form(lambda doc, text: stage(doc, param_overrides=(("--x ", meant(text)),)), word),
    "parameter, %": Form(lambda doc, text: stage(doc, param_overrides=(("--x ", text),))),
    "key of a parameter": Form(lambda doc, text: stage(doc, param_overrides=((f"{meant(text)}=", "1"),)), lambda text: (f"{text}=1",)),
    "campaign's parameter": Form(lambda doc, text: replace(stage(doc, merge_overrides=True), defaults=replace(
        doc.defaults, param_overrides=(("--x ", meant(text)),))), word),
    "job type's parameter": Form(lambda doc, text: job_type(doc, parameters=(("--x ", meant(text)),)), word),
    "launch script": Form(lambda doc, text: job_type(doc, launch_script=f"{SHOW} {shlex.quote(meant(text))}"), lambda text: (text,)),
    "launch script, unquoted": Form(lambda doc, text: job_type(doc, launch_script=f"{SHOW} {text}")),
    "software version": Form(lambda doc, text: stage(doc, software_version=meant(text), param_overrides=(("--x=", "%(version)s"),))),
    "keyword": Form(lambda doc, text: replace(stage(doc, param_overrides=(("--x=", "%(mine)s"),)), keywords=(("mine", text),)),
                    lambda text: (f"--x={text}",)),
    "value of a split": Form(lambda doc, text: stage(doc, dataset=json.dumps([[text]]), param_overrides=(("--x=", "%(dataset)s"),))),
    "output pattern": Form(lambda doc, text: job_type(doc, output_file_patterns=text)),
    "pattern of a dependency": Form(lambda doc, text: replace(doc, stages=(*doc.stages, FOLLOWER), dependencies=(Dependency("s", "after", text),))),
    "host": Form(lambda doc, text: login(doc, host=meant(text))),
    "account": Form(lambda doc, text: login(doc, account=meant(text))),
    "set-up": Form(lambda doc, text: login(doc, setup=f"export SAID={shlex.quote(meant(text))}")),
}


@contextmanager
def local(request, folder: Path) -> Iterator[tuple[str, LoginSetup]]:
    request.getfixturevalue("settings").BATCH_SYSTEMS = {"default": {"BACKEND": "submissions.batch.local.LocalBatch",
                                                                    "OPTIONS": {"folder": str(folder / "grid"), "slots": 2}}}
    yield "payload", LoginSetup("farm", "", "", "")
    stop_all(folder / "grid")


@contextmanager
def pool(request, folder: Path) -> Iterator[tuple[str, LoginSetup]]:
    request.getfixturevalue("on_pool")()
    yield "payload", LoginSetup("farm", "", "", "")


@contextmanager
def ssh(request, folder: Path) -> Iterator[tuple[str, LoginSetup]]:
    with running(folder / "sshd") as sshd:
        (folder / "jobs").mkdir()
        options = {"pool": "pool", "key": str(sshd.folder / "id"), "known_hosts": str(sshd.folder / "known_hosts"), "port": sshd.port,
                   "folder": str(folder / "launches"), "wait_s": 20.0}
        request.getfixturevalue("settings").BATCH_SYSTEMS = {
            "default": {"BACKEND": "submissions.batch.login.LoginHostBatch", "OPTIONS": options},
            "pool": {"BACKEND": "tests.adapters.loginhosts.FolderPool", "OPTIONS": {"folder": str(folder / "jobs")}}}
        yield "submitter", LoginSetup("farm", "127.0.0.1", getuser(), "")
        registry.backend("BATCH_SYSTEMS").inside.lines.close()


USUAL = {"local": 2, "pool": 2, "ssh": 1}       # a launch over ssh takes a second


@pytest.mark.parametrize("system", [local, pool, ssh])
def test_a_text_arrives_as_it_is_or_is_refused_and_nothing_runs(system, request, tmp_path, settings):
    settings.WAKE_UPS = False
    trap, many = tmp_path / "trap", int(os.environ.get("TEXTS") or USUAL[system.__name__])
    tmp_path.chmod(0o777)
    all_texts, launched, refused, wrong = texts(trap), {}, {}, []
    with system(request, tmp_path) as (style, setup):
        registry._made.cache_clear()
        doc = replace(make_document("hostile", (Stage("s", PLAIN),), ()), job_types=(JobType("payload", SHOW, style=style),), login_setups=(setup,))
        for place, (name, form) in enumerate(FORMS.items()):
            for text in (all_texts * 2)[place * many % len(all_texts):][:many]:
                row = launch_of(form, text, doc, f"hostile{len(launched) + len(refused)}")
                (refused if isinstance(row, str) else launched)[name, text] = row
        for (name, text), row in launched.items():
            wrong += [f"{name}, {text[:40]!r}: {what}" for what in amiss(FORMS[name], text, row, *arrived(row))]
    wrong += [f"{name}, {text[:40]!r}: refused without a sentence: {said!r}" for (name, text), said in refused.items() if len(said.split()) < 4]
    told(system.__name__, fields=len(FORMS), texts=many, arrived=len(launched), refused=len(refused), wrong=wrong, ran=trap.exists())
    assert not wrong and not trap.exists() and launched


def launch_of(form: Form, text: str, doc: Campaign, name: str) -> Submission | str:
    """Stored, asked for and launched; or the sentence that refuses it, at whichever of these."""
    job_types, logins = (tuple(replace(one, name=name) for one in ones) for ones in (doc.job_types, doc.login_setups))
    defaults = replace(doc.defaults, job_type=name, login_setup=name)
    doc = replace(doc, name=name, job_types=job_types, login_setups=logins, defaults=defaults)
    try:
        intent = make_intent(make_campaign(form.made(doc, text), actor=make_actor(), files=()), key=f"manual:{name}", at=clock.now())
    except PomsError as no:
        return str(no)
    launch.launch_ready(worker=leases.enlist("w1"), now=clock.now)
    intent.refresh_from_db()
    row = Submission.objects.filter(intent=intent, abandoned_at=None).first()
    return row or intent.why or intent.gate


def arrived(row: Submission) -> tuple[list[bytes], dict[bytes, bytes]]:
    """What the program of that launch was given, as it wrote it down itself."""
    batch = registry.backend("BATCH_SYSTEMS", row.batch)
    if row.runs_a_command:
        said = batch.launch_log(row.tag, 0, 10**6).text
    else:
        cluster = GridCluster.objects.get(submission=row)
        ref = JobRef(cluster.schedd, cluster.cluster, 0)
        until(lambda: ended(batch, ref), 120.0, 0.1)
        said = batch.read_log(ref, "stdout", 0, 10**6)
    words, _, variables = said.partition(b"THEN\0")
    pairs = (each.partition(b"=") for each in variables.split(b"\0"))
    return words.split(b"\0")[:-1], {name: value for name, _, value in pairs}


def ended(batch, ref: JobRef) -> bool:
    return any(report.ref == ref and report.state == JobState.DONE for report in batch.look("")[0])


def amiss(form: Form, text: str, row: Submission, words: list[bytes], variables: dict[bytes, bytes]) -> Iterator[str]:
    """Where what arrived is not what was written down for the launch, or not what was meant."""
    sent = [each.encode() for each in row.snapshot["command"][AFTER:]]
    if words != (sent or [b""]):
        yield f"other words arrived: {words!r:.200}"
    for name, value in row.snapshot["environment"].items():
        if variables.get(name.encode()) != value.encode():
            yield f"{name} arrived as {variables.get(name.encode())!r:.100}"
    if missing := set(form.words(text)) - {each.decode() for each in words}:
        yield f"{missing!r:.100} did not arrive"
    yield from (f"{name} is not what was meant" for name, value in form.variables(text).items() if variables.get(name.encode()) != value.encode())
