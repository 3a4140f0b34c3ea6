"""Rows that the administration may look at and nobody may change there: services alone write them."""
from django.contrib import admin
from django.http import HttpRequest


class LookOnly(admin.ModelAdmin):
    """No adding, no changing, no deleting; lists do not count all rows."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


class LookInline(admin.TabularInline):
    """The same, inside another row's page."""

    extra = 0
    can_delete = False
    max_num = 0

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False
