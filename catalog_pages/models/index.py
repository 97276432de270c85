"""The root of the catalogue."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField

from base.models import BasePage


class CatalogueIndexPage(BasePage):
    """The catalogue's first page; categories stand below it."""

    intro = RichTextField(_("introduction"), blank=True)

    content_panels: ClassVar[list[object]] = [*BasePage.content_panels, FieldPanel("intro")]
    parent_page_types: ClassVar[list[str]] = ["home.HomePage"]
    subpage_types: ClassVar[list[str]] = ["catalog_pages.CategoryPage"]
    max_count = 1

    class Meta:
        verbose_name = _("catalogue")
        verbose_name_plural = _("catalogues")
