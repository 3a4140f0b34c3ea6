"""By what the jobs of a submission may be narrowed, and how an address says it."""
import re
from datetime import datetime
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Q, QuerySet
from django.http import QueryDict

from pomssite.kit import spans
from submissions.filters import EVER, known_span
from submissions.models import Job
from submissions.states import JobState

STATES = tuple(state.value for state in JobState)
NUMBER = re.compile(r"(?:(\d{1,18})\.)?(\d{1,18})", re.ASCII)
NONE = "none"
MOST_MB = 2**31 - 1


def known_states(value: str) -> None:
    """Each of its words is a state of a job."""
    for word in value.split(","):
        if word not in STATES:
            raise ValidationError(f"{word!r} is no state of a job. Say one of {', '.join(STATES)}, or several with commas.")


class JobFilter(django_filters.FilterSet):
    """State (several), exit code, signal, site, host, least memory, time of the last news; number of the job, or a part of its cause."""

    state = django_filters.CharFilter(method="of_states", validators=[known_states])
    exit = django_filters.CharFilter(method="of_exit", validators=[RegexValidator(r"^(-?\d{1,9}|none)$", "Say a number, or none.")])
    signal = django_filters.NumberFilter(min_value=0, max_value=255)
    site = django_filters.CharFilter(method="of_site", max_length=80)
    host = django_filters.CharFilter(lookup_expr="icontains", max_length=120)
    mb = django_filters.NumberFilter(field_name="memory_mb", lookup_expr="gte", min_value=0, max_value=MOST_MB)
    q = django_filters.CharFilter(method="of_text", max_length=80)
    t = django_filters.CharFilter(method="of_time", validators=[known_span])

    class Meta:
        model = Job
        fields: list[str] = []

    def __init__(self, data: QueryDict | None, queryset: QuerySet[Job], *, at: datetime, **kwargs: Any) -> None:
        self.at = at
        super().__init__(data, queryset, **kwargs)

    def of_time(self, rows: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        """Something was heard of it then, and nothing since."""
        return rows.filter(**spans.read(value, now=self.at, usual=EVER).lookups("heard_at"))

    def of_states(self, rows: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        """Any of them."""
        return rows.filter(state__in=value.split(","))

    def of_exit(self, rows: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        """That one, or none yet."""
        return rows.filter(exit_code=None if value == NONE else int(value))

    def of_site(self, rows: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        """That one, or none that was said."""
        return rows.filter(site=None if value == NONE else value)

    def of_text(self, rows: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        """A number is a job's, with or without its cluster; else it is a part of what was said of it."""
        found = NUMBER.fullmatch(value.strip())
        if not found:
            return rows.filter(reason__icontains=value)
        cluster, number = found.groups()
        if cluster:
            return rows.filter(cluster=cluster, proc=_small(number))
        return rows.filter(Q(cluster=number) | Q(proc=_small(number)))


def _small(number: str) -> Any:
    """A number beyond those of jobs is no job's."""
    return int(number) if int(number) < 2**31 else -1
