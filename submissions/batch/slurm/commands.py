"""The programs of Slurm: called by lists of words with an environment of their own, each answer told from none."""
import os
import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from pomssite.kit.errors import NoAnswer, Refused

PATIENCE_S = 9          # of a task's 30: a launch asks three times
SPOKEN = {"SLURM_TIME_FORMAT": "%s"}
UNKNOWN = "Invalid job id specified"
# what sbatch says if the controller, or sbatch itself, said no; whatever else it says may have come after the controller took the job
NO = re.compile(
    r"invalid|not available|not permitted|denied|violat|can ?not be satisfied|exceed|limit|illegal|unrecogni[sz]ed|not (a )?valid|required",
    re.IGNORECASE)
LOST = re.compile(r"unable to contact|timed? ?out|zero bytes|unexpected message|connect|credential|standby|munge|authentication", re.IGNORECASE)


@dataclass(frozen=True)
class Config:
    """Of the controller, as it is now."""

    cluster: str
    now: int            # by its clock
    booted: int
    remembers_s: int    # an ended job; 0: for ever
    most: int           # jobs of an array


class Commands:
    """Slurm's own configuration file says where the controller is; `folder` where the programs are."""

    def __init__(self, conf: str, folder: str) -> None:
        path = "/usr/local/bin:/usr/bin:/bin"
        self.environment = {"PATH": f"{folder}:{path}" if folder else path, "LANG": "C.UTF-8"}
        if place := conf or os.environ.get("SLURM_CONF", ""):
            self.environment["SLURM_CONF"] = place

    def submit(self, words: Sequence[str], script: str) -> str:
        """The number of the new array. Refused: surely none was made."""
        done = self._run("sbatch", *words, script=script)
        number = done.stdout.strip().split(";")[0]
        if done.returncode == 0 and number.isdecimal():
            return number
        said = _sentence(done)
        if NO.search(said) and not LOST.search(said):
            raise Refused(f"Slurm refused: {said}")
        raise NoAnswer(f"sbatch does not say whether the job was taken: {said}")

    def ask(self, program: str, *words: str) -> str:
        """What it answers; nothing of jobs that are not known."""
        done = self._run(program, *words)
        if done.returncode and UNKNOWN not in done.stderr:
            self._silent(_sentence(done))
        return done.stdout

    def order(self, program: str, *words: str) -> str:
        """Do it; what it complains of."""
        done = self._run(program, *words)
        said = _sentence(done) if done.returncode or done.stderr.strip() else ""
        if LOST.search(said):
            self._silent(said)
        return said

    def config(self) -> Config:
        """Asked anew each time: a controller that was restarted says so here."""
        said = dict(re.findall(r"^(\w+)\s*= *(\S+)", text := self.ask("scontrol", "show", "config"), re.MULTILINE))
        now = re.match(r"Configuration data as of (\S+)", text)
        try:
            return Config(said["ClusterName"], moment(now[1] if now else "") or 0, moment(said["BOOT_TIME"]) or 0, int(said["MinJobAge"]),
                          int(said["MaxArraySize"]) - 1)
        except (KeyError, ValueError) as missing:
            raise NoAnswer(f"scontrol show config says nothing of {missing}") from missing

    def _run(self, program: str, *words: str, script: str = "") -> "subprocess.CompletedProcess[str]":
        spoken = {} if program == "sbatch" else SPOKEN        # what sbatch has in its environment its jobs have too
        try:
            return subprocess.run([program, *words], input=script, env=self.environment | spoken, cwd="/", capture_output=True, encoding="utf-8",
                                  errors="replace", timeout=PATIENCE_S, check=False)
        except subprocess.TimeoutExpired:
            self._silent(f"{program} took longer than {PATIENCE_S} s")
        except FileNotFoundError as missing:
            raise (Refused if program == "sbatch" else NoAnswer)(f"{program} is not installed, or not where the options say") from missing

    def _silent(self, said: str) -> NoReturn:
        raise NoAnswer(f"Slurm's controller does not answer: {said}")


def moment(text: str) -> int | None:
    """Seconds since 1970; a time without a zone is of this machine's."""
    if text.isdecimal():
        return int(text) or None
    try:
        return int(time.mktime(time.strptime(text, "%Y-%m-%dT%H:%M:%S")))
    except ValueError:
        return None


def _sentence(done: "subprocess.CompletedProcess[str]") -> str:
    lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return "; ".join(lines[-5:]) or f"exit code {done.returncode}"
