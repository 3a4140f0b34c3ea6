"""Lines of a log as they are shown: numbered, linked, marked, without what would steer a terminal."""
import re

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from submissions.logmarks import Kind, kind_of

CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")
LONGEST = 4000          # characters of one line; the rest is in the file
CLASSES = {Kind.ERROR: "err", Kind.WARN: "warn"}

register = template.Library()
PLAIN = '<li id="L{0}"><span></span><span>{0}</span><code>{3}</code></li>'
MARKED = '<li id="L{0}" class="{1}"><span>{2}</span><span>{0}</span><code>{3}</code></li>'
UNCOUNTED = '<li class="{1}"><span>{2}</span><span></span><code>{3}</code></li>'


@register.simple_tag
def log_lines(texts: list[bytes], first: int, hit: int = 0) -> SafeString:
    """`first` is the number of the first, 0 if it is not known; `hit` the line that is pointed at."""
    rows = (_line(text, first + place if first else 0, hit) for place, text in enumerate(texts))
    return format_html_join("", "{}", ((row,) for row in rows))


def _line(raw: bytes, number: int, hit: int) -> SafeString:
    kind = kind_of(raw)
    classes = " ".join(filter(None, [CLASSES.get(kind, ""), "on" if number and number == hit else ""]))
    form = UNCOUNTED if not number else MARKED if classes else PLAIN
    return format_html_join("", form, [(number, classes, kind.value, _shown(raw))])


def _shown(raw: bytes) -> str:
    text = CONTROLS.sub("", raw.decode("utf-8", "replace"))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} … {len(text) - LONGEST} characters more in the file"
