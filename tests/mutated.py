"""Campaign files as accidents and strangers make them: cut off, in wrong encodings, huge, nested, said twice, with hostile names; by a seed."""
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

DATA = Path(__file__).parent / "data"
PAGE = Path(__file__).parents[1] / "docs" / "campaign-file.md"
HUGE = 10_000_000       # bytes
LONG = 900_000          # just below the limit of a file
NAMES = (
    "", " ", "]", "[", "a]b", "%", "%00", "%zz", "%ED%A0%80", "%FF", "%0A", "../../etc/passwd", "<script>alert(1)</script>", "'; drop table x; --",
    "None", "state", "a" * 250, "a" * 5_000, "\x00", "\u202edesrever", "é\u0301\u200b", "\U0001f642", "{{seed}}", "{{nobody}}", "%(tune)s",
    "%(nobody)s", "a,b", '"quoted"', '"\\ud800"', '"\\u0000"', '"two\\nlines"', "\r", "\u2028", "=", ":", "# x", "; x", "campaign_stage gen",
    "{% csrf_token %}", "{{ 7*7 }}")
VALUES = (
    "", "None", "-1", "0", "1e999", "NaN", "Infinity", "99999999999999999999999", "1e15", "0x10", "١٢٣", "yes", "[]", "{}", "[[]]", "[[1]]",
    "[[null, 1]]", '[["a"]]', '[["a", "b", "c"]]', '{"a": {"b": 1}}', '"open', "'", "true",
    "nfiles()", "nfiles(0)", "nfiles(-1)", "nfiles(1e9)", "byrun(9,1)",
    "multiparam", "list", "new(window=-1)", "drainingn(x)", "(((((((", "a and and b", "isparentof:(" * 30, "located", "per_file", "9" * 5_000,
    '[["@memory_mb", "-1"]]', '[["@nothing", "1"]]', '[["--a=", "%"]]', '["gen", 1e400, 0]', '["nowhere", 0, 0]',
    '["gen", "0 3 * * *", "Mars/Base", "on"]', '["gen", "0 3 * * *", "UTC", "on"]',
    '["", "0001-01-01T00:00+23:59", "9999-12-31T00:00-23:59", "x"]', '["\\ud800", "x"]')


def files(seed: int, many: int) -> Iterator[tuple[str, bytes]]:
    """What was done to it, and the bytes; the same ones for the same seed."""
    luck, texts = Random(seed), originals()
    for number in range(many):
        text = luck.choice(texts)
        done: list[str] = []
        for _ in range(luck.choice((0, 1, 1, 1, 2, 3))):
            name, change = luck.choice(CHANGES)
            text = change(text, luck)
            done.append(name)
        last, spoil = luck.choice(SPOILS) if number % 3 == 0 else ("as UTF-8", _utf8)
        yield ", ".join([*done, last]), spoil(text, luck)


def originals() -> list[str]:
    """Good files of both forms: the example of the guide, what old files mean, and old files."""
    example = re.findall(r"```ini\n(.*?)```", PAGE.read_text(), re.DOTALL)[-1]
    state = '\n[state]\nactive = no\ntag1 = ["a"]\nhold1 = ["", "full"]\nschedule1 = ["reco", "0 3 * * *", "UTC", "on"]\n'
    return [example, example + state, *(file.read_text() for folder in ("old", "old/told") for file in sorted((DATA / folder).glob("*.ini")))]


def _lines(text: str, luck: Random, change: Callable[[list[str], int], None]) -> str:
    lines = text.split("\n")
    change(lines, luck.randrange(len(lines)))
    return "\n".join(lines)


def _cut(text: str, luck: Random) -> str:
    return text[:luck.randrange(len(text) + 1)]


def _without_lines(text: str, luck: Random) -> str:
    return "\n".join(line for line in text.split("\n") if luck.random() > 0.1)


def _twice(text: str, luck: Random) -> str:
    """A line, or a section with all its lines, comes again."""
    if luck.random() < 0.5:
        return _lines(text, luck, lambda lines, n: lines.insert(luck.randrange(len(lines)), lines[n]))
    sections = re.split(r"(?m)^(?=\[)", text)
    return "".join([*sections, "\n", luck.choice(sections)])


def _another_order(text: str, luck: Random) -> str:
    sections = re.split(r"(?m)^(?=\[)", text)
    luck.shuffle(sections)
    return "".join(each.rstrip("\n") + "\n" for each in sections)


def _named(text: str, luck: Random) -> str:
    """Another name wherever one name stands, or in one place only."""
    known = re.findall(r"(?m)^\[\w+ (.+)\]$", text) + re.findall(r"(?m)^name ?= ?(.+)$", text)
    return text.replace(luck.choice(known), luck.choice(NAMES), luck.choice((1, -1))) if known else text


def _valued(text: str, luck: Random) -> str:
    def change(lines: list[str], n: int) -> None:
        key, sign, _ = lines[n].partition("=")
        lines[n] = f"{key}={luck.choice((*VALUES, *NAMES))}" if sign else f"{luck.choice(NAMES)} = {luck.choice(VALUES)}"
    return _lines(text, luck, change)


def _said(text: str, luck: Random) -> str:
    """A key of somewhere else, or of nowhere."""
    key = luck.choice(("join", "jobs", "was", "format", "name", "note", "recoveries", "slices1", "hold1", "schedule2", "downtime1", "nxy0",
                       "campaign_stage_1", "file_pattern_1", "limit", "wall_s", "nothing", "keep_until", "tag1", "a" * 3_000, "é"))
    return _lines(text, luck, lambda lines, n: lines.insert(n + 1, f"{key} = {luck.choice(VALUES)}"))


def _signs(text: str, luck: Random) -> str:
    found = list(text)
    for _ in range(luck.randrange(1, 20)):
        found.insert(luck.randrange(len(found) + 1), luck.choice("[]=:%\"\\\n\r\t,{}()#;\x00\x1f\ufeff\u2028é🙂 "))
    return "".join(found)


def _nested(text: str, luck: Random) -> str:
    """Very many brackets, as a title, as a key, or as a value."""
    many = luck.choice((100, 5_000, LONG // 2))
    opened = luck.choice("[{(") * many
    closed = luck.choice(("", opened.translate(str.maketrans("[{(", "]})"))))
    if luck.random() < 0.5:     # where a list is read
        return re.sub(r"(?m)^((?:param_overrides|parameters|recoveries) ?= ?).*$", lambda found: found[1] + opened + closed, text, count=1)
    return _lines(text, luck, lambda lines, n: lines.insert(n, luck.choice(("param_overrides = ", "", "x = ")) + opened + closed))


def _ends(text: str, luck: Random) -> str:
    return text.replace("\n", luck.choice(("\r\n", "\r", "\n\n", "\n ", "\n\t", "\v\n")))


def _blanks(text: str, luck: Random) -> str:
    return _lines(text, luck, lambda lines, n: lines.insert(n, "a" + luck.choice(" \t\u00a0") * luck.choice((10, LONG // 4)) + luck.choice("b=:")))


def _grown(text: str, luck: Random) -> str:
    """Very many stages, or dependencies."""
    more = luck.choice(("[campaign_stage more{0}]\nstage_type = approval\n", "[dependencies more{0}]\ncampaign_stage_1 = gone\nfile_pattern_1 = %\n",
                        "junk {0}\n"))
    return text + "\n" + "".join(more.format(number) for number in range(luck.choice((20, 600))))


CHANGES: tuple[tuple[str, Callable[[str, Random], str]], ...] = (
    ("cut off", _cut), ("lines missing", _without_lines), ("said twice", _twice), ("another order", _another_order), ("a hostile name", _named),
    ("a hostile name", _named), ("an odd value", _valued), ("an odd value", _valued), ("an odd key", _said), ("odd signs", _signs),
    ("brackets", _nested), ("other ends of lines", _ends), ("very many blanks", _blanks), ("very many parts", _grown))


def _utf8(text: str, luck: Random) -> bytes:
    return text.encode(errors="replace")


def _other(text: str, luck: Random) -> bytes:
    return (text + "# Grün é").encode(luck.choice(("utf-16", "utf-32", "latin-1", "cp500")), errors="replace")


def _broken(text: str, luck: Random) -> bytes:
    data = bytearray(text.encode(errors="replace") or b"x")
    for _ in range(luck.randrange(1, 30)):
        data[luck.randrange(len(data))] = luck.randrange(256)
    return bytes(data)


def _cut_bytes(text: str, luck: Random) -> bytes:
    data = (text + "é🙂").encode(errors="replace")
    return data[:len(data) - luck.randrange(1, 6)]


def _large(text: str, luck: Random) -> bytes:
    """Ten megabytes: the text again and again, brackets, blanks, or nothing that is a text."""
    piece = luck.choice((text.encode(errors="replace") or b"x", b"[", b"[[", b" ", b"\x00", b"a = b\n", luck.randbytes(1000)))
    return piece * (HUGE // len(piece))


SPOILS: tuple[tuple[str, Callable[[str, Random], bytes]], ...] = (
    ("in another encoding", _other), ("with broken bytes", _broken), ("cut within a sign", _cut_bytes), ("ten megabytes", _large),
    ("with a mark", lambda text, luck: b"\xef\xbb\xbf" + text.encode(errors="replace")),
    ("empty", lambda text, luck: luck.choice((b"", b"\n", b"\x00"))))
