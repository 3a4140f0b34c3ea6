"""What is sent for one launch: a folder with the job's program and its inputs, and HTCondor's description of it."""
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from shlex import quote

import classad2

from submissions.command import JobSpec, mode_of

PROGRAM = "poms-job"
SOME = 20
LONGEST = 128 * 1024 - 1        # bytes of one word of a program; Linux takes no more
TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# The words and the variables of a job travel in this file and never in its ad: there is nothing in them that HTCondor or a shell could take for its
# own. A variable of the node (where its software is, its proxy) stays.
SCRIPT = """#!/bin/sh
umask 077
here="${{_CONDOR_SCRATCH_DIR:-$PWD}}"
scratch="$here/poms"
attempt=$(sed -n 's/^NumShadowStarts *= *//p' "${{_CONDOR_JOB_AD:-$here/.job.ad}}")
mkdir -p "$scratch" && cd "$scratch" || exit 127
{inputs}exec /usr/bin/env PATH="$scratch:${{PATH:-/usr/local/bin:/usr/bin:/bin}}" HOME="$scratch" TMPDIR="$scratch" LANG="${{LANG:-C.UTF-8}}" \\
{environment} POMS_JOB={schedd}"#$1.$2" POMS_JOB_INDEX="$2" POMS_JOBS={jobs} POMS_ATTEMPT="${{attempt:-1}}" POMS_SCRATCH="$scratch" {token}{argv}
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


def wrong(spec: JobSpec) -> list[str]:
    """What of it cannot be sent, a sentence each."""
    words = [*spec.argv, *(f"{name}={value}" for name, value in spec.environment)]
    texts = [*words, *(word for pair in spec.inputs for word in pair)]
    names = [name for name, _ in spec.inputs]
    checks = (
        (spec.style == "payload", f"style is {spec.style!r}: HTCondor runs payloads, choose style payload in the job type"),
        (bool(TAG.fullmatch(spec.tag)), f"tag is {spec.tag!r}: it must be of letters, digits, dots and dashes, or the jobs could not be found again"),
        (bool(spec.argv) and "=" not in spec.argv[0], "argv: name the program to run, without an equals sign"),
        *((getattr(spec, name) >= 1, f"{name} is {getattr(spec, name)}: ask for at least 1")
          for name in ("jobs", "memory_mb", "wall_s", "cpus", "disk_mb")),
        (all("\0" not in text for text in texts), "argv, environment and inputs must not hold a NUL character"),
        (all(map(_is_text, texts)), "argv, environment and inputs must be valid Unicode"),
        (all(len(word.encode(errors="replace")) <= LONGEST for word in words), f"a word of argv or environment is longer than {LONGEST} bytes"),
        (sum(len(word.encode(errors="replace")) + 9 for word in words) <= 8 * LONGEST, f"argv and environment are longer than {8 * LONGEST} bytes"),
        (all(name and "=" not in name for name, _ in spec.environment), "environment: a name must not be empty nor hold an equals sign"),
        (all(Path(name).name == name != ".." for name in names), "inputs: give plain file names, without a folder"),
        (len(set(names)) == len(names), "inputs: two files have the same name"),
    )
    return [sentence for holds, sentence in checks if not holds]


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def lay_out(spec: JobSpec, root: Path, schedd: str, uid: int | None) -> Path:
    """A new folder of this launch, for its owner alone: the program, the inputs, and room for what the jobs say."""
    folder = root / f"{int(time.time()):011d}-{spec.tag}-{token_hex(4)}"
    root.mkdir(mode=0o711, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700)
    _write(folder / PROGRAM, script(spec, schedd), 0o700)
    for number, (_, content) in enumerate(spec.inputs):
        _write(folder / _input(number), content, 0o600)
    if uid is not None:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, uid)
    return folder


def old(root: Path, keep_s: int) -> list[Path]:
    """Some folders of launches that were sent longer ago; their names begin with the time."""
    before = f"{int(time.time()) - keep_s:011d}"
    return sorted(folder for folder in root.glob("[0-9]*-*-*") if folder.name < before)[:SOME]


def forget(folders: Iterable[Path]) -> None:
    """With all that is in them."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _write(path: Path, content: str, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8", newline="") as file:
        file.write(content)


def _input(number: int) -> str:
    return f"poms-input-{number}"


def script(spec: JobSpec, schedd: str) -> str:
    """The program that HTCondor starts: it becomes the payload, with all the words and variables that it is to have."""
    return SCRIPT.format(
        inputs="".join(f'mv "$here/{_input(n)}" ./{quote(name)} && chmod {mode_of(content):o} ./{quote(name)} || exit 127\n'
                       for n, (name, content) in enumerate(spec.inputs)),
        environment=" ".join(quote(f"{name}={value}") for name, value in spec.environment),
        schedd=quote(schedd), jobs=spec.jobs, token='POMS_TOKEN_FILE="$scratch/token" ' if "token" in dict(spec.inputs) else "",
        argv=" ".join(map(quote, spec.argv)))


def description(spec: JobSpec, folder: Path, manner: Manner) -> dict[str, str]:
    """In HTCondor's submit language; nothing that a person wrote is in it but the operator's own lines."""
    inputs = ", ".join(_input(number) for number in range(len(spec.inputs)))
    said = {
        "universe": "vanilla", "executable": str(folder / PROGRAM), "arguments": "$(ClusterId) $(ProcId)", "initialdir": str(folder),
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
    memory = f"(ResidentSetSize_RAW ?: (ResidentSetSize ?: 0)) > {spec.memory_mb * 1024}"
    return f"JobStatus == 2 && (time() - (JobCurrentStartDate ?: time()) > {spec.wall_s} || {memory})"


def _numbers(spec: JobSpec) -> Iterator[tuple[str, str]]:
    """By these numbers other tools of a laboratory find the jobs of a submission."""
    for name, value in spec.environment:
        if re.fullmatch(r"POMS4_\w+_ID", name, re.ASCII) and value.isascii() and value.isdecimal():
            yield f"MY.{name}", value
