"""A small jobsub for tests: takes the options that POMS and the tests use, and asks a real pool by HTCondor's bindings.

Called as jobsub_submit, jobsub_q and so on. Jobs are tagged as any submission is: by what stands in the environment. Files are spooled.
"""
import argparse
import json
import os
import shutil
import sys
from pathlib import Path

SCHEDD, FOLDER = os.environ["SHIM_SCHEDD"], Path(os.environ["SHIM_FOLDER"])
# what jobsub puts around each program: it ends as the program did, and leads the session in its place. fife_wrap asks for a `python`.
AROUND = """#!/bin/sh
export CONDOR_DIR_INPUT="$_CONDOR_SCRATCH_DIR" PATH="$PATH:$_CONDOR_SCRATCH_DIR"
command -v python >/dev/null || ln -s "$(command -v python3)" python
"$@"
code=$?
[ $code -le 128 ] || kill -$((code - 128)) $$
exit $code
"""


def schedd():
    import htcondor2

    return htcondor2.Schedd(htcondor2.Collector().locate(htcondor2.DaemonType.Schedd, SCHEDD))


def submit(said):
    import htcondor2

    program, memory = Path(said.words[0].removeprefix("file://")), int(said.memory.removesuffix("MB"))
    sent = [] if program.parent == Path("/bin") else [str(program)]
    around = FOLDER / "around"
    around.write_text(AROUND)
    made = schedd().submit(htcondor2.Submit({
        "executable": str(around), "arguments": quoted([f"./{program.name}" if sent else str(program), *said.words[1:]]),
        "environment": quoted(environment(said.e)), "transfer_input_files": ",".join([*sent, *(path.removeprefix("dropbox://") for path in said.f)]),
        "should_transfer_files": "yes", "output": "$(Cluster).$(Process).out", "error": "$(Cluster).$(Process).err",
        "log": "$(Cluster).$(Process).log", "initialdir": str(FOLDER), "request_memory": str(memory),
        "periodic_remove": f"JobStatus == 2 && (ResidentSetSize_RAW ?: (ResidentSetSize ?: 0)) > {memory * 1024}", **lines(said.lines)}),
        count=said.N, spool=True)
    schedd().spool(made)
    print(f"{said.N} job(s) submitted to cluster {made.cluster()}.\nUse job id {made.cluster()}.0@{SCHEDD} to retrieve output")


def quoted(words):
    """In HTCondor's own way."""
    return '"' + " ".join("'" + word.replace("'", "''").replace('"', '""') + "'" for word in words) + '"'


def environment(given):
    """What jobsub tells each job of itself, and the variables that were named."""
    named = [*given, *filter(None, os.environ.get("JOBSUB_EXTRA_ENVIRONMENT", "").split(","))]
    return [f"JOBSUBJOBID=$(Cluster).$(Process)@{SCHEDD}", "CLUSTER=$(Cluster)", "PROCESS=$(Process)",
            *(f"{name}={os.environ[name]}" for name in dict.fromkeys(named) if name in os.environ)]


def lines(given):
    """As jobsub_lite does, from its option and from the environment."""
    extra = [line for line in os.environ.get("JOBSUB_EXTRA_LINES", "").split(",") if line]
    return {f"My.{name.removeprefix('+')}": value for name, _, value in (line.partition("=") for line in [*given, *extra])}


def show(ads):
    print(json.dumps([{name: value for name, value in ad.items() if type(value) in (int, float, str, bool)} for ad in ads]))


def queues(said):
    import htcondor2

    show(htcondor2.Collector().query(htcondor2.AdType.Schedd, "true", said.attributes.split(",")))


def act(deed):
    def do(said):
        import htcondor2

        ids = [each.partition("@")[0] for each in said.jobid.split(",")]
        schedd().act(getattr(htcondor2.JobAction, deed), ids, (said.reason, 0))
    return do


def fetch(said):
    job = said.jobid.partition("@")[0]
    schedd().retrieve([job])
    for kind in ("out", "err", "log"):
        if (FOLDER / f"{job}.{kind}").exists():
            shutil.copy(FOLDER / f"{job}.{kind}", said.destdir)


DEEDS = {
    "jobsub_submit": submit, "jobsub_hold": act("Hold"), "jobsub_release": act("Release"), "jobsub_rm": act("Remove"), "jobsub_fetchlog": fetch,
    "condor_status": queues, "jobsub_q": lambda said: show(schedd().query(said.constraint, said.attributes.split(","))),
    "jobsub_history": lambda said: show(schedd().history(said.constraint, said.attributes.split(","), -1, said.since)),
}


def options():
    parser = argparse.ArgumentParser()
    for names in (("-G", "--group"), ("--role",), ("-J", "--jobid"), ("--constraint",), ("-since",), ("-attributes",), ("-reason",), ("--destdir",)):
        parser.add_argument(*names)
    for flag in ("-json", "-schedd"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("-N", type=int, default=1)
    parser.add_argument("-e", action="append", default=[])
    parser.add_argument("-f", action="append", default=[])
    parser.add_argument("-l", "--lines", action="append", default=[])
    parser.add_argument("--memory", default="100MB")
    parser.add_argument("words", nargs=argparse.REMAINDER)
    return parser.parse_args(sys.argv[2:])


if __name__ == "__main__":
    os.chdir(FOLDER)
    DEEDS[Path(sys.argv[1]).name](options())
