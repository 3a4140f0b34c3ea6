"""Every worked example, table row and test vector of the chapters on life, launch, splits, recoveries, dependencies and queries."""
from collections import Counter
from collections.abc import Iterator

from scripts.evidence import Line
from tests.told import ROOT, Told, told

CHAPTERS = {"02": "life of a submission", "03": "launch", "04": "splits, recoveries, dependencies, queries"}
SPECS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "rules").glob("test_*_spec.py"))
SIZES: dict[str, tuple[str, ...]] = {"small": ("-k", "vector or example or 2.4"), "full": ()}


def lines(size: str) -> Iterator[Line]:
    seen = told(*SPECS, *SIZES[size])
    for chapter, what in CHAPTERS.items():
        yield _chapter(chapter, what, [one for one in seen if one.chapter == chapter])
    twice = [row for row, times in Counter(one.row for one in seen).items() if times > 1 or not row]
    yield Line("each names its own row of the specification", "all", f"{len(seen)} tests{_first('not so', twice)}", not twice and bool(seen))


def _chapter(chapter: str, what: str, rows: list[Told]) -> Line:
    bad = [one.row for one in rows if not one.held]
    sections = sorted({one.row.split("-")[1] for one in rows}, key=lambda section: [int(part) for part in section.split(".")])
    return Line(f"{chapter}, {what}", "every row holds", f"{len(rows) - len(bad)} of {len(rows)} of §{', §'.join(sections)}{_first('not', bad)}",
                bool(rows) and not bad)


def _first(word: str, found: list[str]) -> str:
    return f"; {word}: {', '.join(found[:5])}" if found else ""
