"""Documents that hypothesis thinks of, with awkward names, signs and lines, through each law.

    LAWS            so many (10,000; small 60), in two processes (small: one)
    LAWS_SEED       of the first process (1); the second has the next
"""
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from scripts.evidence import Line
from tests.told import Told, told

SIZES = {"small": (60, 1), "full": (10_000, 2)}
SELECTION = ("tests/pure/test_laws.py", "tests/services/test_documents.py", "-k", "every_law or any_order or comes_back_from_its_rows")
TESTS = 3


def lines(size: str) -> Iterator[Line]:
    usual, hands = SIZES[size]
    many, seed = int(os.environ.get("LAWS", usual)), int(os.environ.get("LAWS_SEED", "1"))
    with ThreadPoolExecutor(hands) as pool:
        seen = [one for each in pool.map(lambda n: _tried(-(-many // hands), seed + n), range(hands)) for one in each]
    times: Counter[str] = Counter()
    for one in seen:
        times.update({law: int(number) for law, number in one.recorded.items()})
    signs = times.pop("signs that must be spelled", 0)
    seeds = f"seed{'' if hands == 1 else 's'} {', '.join(str(seed + n) for n in range(hands))}"
    for law, number in sorted(times.items()):
        yield Line(law, f"{many:,} documents", f"{number:,}, {seeds}", number >= many)
    yield Line("documents with signs that must be spelled", "most", f"{signs:,}", signs * 2 > many)
    broken = [one.name for one in seen if not one.held]
    yield Line("documents for which a law does not hold", "none", ", ".join(broken) or "none", not broken and len(seen) == TESTS * hands)


def _tried(many: int, seed: int) -> list[Told]:
    return told(*SELECTION, LAWS=str(many), LAWS_SEED=str(seed))
