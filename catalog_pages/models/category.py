"""A page for each category of 1C."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField

from base.models import BasePage, PortalImage
from sync.models import Category


class CategoryPage(BasePage):
    """A thin page of a category, kept in step with the mirror by a task; its text is ours."""

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

    content_panels: ClassVar[list[object]] = [
        *BasePage.content_panels,
        FieldPanel("intro"),
        FieldPanel("picture"),
    ]
    parent_page_types: ClassVar[list[str]] = [
        "catalog_pages.CatalogueIndexPage",
        "catalog_pages.CategoryPage",
    ]
    subpage_types: ClassVar[list[str]] = [
        "catalog_pages.CategoryPage",
        "catalog_pages.ProductPage",
    ]

    class Meta:
        verbose_name = _("category page")
        verbose_name_plural = _("category pages")
