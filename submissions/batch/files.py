"""What jobs wrote, read in parts."""
from pathlib import Path

LOGS = ("stdout", "stderr", "log")


def cut(text: bytes, start: int, length: int) -> bytes:
    """As `part` of a file."""
    begin = max(0, len(text) + start) if start < 0 else start
    return text[begin:begin + length]


def part(path: Path, start: int, length: int) -> bytes:
    """What has not been written yet is empty."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size + start) if start < 0 else start)
            return file.read(length)
    except FileNotFoundError:
        return b""


def size(path: Path) -> int:
    """0 of what is not there."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
