"""Choosing partners and counterparties of 1C in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.chooser import (
    BaseChooseView,
    ChooseResultsViewMixin,
    ChooseViewMixin,
    CreationFormMixin,
)
from wagtail.admin.viewsets.chooser import ChooserViewSet

from base.registers import BoundedPaginator, KeySearch
from sync.models import Counterparty, Partner


class NameFilterForm(BaseFilterForm):
    """The search field of the list."""

    q = forms.CharField(label=_("Search"), required=False)
    search = KeySearch(("~name", "ref"))

    def filter(self, objects: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Rows whose name has the words."""
        self.search_query = self.cleaned_data.get("q") or ""
        self.is_searching = bool(self.search_query)
        return self.search.search_queryset(objects, self.search_query)


class CounterpartyFilterForm(NameFilterForm):
    """By name or INN."""

    search = KeySearch(("~name", "inn", "ref"))


class _List(BaseChooseView):
    """Rows that 1C has not deleted, with their base."""

    filter_form_class = NameFilterForm
    paginator_class = BoundedPaginator
    per_page = 20
    ordering = "name"

    def get_object_list(self) -> models.QuerySet[Any]:
        """Current rows with what the columns show."""
        found: models.QuerySet[Any] = super().get_object_list()
        return found.filter(archived=False).select_related("connection")

    @property
    def columns(self) -> list[Column]:
        """The name and the base of 1C."""
        return [*super().columns, Column("connection", label=_("1C base"), accessor="connection")]


class PartnerChooseView(ChooseViewMixin, CreationFormMixin, _List):
    """The window with the search field."""


class PartnerResultsView(ChooseResultsViewMixin, CreationFormMixin, _List):
    """The list in the window."""


class _Counterparties(_List):
    filter_form_class = CounterpartyFilterForm

    @property
    def columns(self) -> list[Column]:
        """The INN besides."""
        return [*super().columns, Column("inn", label=_("INN"), accessor="inn")]


class CounterpartyChooseView(ChooseViewMixin, CreationFormMixin, _Counterparties):
    """The window with the search field."""


class CounterpartyResultsView(ChooseResultsViewMixin, CreationFormMixin, _Counterparties):
    """The list in the window."""


class PartnerChooser(ChooserViewSet):
    """Wagtail uses it for every foreign key to `Partner`."""

    model = Partner
    icon = "group"
    choose_one_text = _("Choose a partner")
    choose_another_text = _("Choose another partner")
    choose_view_class = PartnerChooseView
    choose_results_view_class = PartnerResultsView


class CounterpartyChooser(ChooserViewSet):
    """Wagtail uses it for every foreign key to `Counterparty`."""

    model = Counterparty
    icon = "user"
    choose_one_text = _("Choose a counterparty")
    choose_another_text = _("Choose another counterparty")
    choose_view_class = CounterpartyChooseView
    choose_results_view_class = CounterpartyResultsView


partner_chooser = PartnerChooser("partner_chooser", url_prefix="partner-chooser")
counterparty_chooser = CounterpartyChooser(
    "counterparty_chooser", url_prefix="counterparty-chooser"
)
