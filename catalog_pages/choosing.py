"""Choosing a product in the admin, however large the catalogue is.

The list comes from the search and is never longer than its one page: nothing counts or sorts the
whole table.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Page
from django.http import HttpRequest
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

from search.finding import find
from search.query import Query
from search.viewer import Viewer
from sync.models import Connection, Product
from sync.visibility import Visibility

FOUND = 100
"""Products that one search shows: whoever sees so many types one more word."""


class ProductFilterForm(BaseFilterForm):
    """The search field of the list."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Article, name, bar code")}),
    )

    @property
    def text(self) -> str:
        """What was typed."""
        return str(self.cleaned_data.get("q") or "") if self.is_valid() else ""

    def filter(self, objects: Any) -> Any:
        """The search has already chosen."""
        self.search_query = self.text or None
        self.is_searching = bool(self.text)
        return objects


class _ProductList(BaseChooseView):
    """Products found by a text, with article and category."""

    filter_form_class = ProductFilterForm
    per_page = 20

    def get_results_page(self, request: HttpRequest) -> Page[Product]:
        """One page of what was found."""
        found = self.filter_object_list(products_for(self.filter_form.text))
        self.paginator = self.paginator_class(found, per_page=self.per_page)
        page: Page[Product] = self.paginator.get_page(request.GET.get("p", 1))
        return page

    @property
    def columns(self) -> list[Column]:
        """Name, article, category."""
        return [
            *super().columns,
            Column("sku", label=_("Article"), accessor="sku"),
            Column("category", label=_("Category"), accessor="category"),
        ]


class ProductChooseView(ChooseViewMixin, CreationFormMixin, _ProductList):
    """The window with the search field."""


class ProductChooseResultsView(ChooseResultsViewMixin, CreationFormMixin, _ProductList):
    """The list in the window, anew for each word."""


class ProductChooserViewSet(ChooserViewSet):
    """The chooser of products: Wagtail uses it for every foreign key to `Product`."""

    model = Product
    icon = "tag"
    choose_one_text = _("Choose a product")
    choose_another_text = _("Choose another product")
    edit_item_text = _("Edit this product")
    choose_view_class = ProductChooseView
    choose_results_view_class = ProductChooseResultsView


product_chooser = ProductChooserViewSet("product_chooser", url_prefix="product-chooser")


def products_for(text: str) -> list[Product]:
    """Products of the active bases that answer a text, the best first."""
    bases = frozenset(Connection.objects.filter(is_active=True).values_list("pk", flat=True))
    viewer = Viewer(visibility=Visibility(connection_ids=bases), price_slot=None)
    found = find(Query(text=text, per_page=FOUND, with_facets=False), viewer)
    rows = Product.objects.select_related("category").in_bulk(list(found.product_ids))
    return [rows[pk] for pk in found.product_ids if pk in rows]
