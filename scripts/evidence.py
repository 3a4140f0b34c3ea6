"""Shows what is claimed: runs a module of tests/evidence and prints what, aim, measured and held, line by line.

    python -m scripts.evidence [NAME [SIZE]]

Without a name it lists what there is. A module NAME.py has a docstring and `lines(size)`, which gives Lines as they come; SIZE is
"small" or "full" (the default, or EVIDENCE_SIZE). Exit 1 if a line is not held.
"""
import importlib
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "evidence"
PACKAGE = "tests.evidence"
HEADS = ("what", "aim", "measured", "held")
WIDTHS = (58, 26, 34, 5)


@dataclass(frozen=True)
class Line:
    """One claim, and what was seen of it."""

    what: str
    aim: str
    measured: str
    held: bool


def names() -> list[str]:
    """What can be shown."""
    return sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))


def show(name: str, size: str) -> bool:
    """The table of one module; whether every line was held."""
    print(_row(HEADS), _row(["-" * width for width in WIDTHS]), sep="\n", flush=True)
    seen = [_shown(line) for line in _module(name).lines(size)]
    print(f"evidence {name}: {sum(seen)} of {len(seen)} lines held", flush=True)
    return bool(seen) and all(seen)


def _shown(line: Line) -> bool:
    print(_row((line.what, line.aim, line.measured, "yes" if line.held else "NO")), flush=True)
    return line.held


def _module(name: str) -> Any:
    return importlib.import_module(f"{PACKAGE}.{name}")


def _row(words: Sequence[str]) -> str:
    return "  ".join(word.ljust(width) for word, width in zip(words, WIDTHS, strict=True)).rstrip()


def _list(found: Iterable[str]) -> None:
    for name in found:
        print(f"  make evidence-{name:12} {(_module(name).__doc__ or '').strip().splitlines()[0]}")


def main(words: Sequence[str]) -> int:
    if not words:
        _list(names())
        return 0
    if words[0] not in names():
        print(f"there is no evidence {words[0]!r}: it is one of {', '.join(names()) or 'none yet'}", file=sys.stderr)
        return 2
    size = words[1] if len(words) > 1 else os.environ.get("EVIDENCE_SIZE", "full")
    return 0 if show(words[0], size) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
