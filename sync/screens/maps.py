"""Maps of a base: price types, warehouses, units, currencies and statuses, unmapped ones first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from django.views.generic.base import View
from wagtail.admin import messages

from base.models import User
from base.registers import moment_words
from sync.goods import aliases, mapping
from sync.goods.mapping import PriceTypeAnswers, PriceTypeRow, StatusRow
from sync.models import Alias, Connection, Warehouse
from sync.screens.base import Screen

RIGHT = "sync.change_pricetype"
"""The right to see the maps; each of them is changed by its own."""

SHOWN = 300
"""Rows of a map that one page shows."""

VAT = (
    ("", gettext_lazy("not said")),
    ("yes", gettext_lazy("inside the price")),
    ("no", gettext_lazy("on top of the price")),
)
VAT_VALUES = {"": None, "yes": True, "no": False}

QUESTIONS = {
    "name": gettext_lazy("1C has not named it"),
    "currency": gettext_lazy("the currency is not known"),
    "vat": gettext_lazy("1C has not said whether VAT is inside"),
}


class RowForm(forms.Form):
    """One row of a map: its fields without labels of their own, named by the column and the row."""

    def __init__(self, row: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row


def _named(field: forms.Field, column: Any, row: Any) -> None:
    field.widget.attrs["aria-label"] = f"{column}: {row}"


class PriceTypeForm(RowForm):
    """What a person says about a price type."""

    title = forms.CharField(required=False, max_length=250)
    vat = forms.ChoiceField(required=False, choices=VAT)

    def __init__(self, row: PriceTypeRow, *args: Any, **kwargs: Any) -> None:
        super().__init__(row, *args, **kwargs)
        it = row.price_type
        self.fields["title"].initial = it.title
        self.fields["vat"].initial = next(
            key for key, value in VAT_VALUES.items() if value is it.vat_answer
        )
        if it.vat_included is not None:
            del self.fields["vat"]
        for name, column in (("title", _("name in the portal")), ("vat", _("VAT"))):
            if name in self.fields:
                _named(self.fields[name], column, it.name or it.ref)

    @property
    def questions(self) -> list[str]:
        """What is still to be said, in words."""
        return [str(QUESTIONS[key]) for key in self.row.asks]


class WarehouseForm(RowForm):
    """What a person says about a warehouse."""

    title = forms.CharField(required=False, max_length=250)
    is_sold_from = forms.BooleanField(required=False)

    def __init__(self, row: Warehouse, *args: Any, **kwargs: Any) -> None:
        super().__init__(row, *args, **kwargs)
        self.fields["title"].initial = row.title
        self.fields["is_sold_from"].initial = row.is_sold_from
        _named(self.fields["title"], _("name in the portal"), row)
        _named(self.fields["is_sold_from"], _("dealers buy from it"), row)

    @property
    def is_unmapped(self) -> bool:
        """Nobody has named it."""
        return mapping.is_nameless(self.row)


class WordForm(RowForm):
    """What a word of 1C means."""

    means = forms.CharField(required=False, max_length=100)

    def __init__(self, row: Alias, *args: Any, **kwargs: Any) -> None:
        super().__init__(row, *args, **kwargs)
        self.fields["means"].initial = row.means
        self.fields["means"].widget.attrs["list"] = "known-words"
        _named(self.fields["means"], _("in the portal"), row.told)

    @property
    def seen(self) -> str:
        """When 1C used the word last."""
        return moment_words(self.row.seen_at)


class StatusForm(RowForm):
    """What a status of 1C means."""

    meaning = forms.ChoiceField(required=False)

    def __init__(self, row: StatusRow, *args: Any, **kwargs: Any) -> None:
        super().__init__(row, *args, **kwargs)
        port = mapping.trading()
        choices = port.status_choices() if port else []
        field: Any = self.fields["meaning"]
        field.choices = [("", _("not known")), *choices]
        field.initial = row.meaning
        _named(field, _("status of an order"), row.name)


class NewWordForm(forms.Form):
    """A word of 1C that the portal takes for another one by itself."""

    told = forms.CharField(label=gettext_lazy("in 1C"), max_length=100)
    means = forms.CharField(label=gettext_lazy("in the portal"), max_length=100)


@dataclass(frozen=True)
class Tab:
    """A map: its rows, the form of one, and how a form is saved."""

    name: str
    label: Any
    template: str
    right: str
    form: type[RowForm]
    rows: Callable[[Connection], Sequence[Any]]
    key: Callable[[Any], int]
    kind: str = ""


TABS: dict[str, Tab] = {
    tab.name: tab
    for tab in (
        Tab(
            "price_types",
            gettext_lazy("Price types"),
            "sync/_map_price_types.html",
            "sync.change_pricetype",
            PriceTypeForm,
            mapping.price_type_rows,
            lambda row: row.price_type.pk,
        ),
        Tab(
            "warehouses",
            gettext_lazy("Warehouses"),
            "sync/_map_warehouses.html",
            "sync.change_warehouse",
            WarehouseForm,
            mapping.warehouse_rows,
            lambda row: row.pk,
        ),
        Tab(
            "units",
            gettext_lazy("Units"),
            "sync/_map_words.html",
            "sync.change_alias",
            WordForm,
            lambda base: mapping.word_rows(base, Alias.Kind.UNIT),
            lambda row: row.pk,
            Alias.Kind.UNIT,
        ),
        Tab(
            "currencies",
            gettext_lazy("Currencies"),
            "sync/_map_words.html",
            "sync.change_alias",
            WordForm,
            lambda base: mapping.word_rows(base, Alias.Kind.CURRENCY),
            lambda row: row.pk,
            Alias.Kind.CURRENCY,
        ),
        Tab(
            "statuses",
            gettext_lazy("Statuses"),
            "sync/_map_statuses.html",
            "dealer_area.change_statusmap",
            StatusForm,
            mapping.status_rows,
            lambda row: row.pk,
        ),
    )
}


class MapsView(Screen, View):
    """Leads to the maps of a base: the one that is asked for, else the one that asks most."""

    permission_required = RIGHT

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The first map of the base in which something waits for a person."""
        bases = list(Connection.objects.order_by("pk"))
        if not bases:
            return redirect("sync_connection_modeladmin_index")
        counts = mapping.unmapped_by_tab([base.pk for base in bases])
        named = [base for base in bases if str(base.pk) == request.GET.get("base")]
        base = max(named or bases, key=lambda each: (sum(counts[each.pk].values()), -each.pk))
        tab = next((name for name in TABS if counts[base.pk][name]), "price_types")
        return redirect("exchange:map", base=base.pk, tab=tab)


class MapView(Screen, TemplateView):
    """One map of a base, saved as a whole: only what differs is written."""

    permission_required = RIGHT
    template_name = "sync/map.html"
    header_icon = "list-ul"

    @cached_property
    def base(self) -> Connection:
        """The base of the address."""
        found: Connection = get_object_or_404(Connection, pk=self.kwargs["base"])
        return found

    @cached_property
    def tab(self) -> Tab:
        """The map of the address."""
        if self.kwargs["tab"] not in TABS:
            raise Http404
        return TABS[self.kwargs["tab"]]

    @property
    def may_change(self) -> bool:
        """Whether the person has the right of this map."""
        return bool(self.request.user.has_perm(self.tab.right))

    def get_page_title(self) -> str:
        """Whose maps these are."""
        return _("Maps: %(base)s") % {"base": self.base.name}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save what differs, or show what cannot be."""
        if not self.may_change:
            raise PermissionDenied
        if self.tab.kind and "told" in request.POST:
            return self._add(request)
        bound = self.forms(request.POST)
        if not bound:
            return redirect(request.path)
        valid = [form for form in bound if form.is_valid()]
        saved = 0
        at = timezone.now()
        for form in valid:
            try:
                saved += self._save(form, request, at)
            except ValidationError as error:
                form.add_error(None, error)
        if any(form.errors for form in bound):
            return self.render_to_response(self.get_context_data(forms=bound), status=422)
        messages.success(request, _saved(saved) if saved else _("Nothing has changed."))
        return redirect(request.path)

    def _add(self, request: HttpRequest) -> HttpResponse:
        form = NewWordForm(request.POST)
        if form.is_valid():
            try:
                made = mapping.add_word(
                    connection=self.base,
                    kind=self.tab.kind,
                    by=_person(request),
                    at=timezone.now(),
                    **form.cleaned_data,
                )
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(
                    request,
                    _("“%(told)s” now means “%(means)s”.")
                    % {"told": made.told, "means": made.means},
                )
                return redirect(request.path)
        return self.render_to_response(self.get_context_data(new_word=form), status=422)

    def forms(self, data: Any = None) -> list[RowForm]:
        """A form for each row; of what was sent, for each row that the person has seen."""
        rows = list(self.tab.rows(self.base))
        if data is None:
            rows = rows[:SHOWN]
        else:
            seen = set(data.getlist("row"))
            rows = [row for row in rows if str(self.tab.key(row)) in seen]
        return [
            self.tab.form(row, data, prefix=str(self.tab.key(row)), use_required_attribute=False)
            for row in rows
        ]

    def _save(self, form: RowForm, request: HttpRequest, at: datetime) -> bool:
        """Hand a row to its verb; whether anything was new."""
        told = form.cleaned_data
        by = _person(request)
        row = form.row
        if isinstance(form, PriceTypeForm):
            answers = PriceTypeAnswers(
                title=told["title"],
                vat_inside=VAT_VALUES[told.get("vat", "")],
                is_default=request.POST.get("default") == str(row.price_type.pk),
            )
            return mapping.set_price_type(price_type=row.price_type, answers=answers, by=by, at=at)
        if isinstance(form, WarehouseForm):
            return mapping.set_warehouse(warehouse=row, by=by, at=at, **told)
        if isinstance(form, WordForm):
            return mapping.set_word(alias=row, means=told["means"], by=by, at=at)
        port = mapping.trading()
        try:
            return port is not None and port.set_status(
                connection_id=self.base.pk, pk=row.pk, meaning=told["meaning"], by=by, at=at
            )
        except ObjectDoesNotExist:
            # somebody has taken the row away meanwhile
            return False

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The tabs with what waits in each, and the rows."""
        counts = mapping.unmapped_by_tab([self.base.pk])[self.base.pk]
        tab = self.tab
        rows = kwargs.pop("forms", None) or self.forms()
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context |= {
            "tab": tab,
            "base": self.base,
            "bases": list(Connection.objects.order_by("name").values_list("pk", "name")),
            "tabs": [
                (
                    reverse("exchange:map", args=[self.base.pk, name]),
                    each.label,
                    counts[name],
                    name == tab.name,
                )
                for name, each in TABS.items()
            ],
            "rows": rows,
            "may_change": self.may_change,
        }
        if tab.kind:
            context["words"] = list(aliases.names(tab.kind))
            context.setdefault("new_word", NewWordForm())
        if tab.name == "price_types":
            context["is_used"] = any(form.row.is_used for form in rows)
            context["has_default"] = any(form.row.price_type.is_default for form in rows)
        return context


def _person(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _saved(count: int) -> str:
    words = ngettext("%(count)s row is saved.", "%(count)s rows are saved.", count)
    return words % {"count": count}
