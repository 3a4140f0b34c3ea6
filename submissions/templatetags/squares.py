"""Pictures of a campaign of which a page has very many: squares of slices, bars on a line of time, boxes of a large graph."""
from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from pomssite.templatetags.signs import together
from submissions.services.lineages import COLUMNS, Square
from submissions.templatetags.states import SIGN, counted

NOT_BEGUN = Square(None, None, "not there yet")
register = template.Library()
BAR = '<a tabindex="-1" href="{}{}{}"><rect class="f c-{}" x="{}" y="2" width="{}" height="12"><title>{}</title></rect></a>'


def _around(context: Context, name: str) -> tuple[str, str]:
    """The address of one of many, before and behind its number."""
    start, end = escape(reverse(name, args=[context["exp"], 0])).rsplit("0", 1)
    return start, end


@register.simple_tag(takes_context=True)
def squares(context: Context, grid: Any, each: Any) -> SafeString:
    """Of one stage, oldest left; each leads to its submission. The keyboard reaches the same by the tab of submissions."""
    start, end = _around(context, "submissions:submission")
    row = grid.rows[each.stage.pk]
    if grid.size == 1:
        row = [*row, *[NOT_BEGUN] * (min(each.expected, COLUMNS) - len(row))]
    drawn = together(_square(square, start, end) for square in row)
    size = "slim" if len(row) <= 30 else "slim thin"
    return format_html('<span class="sq m {}" role="group" aria-label="{}">{}</span>', size, counted(each.counts), drawn)


def _square(square: Any, start: str, end: str) -> str:
    """Markup; the words may be of others."""
    words = escape(square.words)
    if square.state is None:
        return f'<i class="c-rest" title="{words}"></i>'
    look = f"c-{SIGN[square.state]}{'' if square.whole else ' o'}"
    return f'<a tabindex="-1" href="{start}{square.submission}{end}" title="{words}"><i class="{look}"></i></a>'


@register.simple_tag(takes_context=True)
def boxes(context: Context, drawing: Any) -> SafeString:
    """Of a graph with very many stages."""
    return drawing.boxes(reverse("campaigns:stage", args=[context["exp"], 0]))


@register.simple_tag(takes_context=True)
def bars(context: Context, line: Any, each: Any) -> SafeString:
    """The submissions of one stage on the line of time."""
    start, end = _around(context, "submissions:submission")
    drawn = format_html_join("", BAR, ((start, bar.submission, end, SIGN[bar.status], f"{bar.x:.1f}", f"{bar.width:.1f}", bar.words)
                                       for bar in line.bars[each.stage.pk]))
    words = f"{len(line.bars[each.stage.pk])} submissions of {each.stage.name}"
    return format_html('<svg class="times" viewBox="0 0 1000 16" preserveAspectRatio="none" role="group" aria-label="{}">{}</svg>', words, drawn)


@register.simple_tag
def axis(line: Any) -> SafeString:
    """The moments above the bars."""
    marks = format_html_join("", '<text x="{}%" y="13">{}</text>', ((f"{tick.x / 10:.1f}", tick.words) for tick in line.ticks))
    return format_html('<svg class="marks" aria-hidden="true">{}</svg><span class="sr">From {} to {} UTC</span>', marks,
                       line.start.strftime("%-d %b %H:%M"), line.end.strftime("%-d %b %H:%M"))
