"""A page for each category of 1C."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page

from base.addresses import slug_with_id
from base.models import BasePage, PortalImage
from catalog_pages.models.index import CataloguePage
from sync.models import Category


class CategoryPage(CataloguePage, BasePage):
    """A thin page of a category, kept in step with the mirror by a task; its text is ours.

    Name and place in the tree are 1C's: the title and the slug are made of the category's name
    whenever the page is saved. `hidden_by_onec` remembers that the page was unpublished because
    1C archived the category, so that it comes back with it; a page that an editor unpublished
    stays so.
    """

    category = models.OneToOneField(
        Category, on_delete=models.PROTECT, related_name="page", verbose_name=_("category")
    )
    intro = RichTextField(_("introduction"), blank=True)
    picture = models.ForeignKey(
        PortalImage,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("picture"),
    )
    hidden_by_onec = models.BooleanField(default=False, editable=False)

    content_panels: ClassVar[list[object]] = [FieldPanel("intro"), FieldPanel("picture")]
    promote_panels: ClassVar[list[object]] = [
        FieldPanel("seo_title"),
        FieldPanel("search_description"),
    ]
    parent_page_types: ClassVar[list[str]] = [
        "catalog_pages.CatalogueIndexPage",
        "catalog_pages.CategoryPage",
    ]
    subpage_types: ClassVar[list[str]] = [
        "catalog_pages.CategoryPage",
        "catalog_pages.ProductPage",
    ]
    # pages of categories come from the mirror, never from a form
    is_creatable = False

    class Meta:
        verbose_name = _("category page")
        verbose_name_plural = _("category pages")

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """Take the name from the category before anything is checked."""
        self.title = self.draft_title = self.category.name[
            : Page._meta.get_field("title").max_length
        ]
        self.slug = slug_with_id(self.category.pk, self.category.name)
        super().full_clean(*args, **kwargs)

    def get_path_of_content(self) -> str:
        """The slug is the last part of the catalogue's own address, so no query is needed."""
        return f"/catalogue/{self.slug}/"

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The category's list with the text as it stands in the form."""
        from catalog_pages.views.catalogue import show_category

        return show_category(request, self.category_id, page=self)
