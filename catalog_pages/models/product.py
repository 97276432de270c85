"""The content of an enriched product."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from base.addresses import slug_with_id
from base.models import BasePage
from catalog_pages.blocks import GalleryBlocks, ProductBlocks
from catalog_pages.models.category import CategoryPage
from catalog_pages.models.index import CataloguePage
from catalog_pages.panels import MasterDataPanel
from sync.models import Category, Product


class ProductPageForm(WagtailAdminPageForm):
    """Asks for the product first; what is left empty is taken from it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "title" in self.fields:
            self.fields["title"].required = False

    def clean(self) -> dict[str, Any]:
        """The product must belong to the branch where the page stands."""
        product: Product | None = self.cleaned_data.get("product")
        if product and not self.cleaned_data.get("title"):
            self.cleaned_data["title"] = title_of(product)
        if product:
            slug = slug_with_id(product.pk, product.name)
            self.cleaned_data["slug"] = self.instance.slug = slug
        cleaned: dict[str, Any] = super().clean()
        if product and not is_in_branch(product, self.parent_page):
            self.add_error(
                "product", _("This product belongs to another category of the catalogue.")
            )
        return cleaned


class ProductPage(CataloguePage, BasePage):
    """Texts, pictures, video and spec sheets of a product; master data stays in the mirror."""

    product = models.OneToOneField(
        Product, on_delete=models.PROTECT, related_name="page", verbose_name=_("product")
    )
    lead = models.CharField(_("lead"), max_length=300, blank=True)
    gallery = StreamField(
        GalleryBlocks(),
        blank=True,
        verbose_name=_("more pictures"),
        help_text=_("Stand in the gallery behind the pictures from 1C."),
    )
    body = StreamField(ProductBlocks(), blank=True, verbose_name=_("content"))

    base_form_class = ProductPageForm
    content_panels: ClassVar[list[object]] = [
        FieldPanel("product"),
        MasterDataPanel(),
        FieldPanel(
            "title",
            heading=_("Heading"),
            help_text=_("Stands above the text. Empty: the product's name."),
        ),
        FieldPanel("lead"),
        FieldPanel("gallery"),
        FieldPanel("body"),
    ]
    promote_panels: ClassVar[list[object]] = [
        FieldPanel("seo_title"),
        FieldPanel("search_description"),
    ]
    parent_page_types: ClassVar[list[str]] = ["catalog_pages.CategoryPage"]
    subpage_types: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("product page")
        verbose_name_plural = _("product pages")

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """Fill an empty title from the product, and the slug always."""
        if self.product_id:
            self.title: str = self.title or title_of(self.product)
            self.slug = slug_with_id(self.product.pk, self.product.name)
        super().full_clean(*args, **kwargs)

    def get_path_of_content(self) -> str:
        """The slug is the last part of the product's own address, so no query is needed."""
        return f"/product/{self.slug}/"

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The product's page with the content as it stands in the form."""
        from catalog_pages.views.product import show_product

        return show_product(request, self.product, page=self)


def title_of(product: Product) -> str:
    """The product's name as far as a page's title is long."""
    return product.name[: Page._meta.get_field("title").max_length]


def is_in_branch(product: Product, parent: Page) -> bool:
    """Whether the product's category is that of the page `parent` or lies below it."""
    page = parent.specific
    if not isinstance(page, CategoryPage):
        return False
    category: Category | None = product.category
    seen: set[int] = set()
    while category is not None and category.pk not in seen:
        if category.pk == page.category_id:
            return True
        seen.add(category.pk)
        category = category.parent
    return False
