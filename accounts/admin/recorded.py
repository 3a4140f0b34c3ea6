"""What is changed in the administration is an event, as it is on the pages."""
import re
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts import events
from accounts.policy import Actor, By, Role
from pomssite.kit import clock
from pomssite.kit.looking import Linked

SECRET = re.compile("password")


def by(request: HttpRequest) -> By:
    """Who works here, in which role."""
    return By(request.user.get_username(), "root" if getattr(request.user, "is_superuser", False) else Role.SUPERUSER, "admin")


def actor(request: HttpRequest, experiment: str) -> Actor:
    """The same person as a service asks for them; who comes here acts as superuser."""
    user: Any = request.user
    return Actor(user.get_username(), user.pk, experiment, Role.SUPERUSER, root=user.is_superuser, door="admin")


def _words(value: Any) -> str:
    """Of several rows their names."""
    return ", ".join(map(str, value)) if isinstance(value, QuerySet) else str(value)


def _note(request: HttpRequest, what: str, row: Model, *, before: str = "", after: str = "") -> None:
    events.record([events.event(what, row, by=by(request), at=clock.now(), before=before[:2000], after=after[:2000])])


class Recorded(Linked):
    """Rows that are changed here; each change is written down in its own transaction."""

    note = "What you change here is written down in your name. No page checks it: read it twice."

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        names = [name for name in form.changed_data if name in form.cleaned_data and not SECRET.search(name)]
        said = ", ".join(f"{name}: {_words(form.cleaned_data[name])}" for name in names)
        was = ", ".join(f"{name}: {form.initial[name]}" for name in names if name in form.initial) if change else ""
        _note(request, "changed" if change else "made", obj, before=was, after=said)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for each in formset.deleted_forms:
            if each.instance.pk is not None:        # as long as it has a number
                _note(request, "deleted", each.instance, after=str(each.instance))
        super().save_formset(request, form, formset, change)
        for row in formset.new_objects:
            _note(request, "made", row, after=str(row))
        initial = {id(each.instance): each.initial for each in formset.forms}
        for row, names in formset.changed_objects:
            was = ", ".join(f"{name}: {initial[id(row)].get(name)}" for name in names)
            _note(request, "changed", row, before=was, after=", ".join(f"{name}: {getattr(row, name)}" for name in names))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        _note(request, "deleted", obj, after=str(obj))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        with transaction.atomic():
            for row in queryset:
                _note(request, "deleted", row, after=str(row))
            super().delete_queryset(request, queryset)
