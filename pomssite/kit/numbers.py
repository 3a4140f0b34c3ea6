"""The number of a row, as an address or a person writes it."""
from collections.abc import Iterable

DIGITS = 18             # more than any row has, and fewer than would be too many for the database


def number(text: str) -> int | None:
    """None if it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else None


def numbers(texts: Iterable[str]) -> list[int]:
    """Those that are some."""
    return [found for text in texts if (found := number(text)) is not None]
