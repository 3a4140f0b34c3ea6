"""Rows that the administration may look at and nobody may change there: services alone write them. No list counts all rows."""
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pomssite.kit.numbers import number

NEWEST = ("-pk",)

PAGE = 50
MOST = 20 * PAGE        # rows that are counted; who looks for one among more narrows the list


class AtLeast(int):
    """A count that was not carried on to the end."""

    def __str__(self) -> str:
        return f"more than {int(self):,}".replace(",", "\u202f")


class Some(Paginator):
    """Counts up to a limit: of a list without end the first pages are enough."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list.order_by() if isinstance(self.object_list, QuerySet) else self.object_list
        found = len(rows.values_list("pk")[:MOST + 1]) if isinstance(rows, QuerySet) else len(rows)
        return AtLeast(MOST) if found > MOST else found


def _user(request: HttpRequest) -> Any:
    return request.user


class Mine(admin.RelatedFieldListFilter):
    """Experiments that the reader sees."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        user = _user(request)
        return list(field.get_choices(include_blank=False, limit_choices_to={} if user.is_superuser else {"pk__in": user.superuser_of}))


class Linked(admin.ModelAdmin):
    """A list of the administration: bounded, searched by what is indexed, with the way to the pages of each row."""

    paginator = Some
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER        # they would count all rows for every word of every filter
    list_per_page = PAGE
    list_max_show_all = PAGE
    place = ""              # the name of the list of the pages
    note = ""               # what the reader should know
    wall: str | None = None     # the way from a row to its experiment; "" of what is the whole site's; unsaid: its own, if it has one

    def reaches(self, request: HttpRequest) -> bool:
        """Root sees all of it; a superuser what is of their experiments."""
        user: Any = request.user
        return bool(user.is_active and (user.is_superuser or self._wall and user.superuser_of))

    @property
    def _wall(self) -> str:
        own = any(field.name == "experiment" for field in self.model._meta.get_fields())
        return self.wall if self.wall is not None else "experiment" if own else ""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.reaches(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.reaches(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """What is not among them is not there: for lists, searches, addresses, choices and deeds alike."""
        rows, user = super().get_queryset(request), _user(request)
        if user.is_superuser:
            return rows
        return self.walled(rows, user.superuser_of) if self._wall else rows.none()

    def walled(self, rows: QuerySet, mine: tuple[str, ...]) -> QuerySet:
        """Those of these experiments."""
        return rows.filter(**{f"{self._wall}__in": mine})

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """A filter by experiment offers those that one sees."""
        return [(each, Mine) if isinstance(each, str) and each.rpartition("__")[2] == "experiment" else each
                for each in super().get_list_filter(request)]

    def address(self, row: Any) -> str:
        """The page of this row, if it has one."""
        return ""

    @admin.display(description="page")
    def page(self, row: Model) -> SafeString | str:
        """The way out of the administration."""
        found = self.address(row)
        return format_html('<a class="out" href="{}">Open<span class="visually-hidden"> the page of {}</span></a>', found, row) if found else ""

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        shown = list(super().get_list_display(request))
        return shown if type(self).address is Linked.address else [*shown, "page"]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """What was changed is told by the events, whichever door it came through."""
        if self.get_object(request, object_id) is None:
            raise Http404("There is no such row here.")
        return redirect(f"{reverse('admin:accounts_event_changelist')}?q={self.opts.model_name}:{object_id}")

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        return (self.address(obj) or None) if obj is not None else None

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Every word must be found in one of the fields; a number is not looked for among words, nor a word among numbers."""
        for word in search_term.split():
            asked = [Q(**{field if "__" in field else f"{field}__icontains": word}) for field in self.get_search_fields(request)
                     if not field.endswith("id__exact") or number(word) is not None]
            queryset = queryset.filter(Q(*asked, _connector=Q.OR)) if asked else queryset.none()
        return queryset, False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        exp = request.session.get("experiment")
        way = reverse(self.place, args=[exp]) if self.place and exp else ""
        return super().changelist_view(request, {"note": self.note, "way": way, "of": exp, **(extra_context or {})})


class LookOnly(Linked):
    """No adding, no changing, no deleting."""

    note = "These are the stored rows. They are changed on the pages: there it is checked, said beforehand, and written down."

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LookInline(admin.TabularInline):
    """The same, inside another row's page."""

    extra = 0
    can_delete = False
    max_num = 0
    show_change_link = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who sees the row sees what belongs to it."""
        return bool(_user(request).is_staff)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Among(admin.SimpleListFilter):
    """A filter over words that are known beforehand: asking a large table which there are would read all of it."""

    words: tuple[str, ...] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(word, word) for word in self.words]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


def among(name: str, *known: str) -> type[Among]:
    """The filter of a column over these words."""
    return type(f"Among_{name}", (Among,), {"title": name.replace("_", " "), "parameter_name": name, "words": known})


class Belonging(LookOnly):
    """Rows of one thing, which `of` names; its page, to which `way` leads, is theirs. The newest first."""

    of: str
    way: Callable[[Any], str]
    ordering = NEWEST

    def address(self, row: Any) -> str:
        return type(self).way(getattr(row, self.of))
