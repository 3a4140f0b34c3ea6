"""By what a list of submissions may be narrowed, and how an address says it."""
from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import QueryDict

from campaigns.models import Stage
from pomssite.kit import spans
from pomssite.kit.numbers import number
from submissions.models import Submission
from submissions.states import AT_WORK, IN_TROUBLE, Status

GROUPS = {"live": sorted(AT_WORK), "bad": sorted(IN_TROUBLE)}
STUCK = "stuck"
SLUGS = {status.value.lower().replace(" ", "-"): status for status in Status}
WORDS = {"live": "at work", "bad": "failed or held", STUCK: "stuck", **{slug: status.value for slug, status in SLUGS.items()}}
EVER = "all"
LARGEST = 2**63 - 1
TYPED = ("status", "by", "campaign", "stage", "host", "t")     # what may be typed as word:value


def known_status(value: str) -> None:
    """Each of its words means something."""
    for word in _words(value):
        if word not in WORDS:
            raise ValidationError(f"{word!r} is no status. Say one of {', '.join(WORDS)}, or several with commas.")


def known_span(value: str) -> None:
    """It can be read as a span of time; which moment it is read at does not matter."""
    if spans.read(value, now=spans.BEGINNING + spans.LONG["mo"] * 1000, usual=EVER).text != value:
        raise ValidationError(f"{value!r} is no span of time. Say 24h, 7d, 12mo, all, or 2026-11-20..2026-11-22.")


def _words(value: str) -> list[str]:
    return [word.strip().lower().replace(" ", "-") for word in value.split(",") if word.strip()]


class SubmissionFilter(django_filters.FilterSet):
    """Status (several, or a group of them), tag or number, who asked for it, campaign, stage, login host, time of launch."""

    status = django_filters.CharFilter(method="of_status", validators=[known_status], widget=forms.HiddenInput)
    q = django_filters.CharFilter(method="of_text", label="Tag or number", max_length=80)
    by = django_filters.CharFilter(field_name="creator__username", max_length=150, widget=forms.HiddenInput)
    campaign = django_filters.NumberFilter(method="of_campaign", min_value=0, max_value=LARGEST, widget=forms.HiddenInput)
    stage = django_filters.NumberFilter(field_name="stage_id", min_value=0, max_value=LARGEST, widget=forms.HiddenInput)
    host = django_filters.CharFilter(field_name="host", max_length=250, widget=forms.HiddenInput)
    t = django_filters.CharFilter(method="of_time", validators=[known_span], widget=forms.HiddenInput)

    class Meta:
        model = Submission
        fields: list[str] = []

    def __init__(self, data: QueryDict | None, queryset: QuerySet[Submission], *, at: datetime, **kwargs: Any) -> None:
        self.at = at
        super().__init__(data, queryset, **kwargs)

    def of_status(self, rows: QuerySet[Submission], name: str, value: str) -> QuerySet[Submission]:
        """Any of them."""
        words = _words(value)
        wanted = Q(status__in=sorted({status for word in words for status in GROUPS.get(word, [SLUGS.get(word)]) if status}))
        if STUCK in words:
            wanted |= ~Q(stuck="") & Q(settled_at=None, abandoned_at=None)
        return rows.filter(wanted)

    def of_text(self, rows: QuerySet[Submission], name: str, value: str) -> QuerySet[Submission]:
        """A number is a submission's, with or without its sign; else it is a part of the tag."""
        pk = number(value.removeprefix("#"))
        return rows.filter(tag__icontains=value) if pk is None else rows.filter(pk=pk)

    def of_campaign(self, rows: QuerySet[Submission], name: str, value: int) -> QuerySet[Submission]:
        """Of all its stages, also of those that are retired."""
        return rows.filter(stage_id__in=list(Stage.objects.filter(campaign=value).values_list("pk", flat=True)))

    def of_time(self, rows: QuerySet[Submission], name: str, value: str) -> QuerySet[Submission]:
        """Launched then."""
        return rows.filter(**spans.read(value, now=self.at, usual=EVER).lookups("created_at"))
