"""Many seeded lives of a campaign on a shaky grid, killed at every statement and outside call; nothing lost, nothing doubled.

    CRASH_SEEDS, CRASH_AIMED     lives of each process: killed at random; and more, killed where it was rare
    CRASH_PROCESSES              at once
The list of boundaries, with how often each was reached and killed, goes to var/evidence/boundaries.txt.
"""
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from scripts.evidence import Line
from tests.beside import told_by

ROOT = Path(__file__).parents[2]
LIST = Path(os.environ.get("POMS_VAR") or ROOT / "var") / "evidence" / "boundaries.txt"
ROOMS = {"launch": ("launch",), "resume": ("resume",), "intake": ("listen", "sweep"), "wrap-up": ("wrap",)}
LEAST = 5
KINDS = {"lost": "lost: work that never ends, or input without output", "doubled": "doubled: sent, done or joined twice",
         "two slices": "files in two live slices", "counters": "counters and summaries unlike their rows", "other": "anything else amiss"}
SIZES = {"small": (8, 0, 1), "full": (20, 220, 2)}       # seeds and aimed seeds of a process, processes


@dataclass
class Seen:
    """What all processes saw."""

    totals: Counter = field(default_factory=Counter)
    seen: Counter = field(default_factory=Counter)
    kills: Counter = field(default_factory=Counter)
    wrong: list[list[str]] = field(default_factory=list)
    seconds: float = 0

    def of(self, deeds: tuple[str, ...]) -> list[str]:
        return [where for where in self.seen if where.split(":")[0] in deeds]


def lines(size: str) -> Iterator[Line]:
    seeds, aimed, processes = (int(os.environ.get(name, usual)) for name, usual in zip(
        ("CRASH_SEEDS", "CRASH_AIMED", "CRASH_PROCESSES"), SIZES[size], strict=True))
    seen = lived(seeds, aimed, processes)
    _list(seen)
    kills, least = sum(seen.kills.values()), 1000 if size == "full" else 100
    lives, wanted = seen.totals["seeds"], seeds * processes
    yield Line("seeds lived", f"at least {wanted}", f"{lives} in {seen.seconds:.0f} s", lives >= wanted)
    yield Line("kills", f"at least {least}", f"{kills}, of workers and of job calls", kills >= least)
    worked = seen.totals["worked"]
    yield Line("pieces of work that jobs brought to their end", "some in each life", str(worked), worked > lives)
    yield Line("one at work overtaken by another", "some", str(seen.totals["overtaken"]), seen.totals["overtaken"] > 0)
    yield Line("launches: taken, refused, unheard, late, lost", "each", " ".join(str(seen.totals[fate]) for fate in FATES),
               all(seen.totals[fate] for fate in FATES))
    for room, deeds in ROOMS.items():
        yield _room(room, seen.of(deeds), seen, LEAST if size == "full" else 0)
    for kind, words in KINDS.items():
        wrong = [text for what, text in seen.wrong if what == kind]
        yield Line(words, "0", f"{len(wrong)} {wrong[0] if wrong else ''}".strip(), not wrong)
    print(f"the list of {len(seen.seen)} boundaries: {LIST}", flush=True)


FATES = ("taken", "refused", "unheard", "late", "lost")


def lived(seeds: int, aimed: int, processes: int) -> Seen:
    """Each process lives its own seeds; together they must have killed often enough."""
    enough = {"SEEDS": str(seeds), "AIMED": str(aimed), "LEAST": str(-(-LEAST // processes))}
    return _merged(told_by("tests/simulation/test_simulation.py", [enough | {"FIRST": str(10_000 * n)} for n in range(processes)]))


def _merged(told: list[dict]) -> Seen:
    seen = Seen()
    for one in told:
        seen.totals.update(one["totals"])
        seen.seen.update(one["seen"])
        seen.kills.update(one["kills"])
        seen.wrong += one["wrong"]
        seen.seconds = max(seen.seconds, one["seconds"])
    return seen


def _room(room: str, places: list[str], seen: Seen, least: int) -> Line:
    counts = sorted(seen.kills[place] for place in places)
    rare = [n for n in counts if n < least]
    measured = f"{len(places)} boundaries, {sum(counts)} kills, least {counts[0] if counts else 0}"
    return Line(f"boundaries of {room}, each killed", f"at least {least} times", measured + (f", {len(rare)} too few" if rare else ""),
                bool(places) and not rare)


def _list(seen: Seen) -> None:
    LIST.parent.mkdir(parents=True, exist_ok=True)
    rows = [f"{seen.kills[where]:7} {seen.seen[where]:9}  {where}" for where in sorted(seen.seen)]
    LIST.write_text("\n".join(["  kills   reached  who: before or after what, where", *rows, ""]))
