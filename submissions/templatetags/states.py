"""Statuses and job states as signs, pills, bars and squares: a colour, an outline and a word, always the same."""
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from pomssite.templatetags.signs import icon, number
from submissions.states import JobState, Status

register = template.Library()
S, J = Status, JobState

SIGN: dict[str, str] = {
    S.NEW: "new", S.AWAITING: "appr", S.LAUNCH_FAILED: "lfail", S.IDLE: "idle", S.RUNNING: "run", S.HELD: "held", S.FAILED: "fail",
    S.COMPLETED: "done", S.LOCATED: "loc", S.REMOVED: "rem", S.CANCELLED: "canc",
    J.IDLE: "idle", J.HELD: "held", J.RUNNING: "run", J.LOST: "lfail", J.REMOVED: "rem", J.FAILED: "fail", J.DONE: "done",
}
HATCHED = frozenset({"held", "fail", "lfail"})
OUTLINED = frozenset({"idle", "done", "appr", "new"})
LETTER = {"fail": "×", "held": "‖", "lfail": "!", "run": "▸", "rem": "–", "canc": "/", "appr": "?"}
STATUS_ORDER = (S.LOCATED, S.COMPLETED, S.RUNNING, S.IDLE, S.NEW, S.AWAITING, S.HELD, S.FAILED, S.LAUNCH_FAILED, S.REMOVED, S.CANCELLED)
JOB_ORDER = (J.DONE, J.RUNNING, J.IDLE, J.HELD, J.FAILED, J.LOST, J.REMOVED)


@register.filter
def sign(status: str) -> str:
    """The short name under which the stylesheet knows a status."""
    return SIGN[status]


@register.simple_tag
def state(status: str, words: str = "") -> SafeString:
    """Sign and word."""
    return format_html('<span class="st c-{}">{}{}</span>', SIGN[status], icon(SIGN[status]), words or status.capitalize()
                       if status in JOB_ORDER else words or status)


@register.filter
def aged(batches: str | Iterable[str] | None, silent: Mapping[str, str]) -> str:
    """The class of what came from one of these batch systems, if nothing is heard from it now."""
    names = [batches] if isinstance(batches, str) else batches or ()
    return "aged" if any(name in silent for name in names) else ""


@register.simple_tag
def pill(status: str, words: str = "") -> SafeString:
    """The state of the thing that a page is about."""
    return format_html('<span class="pill c-{}">{}{}</span>', SIGN[status], icon(SIGN[status]), words or status)


@register.simple_tag
def status_bar(counts: Mapping[Any, int], total: int = 0, size: str = "") -> SafeString:
    """Submissions by status; the rest of the track is what has not started."""
    return _bar([(status, counts.get(status, 0)) for status in STATUS_ORDER], total, size)


@register.simple_tag
def job_bar(counts: Mapping[Any, int], total: int = 0, size: str = "") -> SafeString:
    """Jobs by state."""
    return _bar([(state, counts.get(state, 0)) for state in JOB_ORDER], total, size)


def _bar(parts: list[tuple[Any, int]], total: int, size: str) -> SafeString:
    present = [(part, count) for part, count in parts if count]
    whole = max(total or 0, sum(count for _, count in present), 1)
    words = in_words(present) or "nothing yet"
    return format_html('<svg class="sb {}" role="img" aria-label="{}"><title>{}</title>{}</svg>', size, words, words,
                       segments(present, whole))


def in_words(parts: list[tuple[Any, int]]) -> str:
    """7 Located, 1 Running."""
    return ", ".join(f"{number(count)} {part}" for part, count in parts)


def segments(parts: list[tuple[Any, int]], whole: int, *, x: float = 0, y: float = 0, width: float = 100, height: Any = "100%",
             unit: str = "%") -> SafeString:
    """Boxes side by side, hatched where the state is a bad one."""
    boxes, left = [], float(x)
    for part, count in parts:
        wide = width * count / whole
        fills = ["f", "hatch"] if SIGN[part] in HATCHED else ["f"]
        boxes += [(f"{left:.2f}{unit}", y, f"{wide:.2f}{unit}", height, fill, SIGN[part]) for fill in fills]
        left += wide
    return format_html_join("", '<rect x="{}" y="{}" width="{}" height="{}" class="{} c-{}"/>', boxes)


@register.simple_tag
def square_class(status: str) -> str:
    """Full: ended. Outline: waiting."""
    return f"c-{SIGN[status]} o" if SIGN[status] in OUTLINED else f"c-{SIGN[status]}"


@register.filter
def counted(counts: Mapping[Any, int]) -> str:
    """Statuses and how many of each, for those who cannot see the squares."""
    return in_words([(status, counts[status]) for status in STATUS_ORDER if counts.get(status)]) or "nothing yet"


@register.filter
def letter(status: str) -> str:
    """The sign inside a square."""
    return LETTER.get(SIGN[status], "")


@register.filter
def efficiency(job: Any, asked: Mapping[str, Any]) -> str:
    """CPU time by wall time and cores; "" while one of them is not known."""
    return "" if job.cpu_s is None or not job.wall_s else f"{job.cpu_s / (job.wall_s * (asked.get('cpus') or 1)):.2f}"
