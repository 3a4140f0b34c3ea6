"""The demo campaign as an experiment of today runs it: by ssh to a login host, fife_launch, jobsub, a real pool, and fife_wrap around each job.

    POMS_REAL=FOLDER python -m tests.chained      says what `make demo-check` says; exit 0 only if every claim holds

The campaign is the demo's own file, written anew for a command that submits: what a payload is told by words of its own, fife_launch is told by
-O, and its configuration says the rest. The small jobsub is that of the tests.
"""
import json
import os
import re
import sys
import tomllib
from collections.abc import Iterator
from getpass import getuser
from pathlib import Path

from scripts import serve
from scripts.condorpool import SCHEDD
from scripts.demo import choices, grid
from scripts.demo.__main__ import clear, end
from scripts.demo.choices import Place
from tests import real
from tests.sshd import Sshd, fife, jobsub_on, running

ROOT = Path(__file__).parents[1]
TEMPLATE, PAYLOAD = ROOT / "demo" / "zmumu.ini", ROOT / "demo" / "payload"
JOBS = {"generate": 2, "simulate": 2}       # those of the other stages are one
JOB_TYPE = re.compile(r"style = payload\nlaunch_script = '\{\{python\}\}' poms-wrap (?P<options>.*) -- "
                      r"'\{\{python\}\}' '\{\{payload\}\}/(?P<stage>\w+)\.py'")
OVERRIDE = re.compile(r'\["--([\w-]+) ", ')
# the token and poms-wrap go with each job
CONFIG = """[global]
group = demo

[env_pass]
POMS_RUN = $POMS_RUN
POMS_CAMPAIGN = $POMS_CAMPAIGN
POMS_FAMILY_STEP = $POMS_FAMILY_STEP

[submit]
G = %(group)s
N = 1
f_1 = dropbox://$POMS_TOKEN_FILE

[job_setup]
export_1 = POMS_TOKEN_FILE=$CONDOR_DIR_INPUT/token
export_2 = POMS_JOB={schedd}#$CLUSTER.$PROCESS
export_3 = POMS_JOB_INDEX=$PROCESS

[executable]
name = {python}
arg_1 = \\$CONDOR_DIR_INPUT/poms-wrap
"""
WITH_POMS_WRAP = "'-Osubmit.f_2=dropbox://$POMS_SANDBOX/inputs/poms-wrap'"
DASHES = "\"'--'\""     # quoted for two shells, since fife_wrap would take them for its own


def configuration(text: str) -> str:
    """Of fife_launch, with a stage for each of the campaign's."""
    stages = [_stage(found["stage"], found["options"], OVERRIDE.findall(_of_stage(text, found["stage"]))) for found in JOB_TYPE.finditer(text)]
    return "\n".join([CONFIG.format(schedd=SCHEDD, python=sys.executable), *stages])


def _of_stage(text: str, name: str) -> str:
    """The lines of one stage in the campaign's file."""
    return text.partition(f"[campaign_stage {name}]")[2].partition("\n[")[0]


def _stage(name: str, options: str, keys: list[str]) -> str:
    own = ["--input", "next"] if name == "simulate" else []     # jobs of a command that submits take files as they come
    patterns = [f'"{word}"' if "*" in word else word for word in options.split()]
    said = [*own, *patterns, DASHES, sys.executable, f"{PAYLOAD}/{name}.py", *(word for key in keys for word in (f"--{key}", f"%({key})s")),
            "#"]        # fife_launch ends the line with a backslash, which /bin/sh may take for a word
    jobs = JOBS.get(name, 1)
    return "\n".join([f"[stage_{name}]", f"submit.N = {jobs}", f"job_setup.export_4 = POMS_JOBS={jobs}",
                      *(f"executable.arg_{number} = {word}" for number, word in enumerate(said, 2)), ""])


def campaign(text: str, *, config: Path, setup: str) -> str:
    """The campaign's file for a command that submits."""
    text = JOB_TYPE.sub(lambda found: "\n".join([
        "style = submitter", 'parameters = [["-Osubmit.memory=", "{{memory}}MB"]]',
        f"launch_script = fife_launch -c '{config}' --stage {found['stage']} {WITH_POMS_WRAP}"]), text)
    text = OVERRIDE.sub(r'["-Oglobal.\1=", ', text).replace('"@memory_mb", "{{recovered}}"', '"-Osubmit.memory=", "{{recovered}}MB"')
    said = setup.replace("%", "%%").replace("\n", "\n  ")
    return text.partition("[login_setup demo]")[0] + "\n".join([
        "[login_setup demo]", "host = 127.0.0.1", f"account = {getuser()}", "batch = login", f"setup = {said}", ""])


def tables(sshd: Sshd, place: Place) -> Iterator[str]:
    """What the platform is told of the login host, beside its pool."""
    said = {"backend": "submissions.batch.login.LoginHostBatch", "pool": "htcondor", "key": str(sshd.folder / "id"), "port": sshd.port,
            "known_hosts": str(sshd.folder / "known_hosts"), "folder": str(place.var / "launches")}
    yield "[login]"
    yield from (f"{name} = {json.dumps(value)}" for name, value in said.items())


def through(place: Place, sshd: Sshd) -> int:
    """The campaign, and what is claimed of it."""
    grid.enter(place, alone=True)
    systems = Path(os.environ["POMS_BATCH_FILE"])
    pool = tomllib.loads(systems.read_text())["htcondor"]
    systems.write_text("\n".join([systems.read_text(), *tables(sshd, place), ""]))
    setup = "\n".join([jobsub_on(pool["collector"], place.var / "jobsub"), fife(real.folder("fife-utils"))])
    template, config, text = place.var / "chained.ini", place.var / "chained.cfg", TEMPLATE.read_text()
    config.write_text(configuration(text))
    template.write_text(campaign(text, config=config, setup=setup))
    serve.prepare()
    from scripts.demo import deeds  # rows can be read only now

    return deeds.check(place, template)


def main() -> int:
    place = choices.passing_place()
    choices.enter(place, alone=True)
    clear(place)
    os.environ["BATCH"] = "htcondor"
    try:
        with running(place.var / "sshd") as sshd:
            return through(place, sshd)
    finally:
        end(place)


if __name__ == "__main__":
    sys.exit(main())
