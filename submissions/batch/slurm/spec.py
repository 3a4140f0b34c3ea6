"""What is sent for one launch: the script that each of its jobs runs, and the words of sbatch."""
import re
from collections.abc import Sequence
from pathlib import Path

from submissions.batch import payload
from submissions.command import JobSpec

# The shell stays, to take the scratch folder away; then it ends as the payload did. Asked to end, it waits for the payload, which was asked too.
SCRIPT = """#!/bin/sh
# jobs: {jobs}
umask 077
here="$PWD"
[ -f "$here/{program}" ] || {{ echo "the folder of the launch is not on this node: $SLURM_SUBMIT_DIR" >&2; exit 127; }}
asked=
trap 'asked=1' TERM
scratch=$(mktemp -d "${{SLURM_TMPDIR:-${{TMPDIR:-/tmp}}}}/poms.XXXXXXXXXX") && cd "$scratch" || exit 127
trap 'cd / && rm -rf "$scratch"' EXIT
{inputs}if [ -n "$asked" ]; then exit 143; fi
{words}
status=$?
if [ "$status" -gt 128 ]; then cd / && rm -rf "$scratch"; ulimit -c 0; trap - TERM; kill -"$((status - 128))" $$; fi
exit "$status"
"""
JOBS = re.compile(r"#!/bin/sh\n# jobs: (\d+)\n")


def script(spec: JobSpec, cluster: str) -> str:
    """With all the words and variables that the payload is to have."""
    return SCRIPT.format(
        jobs=spec.jobs, program=payload.PROGRAM, inputs=payload.brought(spec, "$here", "cp"),
        words=payload.words(spec, cluster, job="$SLURM_ARRAY_JOB_ID", index="$SLURM_ARRAY_TASK_ID", attempt="$((${SLURM_RESTART_COUNT:-0} + 1))"))


def words(spec: JobSpec, folder: Path, more: Sequence[str]) -> list[str]:
    """Of sbatch, which reads the script itself from its standard input; nothing that a person wrote is in them but the operator's own."""
    minutes = -(-spec.wall_s // 60)
    return ["--parsable", f"--job-name={spec.tag}", f"--array=0-{spec.jobs - 1}", f"--chdir={folder}", "--input=/dev/null",
            "--output=%a.stdout", "--error=%a.stderr", "--open-mode=truncate", "--requeue", "--export=ALL", "--nodes=1", "--ntasks=1",
            f"--cpus-per-task={spec.cpus}", f"--mem={spec.memory_mb}M", f"--time={minutes}", *more]


def jobs_of(folder: Path) -> int:
    """How many were sent with it; 0 if it is gone."""
    try:
        said = JOBS.match((folder / payload.PROGRAM).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return 0
    return int(said[1]) if said else 0
