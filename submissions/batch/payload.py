"""One launch on its way to a batch system: what can be sent, the folder with its program and inputs, the words that the program becomes."""
import os
import re
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from secrets import token_hex
from shlex import quote

from submissions.command import JobSpec, mode_of

PROGRAM = "poms-job"
SOME = 20
LONGEST = 128 * 1024 - 1        # bytes of one word of a program; Linux takes no more
TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# The words and the variables of a job travel in its program alone: there is nothing in them that a batch system or a shell could take for its own.
# A variable of the node (where its software is, its proxy) stays.
WORDS = """/usr/bin/env PATH="$scratch:${{PATH:-/usr/local/bin:/usr/bin:/bin}}" HOME="$scratch" TMPDIR="$scratch" LANG="${{LANG:-C.UTF-8}}" \\
{environment} POMS_JOB={schedd}"#{job}.{index}" POMS_JOB_INDEX="{index}" POMS_JOBS={jobs} POMS_ATTEMPT="{attempt}" \\
POMS_SCRATCH="$scratch" {token}{argv}"""


def wrong(spec: JobSpec, system: str) -> list[str]:
    """What of it cannot be sent, a sentence each."""
    words = [*spec.argv, *(f"{name}={value}" for name, value in spec.environment)]
    texts = [*words, *(word for pair in spec.inputs for word in pair)]
    names = [name for name, _ in spec.inputs]
    checks = (
        (spec.style == "payload", f"style is {spec.style!r}: {system} runs payloads, choose style payload in the job type"),
        (bool(TAG.fullmatch(spec.tag)),
         f"tag is {spec.tag!r}: it must be of at most 64 letters, digits, dots and dashes, or the jobs could not be found again"),
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


def lay_out(spec: JobSpec, root: Path, program: str, uid: int | None = None) -> Path:
    """A new folder of this launch, for its owner alone: the program, the inputs, and room for what the jobs say."""
    folder = root / f"{int(time.time()):011d}-{spec.tag}-{token_hex(4)}"
    root.mkdir(mode=0o711, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700)
    _write(folder / PROGRAM, program, 0o700)
    for number, (_, content) in enumerate(spec.inputs):
        _write(folder / input_file(number), content, 0o600)
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


def input_file(number: int) -> str:
    """Its name there; its own may be anything."""
    return f"poms-input-{number}"


def brought(spec: JobSpec, here: str, how: str) -> str:
    """Lines that bring each input (`mv` or `cp`) from `here` to where the job is, under its own name."""
    return "".join(f'{how} "{here}/{input_file(n)}" ./{quote(name)} && chmod {mode_of(content):o} ./{quote(name)} || exit 127\n'
                   for n, (name, content) in enumerate(spec.inputs))


def words(spec: JobSpec, schedd: str, *, job: str, index: str, attempt: str) -> str:
    """What a program of the shell becomes, in its folder $scratch; the batch system's numbers by the names that it gives them there."""
    return WORDS.format(
        environment=" ".join(quote(f"{name}={value}") for name, value in spec.environment), job=job, index=index, attempt=attempt,
        schedd=quote(schedd), jobs=spec.jobs, token='POMS_TOKEN_FILE="$scratch/token" ' if "token" in dict(spec.inputs) else "",
        argv=" ".join(map(quote, spec.argv)))
