"""Of long lists: headings by which they are sorted, and choices out of very many."""
from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def heading(page: Any, name: str, words: str, classes: str = "") -> SafeString:
    """The head of a column by which a list (accounts.keyset) may be sorted."""
    way = page.direction(name)
    sort = format_html(' aria-sort="{}"', way) if way else ""
    return format_html('<th scope="col" class="{}"{}><a href="?{}">{}</a></th>', classes, sort, page.turned(name), words)


@register.simple_tag
def options(rows: Iterable[tuple[str, str, bool]]) -> SafeString:
    """The choices of a select: value, words, whether it is chosen. A loop of the template would be ten times as long about it."""
    said = ((value, " selected" if chosen else "", words) for value, words, chosen in rows)
    return format_html_join("", '<option value="{}"{}>{}</option>', said)
