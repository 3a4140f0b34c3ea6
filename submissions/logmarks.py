"""Which lines of a log tell of trouble, and where they are: one table. Pure; a block of a log goes in, places come out."""
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

STEP = 128 * 1024           # a place from which lines are counted is noted at least so many bytes after the last one
LONGEST = 400               # bytes of a line that are looked at, and kept


class Kind(StrEnum):
    """What a line tells of."""

    ERROR = "error"
    WARN = "warn"
    QUIET = ""


@dataclass(frozen=True)
class Rule:
    """A line that has the word, and in which the pattern is found, is of that kind. All in small letters."""

    word: bytes
    pattern: re.Pattern[bytes]
    kind: Kind


@dataclass(frozen=True)
class Mark:
    """A line of trouble."""

    line: int
    offset: int
    kind: Kind
    text: str


def _rule(word: str, pattern: str, kind: Kind) -> Rule:
    return Rule(word.encode(), re.compile(pattern.encode()), kind)


# The first that fits decides.
RULES: tuple[Rule, ...] = (
    _rule("error", r"\b(no|0|zero|without) errors?\b|\berrors?\s*[:=]\s*0\b|\berror (bars?|rates?|matri(x|ces)|propagation)\b", Kind.QUIET),
    _rule("warn", r"\b(no|0|zero|without) warnings?\b|\bwarnings?\s*[:=]\s*0\b", Kind.QUIET),
    _rule("warn", r"\bwarn(ing)?s?\b", Kind.WARN),
    _rule("error", r"errors?\b", Kind.ERROR),
    _rule("fatal", r"\bfatal", Kind.ERROR),
    _rule("exception", r"exceptions?\b", Kind.ERROR),
    _rule("traceback", r"\btraceback\b", Kind.ERROR),
    _rule("segmentation", r"\bsegmentation (fault|violation)\b", Kind.ERROR),
    _rule("core dumped", r"\bcore dumped\b", Kind.ERROR),
    _rule("killed", r"\bkilled\b", Kind.ERROR),
    _rule("abort", r"\babort(ed|ing)?\b", Kind.ERROR),
    _rule("out of memory", r"\bout of memory\b", Kind.ERROR),
    _rule("bad_alloc", r"\bbad_alloc\b", Kind.ERROR),
    _rule("no space left", r"\bno space left on device\b", Kind.ERROR),
    _rule("no such file", r"\bno such file or directory\b", Kind.ERROR),
    _rule("permission denied", r"\bpermission denied\b", Kind.ERROR),
    _rule("command not found", r"\bcommand not found\b", Kind.ERROR),
)
WORDS = tuple(dict.fromkeys(rule.word for rule in RULES))


def kind_of(line: bytes) -> Kind:
    """Of one line."""
    low = line[:LONGEST].lower()
    return next((rule.kind for rule in RULES if rule.word in low and rule.pattern.search(low)), Kind.QUIET)


def marks_in(block: bytes, offset: int, line: int) -> Iterator[Mark]:
    """The lines of trouble of a block that begins there with that line. Words are looked for in the whole block: few lines have one."""
    low, counted = block.lower(), 0
    for start in sorted(_starts(low)):
        text = block[start:_end(low, start)]
        if kind := kind_of(text):
            line += block.count(b"\n", counted, start)
            counted = start
            yield Mark(line, offset + start, kind, text[:LONGEST].decode("utf-8", "replace").strip())


def _starts(low: bytes) -> set[int]:
    """Where lines begin that have one of the words."""
    found: set[int] = set()
    for word in WORDS:
        place = low.find(word)
        while place >= 0:
            found.add(low.rfind(b"\n", 0, place) + 1)
            place = low.find(word, _end(low, place))
    return found


def _end(block: bytes, start: int) -> int:
    end = block.find(b"\n", start)
    return len(block) if end < 0 else end


def whole_lines(block: bytes, *, ended: bool) -> bytes:
    """Without a last line that may still be written. One that is longer than the block is taken as far as it goes."""
    return block if ended else block[:block.rfind(b"\n") + 1]


def steps(block: bytes) -> Iterator[bytes]:
    """The block in parts of at most STEP bytes, each ended at the end of a line if it has one."""
    start = 0
    while start < len(block):
        end = min(start + STEP, len(block))
        end = end if end == len(block) else block.rfind(b"\n", start, end) + 1 or end
        yield block[start:end]
        start = end
