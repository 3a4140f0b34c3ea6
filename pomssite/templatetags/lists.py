"""Headings of lists that can be sorted: a link that turns the order round, and says which it is."""
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def heading(page: Any, name: str, words: str, classes: str = "") -> SafeString:
    """The head of a column by which a list (accounts.keyset) may be sorted."""
    way = page.direction(name)
    sort = format_html(' aria-sort="{}"', way) if way else ""
    return format_html('<th scope="col" class="{}"{}><a href="?{}">{}</a></th>', classes, sort, page.turned(name), words)
