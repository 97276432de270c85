"""Registers: the admin's read-mostly lists, made to stay quick over a million rows.

Counting stops at a limit, searching uses keys made by `base.texts`, only declared filters are
taken from the address, and a list costs a fixed number of queries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.paginator import InvalidPage
from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import Column as TableColumn
from wagtail.admin.ui.tables import DateColumn, UserColumn
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import HistoryView, IndexView, InspectView, WMABaseView

from base.figures import NOTHING, money_text, quantity_text
from base.texts import name_key, sku_key

COUNT_LIMIT = 10_000
"""Rows a list counts and pages through; who needs more narrows it by search and filters."""
NAME_MATCHES = 500
"""Rows found by comparing names in Python; more is "narrow it down" for a person."""
LAST_CHARACTER = "\uffff"


@dataclass(frozen=True, slots=True)
class Section:
    """A table under the fields of an inspected object."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    empty: str = ""


class BoundedPaginator(WagtailPaginator):
    """Counts no further than `COUNT_LIMIT`."""

    @cached_property
    def count(self) -> int:
        """Rows, at most the limit."""
        return min(self._seen, COUNT_LIMIT)

    @property
    def is_cut(self) -> bool:
        """Whether there are more rows than were counted."""
        return self._seen > COUNT_LIMIT

    @cached_property
    def items_count_label(self) -> str:
        """How many rows there are, in words."""
        return self.count_words

    @property
    def count_words(self) -> str:
        """How many rows there are: a number, or "more than" the limit."""
        number = quantity_text(self.count, _language())
        if self.is_cut:
            return _("more than %(count)s: narrow it by search or filters") % {"count": number}
        return _("found: %(count)s") % {"count": number}

    @cached_property
    def _seen(self) -> int:
        rows = self.object_list
        if isinstance(rows, models.QuerySet):
            return rows.order_by()[: COUNT_LIMIT + 1].count()
        return len(rows)


class KeySearch:
    """Finds rows by keys.

    A field named `name_key` is searched inside, one named `sku_key` from its beginning, by the
    keys of the words; a field given as `"~name"` or `"~dealer__name"` is compared in Python (small
    tables only: the database knows no Russian case); any other field from its beginning, as
    written and in lower case.
    """

    def __init__(self, search_fields: Sequence[str]) -> None:
        self.search_fields = search_fields

    @property
    def show_search_form(self) -> bool:
        """Whether there is anything to search."""
        return bool(self.search_fields)

    def search_queryset(
        self, queryset: models.QuerySet[Any], search_term: str, **_kwargs: Any
    ) -> models.QuerySet[Any]:
        """Rows of `queryset` that match; all of them for an empty term."""
        term = search_term.strip()[:200]
        if not term or not self.search_fields:
            return queryset
        wanted = models.Q(pk__in=[])
        for field in self.search_fields:
            wanted |= self._matches(queryset, field, term)
        return queryset.filter(wanted)

    def _matches(self, queryset: models.QuerySet[Any], field: str, term: str) -> models.Q:
        if field.startswith("~"):
            return _by_name(queryset, field[1:], name_key(term))
        if field.endswith("name_key"):
            return models.Q(**{f"{field}__contains": name_key(term)})
        if field.endswith("sku_key"):
            key = sku_key(term)
            return _begins(field, key) if key else models.Q(pk__in=[])
        return _begins(field, term) | _begins(field, term.lower())


def _begins(field: str, text: str) -> models.Q:
    # a range uses the index of the field, LIKE does not everywhere
    return models.Q(**{f"{field}__gte": text, f"{field}__lt": text + LAST_CHARACTER})


def _by_name(queryset: models.QuerySet[Any], path: str, key: str) -> models.Q:
    relation, _dunder, field = path.rpartition("__")
    if not relation:
        return models.Q(pk__in=_ids_by_name(queryset, field, key))
    # the few dealers are read, not their many orders
    related = queryset.model._meta.get_field(relation).related_model
    found = _ids_by_name(related._default_manager.all(), field, key)
    return models.Q(**{f"{relation}__in": found})


def _ids_by_name(queryset: models.QuerySet[Any], field: str, key: str) -> list[int]:
    found: list[int] = []
    for pk, name in queryset.order_by().values_list("pk", field).iterator():
        if key in name_key(name or ""):
            found.append(pk)
            if len(found) == NAME_MATCHES:
                break
    return found


class ReadHelper(PermissionHelper):
    """Rights of a register that only shows: whoever may view the model."""

    def get_all_model_permissions(self) -> models.QuerySet[Any]:
        """The one right that can be given."""
        found: models.QuerySet[Any] = super().get_all_model_permissions()
        return found.filter(codename=self.get_perm_codename("view"))

    def user_can_list(self, user: Any) -> bool:
        """By the right to view."""
        return bool(self.user_has_specific_permission(user, self.get_perm_codename("view")))

    def user_can_inspect_obj(self, user: Any, obj: Any) -> bool:
        """Whoever sees the list opens a row."""
        return self.user_can_list(user)

    def user_can_create(self, user: Any) -> bool:
        """Never: another part of the portal writes these rows."""
        return False

    def user_can_edit_obj(self, user: Any, obj: Any) -> bool:
        """Never."""
        return False

    def user_can_delete_obj(self, user: Any, obj: Any) -> bool:
        """Never."""
        return False


class EditHelper(ReadHelper):
    """Rights of a register whose rows staff also add and change, and never delete."""

    def get_all_model_permissions(self) -> models.QuerySet[Any]:
        """The rights that can be given."""
        names = [self.get_perm_codename(action) for action in ("view", "add", "change")]
        found: models.QuerySet[Any] = PermissionHelper.get_all_model_permissions(self)
        return found.filter(codename__in=names)

    def user_can_create(self, user: Any) -> bool:
        """By the right to add."""
        return bool(self.user_has_specific_permission(user, self.get_perm_codename("add")))

    def user_can_edit_obj(self, user: Any, obj: Any) -> bool:
        """By the right to change."""
        return bool(self.user_has_specific_permission(user, self.get_perm_codename("change")))


class ChangeHelper(EditHelper):
    """Rights of a register whose rows staff change and never add or delete."""

    def get_all_model_permissions(self) -> models.QuerySet[Any]:
        """The rights that can be given."""
        return super().get_all_model_permissions().exclude(codename=self.get_perm_codename("add"))

    def user_can_create(self, user: Any) -> bool:
        """Never."""
        return False


class RegisterIndex(IndexView):
    """A list that counts little and takes only declared filters."""

    paginator_class = BoundedPaginator
    sortable_by = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A filter value that makes no sense gives the whole list."""
        try:
            found: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        except IncorrectLookupParameters:
            return redirect(self.index_url)
        return found

    def get_filters(self, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """Filters of the register; whatever else the address asks for is not looked at.

        Otherwise the address could probe any field, such as a password's hash.
        """
        specs, has_filters, _others, use_distinct = super().get_filters(request)
        return specs, has_filters, {}, use_distinct

    def get_ordering(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> list[str]:
        """Always the register's own order: any other would sort a million rows."""
        return [*self.get_default_ordering(request), "-pk"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A page of rows and how many were counted."""
        paginator = self.paginator_class(self.queryset, self.items_per_page)
        try:
            page = paginator.page(self.page_num or 1)
        except InvalidPage:
            page = paginator.page(1)
        rows = list(page.object_list)
        self.model_admin.prepare(rows)
        narrowed = bool(self.query) or len(self.get_filters_params()) > 0
        context: dict[str, Any] = WMABaseView.get_context_data(
            self,
            all_count=paginator.count or narrowed,
            result_count=paginator.count_words,
            paginator=paginator,
            page_obj=page,
            elided_page_range=paginator.get_elided_page_range(page.number),
            object_list=rows,
            user_can_create=self.permission_helper.user_can_create(self.request.user),
            show_search=self.search_handler.show_search_form,
            **kwargs,
        )
        return context


class RegisterInspect(InspectView):
    """An object with its fields as the register words them, and its sections."""

    def get_field_label(self, field_name: str, field: Any = None) -> str:
        """The words of the register's own column, else of the field."""
        own = getattr(self.model_admin, field_name, None)
        words = getattr(own, "short_description", None)
        return str(words or super().get_field_label(field_name, field))

    def get_field_display_value(self, field_name: str, field: Any = None) -> Any:
        """What the register's own column shows, else the field in words."""
        own = getattr(self.model_admin, field_name, None)
        if own is not None and hasattr(own, "short_description"):
            return own(self.instance) or NOTHING
        value = getattr(self.instance, field_name)
        if isinstance(field, models.BooleanField):
            return yes_or_no(value)
        if isinstance(field, models.DateTimeField):
            return moment_words(value)
        if isinstance(field, (models.DecimalField, models.IntegerField)):
            return quantity_words(value)
        return super().get_field_display_value(field_name, field)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The fields and the sections."""
        sections = self.model_admin.sections(self.instance)
        context: dict[str, Any] = super().get_context_data(sections=sections, **kwargs)
        return context


class RegisterHistory(HistoryView):
    """What was changed, by whom and when."""

    columns = [
        TableColumn("message", label=gettext_lazy("what")),
        UserColumn(
            "user", label=gettext_lazy("who"), blank_display_name=gettext_lazy("the portal")
        ),
        DateColumn("timestamp", label=gettext_lazy("when")),
    ]


class Register(ModelAdmin):
    """A list of rows that staff see and do not change."""

    inspect_view_enabled = True
    history_view_enabled = False
    list_per_page = 50
    empty_value_display = NOTHING
    index_view_class = RegisterIndex
    inspect_view_class = RegisterInspect
    history_view_class = RegisterHistory
    inspect_template_name = "base/inspect.html"
    permission_helper_class: type[PermissionHelper] = ReadHelper
    search_handler_class = KeySearch

    def prepare(self, rows: list[Any]) -> None:
        """Load what the columns of a page need besides the rows, in a fixed number of queries."""

    def sections(self, instance: Any) -> Iterable[Section]:
        """Tables under the fields of an inspected object."""
        return ()

    def get_menu_label(self) -> str:
        """The plural name with one capital: the words are a sentence in Russian."""
        words = str(self.menu_label or self.opts.verbose_name_plural)
        return words[:1].upper() + words[1:]

    def register_indexing(self) -> None:
        """No reference index: a row of it for each row of the mirror would cost more than both."""


class EditableRegister(Register):
    """A list of rows that staff add and change; each change stays in the history."""

    history_view_enabled = True
    permission_helper_class = EditHelper


Column = Callable[[Any, Any], str]
"""A column of a register: takes the register and the object."""


def flag(field: str, label: Any) -> Column:
    """A column with yes or no in words."""

    def column(_register: Any, row: Any) -> str:
        return yes_or_no(_value(row, field))

    return _named(column, label)


def moment(field: str, label: Any) -> Column:
    """A column with date and time."""

    def column(_register: Any, row: Any) -> str:
        return moment_words(_value(row, field))

    return _named(column, label)


def day(field: str, label: Any) -> Column:
    """A column with a date."""

    def column(_register: Any, row: Any) -> str:
        return day_words(_value(row, field))

    return _named(column, label)


def money(field: str, label: Any) -> Column:
    """A column with money in the currency of the row."""

    def column(_register: Any, row: Any) -> str:
        return money_words(_value(row, field), row.currency)

    return _named(column, label)


def text(field: str, label: Any) -> Column:
    """A column with a value reached through relations, such as `dealer.name`."""

    def column(_register: Any, row: Any) -> str:
        value = _value(row, field)
        return NOTHING if value in (None, "") else str(value)

    return _named(column, label)


def yes_or_no(value: bool | None) -> str:
    """A truth in words; nothing for an unknown one."""
    if value is None:
        return NOTHING
    return _("yes") if value else _("no")


def moment_words(value: datetime | None) -> str:
    """Date and time in the reader's zone: `23.11.2026 14:05`."""
    return NOTHING if value is None else f"{timezone.localtime(value):%d.%m.%Y %H:%M}"


def day_words(value: date | None) -> str:
    """A date, written as those of moments are: `23.11.2026`."""
    return NOTHING if value is None else f"{value:%d.%m.%Y}"


def money_words(amount: Decimal | None, currency: str) -> str:
    """Money: `12 480,00 ₽`."""
    return NOTHING if amount is None else money_text(amount, currency, _language())


def quantity_words(value: Decimal | int | None, unit: str = "") -> str:
    """A quantity with its unit: `4 860 шт`."""
    return NOTHING if value is None else quantity_text(value, _language(), unit)


def _named(column: Column, label: Any) -> Column:
    column.short_description = label  # type: ignore[attr-defined]
    return column


def _value(row: Any, path: str) -> Any:
    for part in path.split("."):
        if row is None:
            return None
        row = getattr(row, part)
    return row


def _language() -> str:
    return get_language() or ""
