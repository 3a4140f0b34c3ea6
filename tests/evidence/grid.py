"""The real grid: one contract for all batch systems, the demo on a pool and through jobsub, kills, hostile texts, steering, very many jobs.

    FIELD=word              only those parts whose name has the word: contract, demo, fake, hostile, killed, many, steered
    POMS_REAL=FOLDER        where the real fife-utils and jobsub_lite are
"""
from collections.abc import Iterator
from pathlib import Path

from scripts.evidence import Line
from tests.parted import lines_of

PARTS = Path(__file__).parent / "pool"


def lines(size: str) -> Iterator[Line]:
    yield from lines_of(PARTS, size)
