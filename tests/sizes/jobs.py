"""The rows of jobs: where they ran, how long, with how much memory, and how they ended."""
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random

from submissions.models import Job
from submissions.states import AT_WORK, JobState
from tests.sizes.history import cluster, schedd
from tests.sizes.pouring import NULL, pour, text
from tests.sizes.story import Sub

NAMES = ["submission_id", "schedd", "cluster", "proc", "state", "heard_at", "attempt", "exit_code", "signal", "site", "host", "cpu_s", "wall_s",
         "memory_mb", "started_at", "ended_at", "reason"]
SITES = ("FNAL", "CERN", "UK_RAL-Tier1", "FR_CCIN2P3", "UK_Manchester", "CZ_FZU", "NL_NIKHEF",
         "US_Wisconsin", "US_UCSD", "ES_PIC", "BR_CBPF", "IN_TIFR")
# exit code, signal, what is said
FAILURES = ((137, 9, "used 2531 MB of 2000 MB and was killed"), (65, None, "art exception: file not found"), (134, 6, "aborted: assertion failed"),
            (139, 11, "segmentation violation"), (84, None, "the output could not be copied: transfer timed out"), (1, None, ""))
OFTEN = (0.45, 0.2, 0.1, 0.1, 0.1, 0.05)
HELD = "memory: used 2531 MB, requested 2000 MB"
POOL = 4096         # different (site, host, times, memory), drawn anew for each build


def pour_jobs(told: Iterable[Sub], now: datetime, luck: Random) -> None:
    """All of them, in the order of submissions."""
    pour(Job, NAMES, _lines(told, now, luck))


def _lines(told: Iterable[Sub], now: datetime, luck: Random) -> Iterator[str]:
    pool = [_place(luck) for _ in range(POOL)]
    failures = [_failure(*failure) for failure in luck.choices(FAILURES, OFTEN, k=POOL)]
    for sub in told:
        if sub.jobs:
            yield from _of(sub, now, pool, failures, luck)


def _place(luck: Random) -> tuple[str, str, int, int]:
    """Site, node, seconds, and the cells between node and start."""
    site = min(int(luck.expovariate(0.35)), len(SITES) - 1)
    wall = int(luck.lognormvariate(8.6, 0.6))
    memory = min(4000, int(luck.gauss(1500, 320)))
    return SITES[site], f"wn{luck.randrange(400):03d}.{SITES[site].lower()}.example.org", wall, max(200, memory)


def _failure(code: int, signal: int | None, why: str) -> tuple[str, str, str]:
    return str(code), NULL if signal is None else str(signal), text(why)


def _of(sub: Sub, now: datetime, pool: list, failures: list, luck: Random) -> Iterator[str]:
    states = [state for state, number in sub.counters.items() for _ in range(number)]
    luck.shuffle(states)
    begun, until = now + timedelta(seconds=round(sub.begun)), now + timedelta(seconds=round(sub.history[-1][1]))
    head, heard = f"{sub.number}\t{schedd(sub)}\t{cluster(sub)}", (now if sub.status in AT_WORK else until).isoformat()
    offset, span = luck.randrange(POOL), max(60, int((until - begun).total_seconds() * 0.5))
    for proc, state in enumerate(states):
        place = pool[(offset + proc) % POOL]
        started, failure = begun + timedelta(seconds=proc * 37 % span), failures[(offset ^ proc) % POOL]
        tail = _waits(heard) if state == "idle" else _ran(state, started, until, place, failure)
        yield f"{head}\t{proc}\t{state}\t{tail}"


def _waits(heard: str) -> str:
    return f"{heard}\t1" + f"\t{NULL}" * 10


def _ran(state: str, started: datetime, until: datetime, place: tuple[str, str, int, int], failure: tuple[str, str, str]) -> str:
    site, host, wall, memory = place
    cpu = wall * (0.4 + memory % 60 / 100)
    if state in (JobState.RUNNING, JobState.HELD):
        why = HELD if state == JobState.HELD else NULL
        return f"{started.isoformat()}\t1\t{NULL}\t{NULL}\t{site}\t{host}\t{cpu:.0f}\t{wall}\t{memory}\t{started.isoformat()}\t{NULL}\t{why}"
    ended = min(started + timedelta(seconds=wall), until).isoformat()
    code, signal, why = failure if state == JobState.FAILED else ("0", NULL, NULL) if state == JobState.DONE else (NULL, NULL, NULL)
    return f"{ended}\t1\t{code}\t{signal}\t{site}\t{host}\t{cpu:.0f}\t{wall}\t{memory}\t{started.isoformat()}\t{ended}\t{why}"
