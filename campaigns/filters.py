"""By what a list of campaigns may be narrowed."""
import django_filters
from django import forms

from campaigns.models import Campaign

ON = [("1", "Active"), ("0", "Inactive")]


class CampaignFilter(django_filters.FilterSet):
    """Part of the name, active or not."""

    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains", label="Name",
                                  widget=forms.TextInput(attrs={"class": "inp", "type": "search"}))
    on = django_filters.ChoiceFilter(field_name="active", choices=ON, label="Activity", empty_label="Active and inactive",
                                     widget=forms.Select(attrs={"class": "inp"}))

    class Meta:
        model = Campaign
        fields: list[str] = []
