"""What was told of many jobs, in few words."""
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

Told = tuple[int, int, int]         # cluster, proc, and what was told of it


def written(told: Iterable[Told]) -> list[list[int]]:
    """Neighbours of which the same was told are one range."""
    procs = defaultdict(list)
    for cluster, proc, what in told:
        procs[cluster, what].append(proc)
    return [[cluster, what, first, last] for (cluster, what), found in sorted(procs.items()) for first, last in _runs(sorted(found))]


def read(ranges: Iterable[list[int]]) -> Iterable[Told]:
    """Each job again."""
    for cluster, what, first, last in ranges:
        yield from ((cluster, proc, what) for proc in range(first, last + 1))


def _runs(numbers: list[int]) -> Iterable[tuple[int, int]]:
    starts = [numbers[0], *(b for a, b in pairwise(numbers) if b != a + 1)]
    ends = [*(a for a, b in pairwise(numbers) if b != a + 1), numbers[-1]]
    return zip(starts, ends, strict=True)
