"""Launch decisions a second, and how soon a dependent is intended; each on a database of its own."""
from collections.abc import Iterator
from statistics import median, quantiles

from scripts.evidence import Line
from tests.evidence.pace import SIZES, timed
from tests.laboratory import measured

SOON_S, LATEST_S = 0.3, 1.0
AIM, GAIN = 100, 1.5            # launches a second; two launchers against one
DEATHS = {"small": 1, "full": 8}
TAKEN_OVER_S = 10


def lines(size: str) -> Iterator[Line]:
    ends, intents = SIZES[size]
    yield _chain(ends)
    one, two = (timed("launches", intents, launchers) for launchers in (1, 2))
    rates = [told["launched"] / told["seconds"] for told in (one, two)]
    yield Line("launch decisions, one launcher", f"{AIM} a second",
               f"{rates[0]:.0f} a second, {one['statements'] / intents:.1f} statements each; bare INSERTs {one['bare']:.0f} a second, "
               f"ratio {rates[0] / one['bare']:.2f}; the prototype 42 to 61 a second, 18 statements; load {one['load']:.1f}",
               rates[0] >= AIM and one["launched"] == intents)
    yield Line("launch decisions, two launchers", f"{GAIN} times one",
               f"{rates[1]:.0f} a second, {rates[1] / rates[0]:.2f} times one, {two['statements'] / intents:.1f} statements each "
               f"({' + '.join(map(str, two['by']))}); load {two['load']:.1f}",
               rates[1] >= GAIN * rates[0] and two["launched"] == intents == sum(two["by"]))
    yield from _deaths(DEATHS[size])


def _chain(ends: int) -> Line:
    told = timed("chain", ends)
    took = told["seconds"]
    p95 = quantiles(took, n=20)[-1]
    return Line(f"status change to dependent's intent committed, {len(took)} times", f"median {SOON_S:g} s, p95 {LATEST_S:g} s",
                f"median {median(took):.2f}, {min(took):.2f} to p95 {p95:.2f} s; the original asks every 120 s; load {told['load']:.1f}",
                median(took) <= SOON_S and p95 <= LATEST_S and len(took) == ends)


def _deaths(times: int) -> Iterator[Line]:
    told = measured("overtaken", "none", times)
    for name, words in (("asked", "take-over after a launcher's death"), ("again", "  what it had sent, and surely never arrived, is sent again")):
        took, aim = told[name], f"{TAKEN_OVER_S} s" if name == "asked" else "-"
        yield Line(f"{words}, {times} times", aim, f"median {median(took):.1f}, {min(took):.1f} to {max(took):.1f} s; load {told['load']:.1f}",
                   name == "again" or max(took) <= TAKEN_OVER_S)
