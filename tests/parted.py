"""Evidence in several parts: a folder of modules, each with `lines(size)`."""
import importlib
import os
from collections.abc import Iterator
from pathlib import Path

from scripts.evidence import Line

ROOT = Path(__file__).parents[1]


def lines_of(folder: Path, size: str) -> Iterator[Line]:
    """Those of each part in turn; FIELD chooses by a word of the name."""
    package = ".".join(folder.relative_to(ROOT).parts)
    for name in sorted(path.stem for path in folder.glob("[a-z]*.py")):
        if os.environ.get("FIELD", "") in name:
            yield from importlib.import_module(f"{package}.{name}").lines(size)
