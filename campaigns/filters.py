"""By what a list of campaigns may be narrowed."""
from typing import Any

import django_filters
from django import forms
from django.http import QueryDict

from campaigns.models import Campaign

ON = [("1", "Active"), ("0", "Inactive")]


class CampaignFilter(django_filters.FilterSet):
    """Part of the name, active or not."""

    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains", label="Name",
                                  widget=forms.TextInput(attrs={"class": "inp", "type": "search"}))
    on = django_filters.ChoiceFilter(field_name="active", choices=ON, label="Activity", empty_label="Active and inactive",
                                     widget=forms.Select(attrs={"class": "inp"}))

    def __init__(self, data: QueryDict | None = None, *args: Any, **kwargs: Any) -> None:
        """Those that are at rest are shown when somebody asks for them."""
        if data is not None and "on" not in data:
            data = data.copy()
            data["on"] = "1"
        super().__init__(data, *args, **kwargs)

    class Meta:
        model = Campaign
        fields: list[str] = []
