"""What must hold when the demo is complete, each claim tried on the files themselves."""
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.demo import story
from scripts.demo.choices import Size
from scripts.demo.platform import PAYLOAD
from scripts.demo.trouble import Trouble
from submissions.models import Run

MASS, WITHIN = 91.19, 1.0


@dataclass(frozen=True)
class Claim:
    what: str
    seen: str
    holds: bool


@dataclass(frozen=True)
class Found:
    """The claims, and the figures of the last line."""

    lost: int
    doubled: int
    mass: float
    claims: tuple[Claim, ...]

    @property
    def all_hold(self) -> bool:
        return all(claim.holds for claim in self.claims)


def found(campaign: str, size: Size) -> Found:
    """Read everything again and judge."""
    run = story.run_of(campaign)
    read = _read_again(run, size)
    claims = (*_of_events(read, size), *_of_the_fit(run, read), *_of_recoveries(run, size))
    return Found(read["lost"], read["doubled"], read["mass"], claims)


def _read_again(run: Run, size: Size) -> dict[str, Any]:
    merged = story.files(run, "merged")
    if len(merged) != 1:
        raise Trouble(f"there are {len(merged)} merged files; there must be one")
    words = ["--seeds", ",".join(map(str, size.seed_list)), "--events", size.events, "--luck", size.luck, "--merged", merged[0],
             *story.files(run, "gen")]
    return dict(json.loads(_script("verify.py", *words)))


def _script(name: str, *words: object) -> str:
    """A payload script's answer."""
    done = subprocess.run([sys.executable, str(PAYLOAD / name), *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble(f"{name} failed:\n{done.stderr.strip()}")
    return done.stdout


def _of_events(read: dict[str, Any], size: Size) -> Iterator[Claim]:
    wanted = size.seeds * size.events
    yield Claim("events generated", f"{read['generated']} of {wanted}", read["generated"] == wanted)
    yield Claim("each is in the merged file or was cut", f"{read['kept']} kept, {read['lost']} lost", read["kept"] > 0 == read["lost"])
    yield Claim("none is there twice", f"{read['doubled']} doubled", read["doubled"] == 0)
    yield Claim("none is there that should not be, none was altered", f"{read['strange']} strange, {read['altered']} altered",
                read["strange"] == 0 == read["altered"])


def _of_the_fit(run: Run, read: dict[str, Any]) -> Iterator[Claim]:
    stored, plots = story.outcome(run).mass, story.files(run, "plot")
    yield Claim(f"the mass is within {WITHIN:g} GeV of {MASS}", f"{read['mass']:.4f} GeV", abs(read["mass"] - MASS) < WITHIN)
    yield Claim("the fit said the same", f"{stored:.4f} GeV", abs(stored - read["mass"]) < 5e-5)
    yield Claim("another luck gives other digits", f"{read['other_mass']:.4f} GeV", read["other_mass"] != read["mass"])
    yield Claim("the plot is there", f"{len(plots)} plot", len(plots) == 1 and plots[0].read_bytes().startswith(b"\x89PNG"))


def _of_recoveries(run: Run, size: Size) -> Iterator[Claim]:
    planned = _planned(run, size)
    recovered = story.outcome(run).recovered
    yield Claim("files that met trouble came home by a recovery", f"{recovered}, planned {planned}", recovered >= planned)


def _planned(run: Run, size: Size) -> int:
    """How many files were to meet trouble."""
    files = len(story.files(run, "gen"))
    told = json.loads(_script("troubles.py", size.luck, files))
    return sum(bool(kind) for kind in told)
