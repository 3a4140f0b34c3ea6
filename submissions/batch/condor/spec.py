"""What is sent for one launch: the program that HTCondor starts, and HTCondor's description of it."""
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import classad2

from submissions.batch import payload
from submissions.command import JobSpec

SCRIPT = """#!/bin/sh
umask 077
here="${{_CONDOR_SCRATCH_DIR:-$PWD}}"
scratch="$here/poms"
attempt=$(sed -n 's/^NumShadowStarts *= *//p' "${{_CONDOR_JOB_AD:-$here/.job.ad}}")
mkdir -p "$scratch" && cd "$scratch" || exit 127
{inputs}exec {words}
"""


@dataclass(frozen=True)
class Manner:
    """What an operator may say beside where the pool is."""

    spool: bool = False                 # send the files to the schedd, which does not see our folder
    submit: Mapping[str, str] = field(default_factory=dict)     # more lines of the description: a site's own requirements
    attribute: str = "PomsTag"          # in which a job carries its tag; who takes another sees other jobs
    site: str = ""                      # of a job that does not say by itself where it runs
    uid: int | None = None              # whose the files are to be; only root can give them away
    at_once: int = 10_000               # so many jobs of a launch are in the queue, the next are made as they end; 0: all. Not with spool
    keep_s: int = 7 * 86400             # so far back `look` tells of ended jobs


def script(spec: JobSpec, schedd: str) -> str:
    """The program that HTCondor starts: it becomes the payload, with all the words and variables that it is to have."""
    return SCRIPT.format(
        inputs=payload.brought(spec, "$here", "mv"),
        words=payload.words(spec, schedd, job="$1", index="$2", attempt="${attempt:-1}"))


def description(spec: JobSpec, folder: Path, manner: Manner) -> dict[str, str]:
    """In HTCondor's submit language; nothing that a person wrote is in it but the operator's own lines."""
    inputs = ", ".join(payload.input_file(number) for number in range(len(spec.inputs)))
    said = {
        "universe": "vanilla", "executable": str(folder / payload.PROGRAM), "arguments": "$(ClusterId) $(ProcId)", "initialdir": str(folder),
        "output": "$(ProcId).stdout", "error": "$(ProcId).stderr", "log": "$(ProcId).log", "transfer_input_files": inputs,
        "should_transfer_files": "YES", "when_to_transfer_output": "ON_EXIT", "transfer_executable": "true", "getenv": "false",
        "notification": "never", "batch_name": spec.tag, "request_cpus": str(spec.cpus), "request_memory": f"{spec.memory_mb}MB",
        "request_disk": f"{spec.disk_mb}MB", "periodic_remove": _over_limits(spec), f"MY.{manner.attribute}": classad2.quote(spec.tag),
        "MY.PomsFolder": classad2.quote(folder.name), "MY.PomsWall": str(spec.wall_s), "MY.PomsMemory": str(spec.memory_mb), **dict(_numbers(spec)),
    }
    if manner.spool:
        said["leave_in_queue"] = f"JobStatus == 4 && (time() - (CompletionDate ?: time())) < {manner.keep_s}"
    elif 0 < manner.at_once < spec.jobs:
        said["max_materialize"] = str(manner.at_once)
    return {name: value for name, value in said.items() if value} | dict(manner.submit)


def _over_limits(spec: JobSpec) -> str:
    memory = f"(ResidentSetSize_RAW ?: (ResidentSetSize ?: 0)) > (PomsMemory ?: {spec.memory_mb}) * 1024"     # it may be given more later
    return f"JobStatus == 2 && (time() - (JobCurrentStartDate ?: time()) > {spec.wall_s} || {memory})"


def _numbers(spec: JobSpec) -> Iterator[tuple[str, str]]:
    """By these numbers other tools of a laboratory find the jobs of a submission."""
    for name, value in spec.environment:
        if re.fullmatch(r"POMS4_\w+_ID", name, re.ASCII) and value.isascii() and value.isdecimal():
            yield f"MY.{name}", value
