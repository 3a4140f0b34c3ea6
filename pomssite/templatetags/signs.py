"""What every page may draw or write: icons, numbers, times and ages."""
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from pomssite.icons import ICONS

register = template.Library()
THIN = "\u202f"


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A sign that stands beside its word, and is therefore hidden from screen readers."""
    return format_html('<svg class="ic" viewBox="0 0 16 16" aria-hidden="true">{}</svg>', lines(name))


def lines(name: str) -> SafeString:
    """The lines of a sign, to be put into a picture."""
    return mark_safe(ICONS[name])  # noqa: S308 a table of our own


def together(pieces: Iterable[str]) -> SafeString:
    """Hundreds of like pieces of markup as one; each of them has escaped what is not ours."""
    return mark_safe("".join(pieces))  # noqa: S308 see above


@register.filter
def number(value: Any) -> str:
    """11960 as 11 960, with a thin space that does not break."""
    return "" if value is None else f"{value:,}".replace(",", THIN)


@register.simple_tag(takes_context=True)
def when(context: Context, value: datetime | None, seconds: str = "") -> SafeString | str:
    """15:24 today, 21 Nov 16:00 else; the title says all."""
    if value is None:
        return ""
    same_day = value.date() == context["now"].date()
    form = ("%H:%M:%S" if seconds else "%H:%M") if same_day else "%-d %b %H:%M"
    return format_html('<time datetime="{}" title="{} UTC">{}</time>', value.isoformat(), value.strftime("%-d %b %Y %H:%M:%S"),
                       value.strftime(form))


@register.filter
def sentence(words: str) -> str:
    """What another program said, as a sentence."""
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith(('.', '?', '!')) else '.'}" if words else ""


@register.filter
def age(seconds: float | timedelta | None) -> str:
    """3 h 14 min."""
    if seconds is None:
        return ""
    whole = int(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)
    if whole < 60:
        return f"{whole} s" if isinstance(seconds, timedelta) or whole else f"{seconds:.1f} s"
    minutes, hours = whole // 60, whole // 3600
    if hours >= 48:
        return f"{hours // 24} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min {whole % 60} s" if whole % 60 else f"{minutes} min"


@register.filter
def initials(user: Any) -> str:
    """The letters of the round sign of a person."""
    names = [user.first_name, user.last_name] if user.first_name else [user.username]
    return "".join(name[:1] for name in names if name).upper()
