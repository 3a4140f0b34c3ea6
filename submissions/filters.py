"""By what a list of submissions may be narrowed."""
import django_filters
from django import forms

from submissions.models import Submission
from submissions.states import AT_WORK, Status

GROUPS = {"live": sorted(AT_WORK), "bad": [Status.FAILED, Status.LAUNCH_FAILED, Status.HELD]}
CHOICES = [("live", "At work"), ("bad", "Failed or held"), *((status.value, status.value) for status in Status)]


class SubmissionFilter(django_filters.FilterSet):
    """Status or a group of them, tag, campaign, stage."""

    status = django_filters.ChoiceFilter(choices=CHOICES, method="of_status", label="Status", empty_label="Every status",
                                         widget=forms.Select(attrs={"class": "inp"}))
    q = django_filters.CharFilter(field_name="tag", lookup_expr="icontains", label="Tag",
                                  widget=forms.TextInput(attrs={"class": "inp", "type": "search"}))
    campaign = django_filters.NumberFilter(field_name="stage__campaign_id", label="Campaign number", min_value=0, max_value=2**63 - 1,
                                           widget=forms.NumberInput(attrs={"class": "inp"}))
    stage = django_filters.NumberFilter(field_name="stage_id", widget=forms.HiddenInput, min_value=0, max_value=2**63 - 1)

    class Meta:
        model = Submission
        fields: list[str] = []

    def of_status(self, rows, name: str, value: str):
        """One status, or a group of them."""
        return rows.filter(status__in=GROUPS.get(value, [value]))
