"""The content of an enriched product."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import RichTextBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.embeds.blocks import EmbedBlock
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageChooserBlock

from base.models import BasePage
from sync.models import Product


class ProductPage(BasePage):
    """Texts, pictures, video and spec sheets of a product; master data stays in the mirror."""

    product = models.OneToOneField(
        Product, on_delete=models.PROTECT, related_name="page", verbose_name=_("product")
    )
    lead = models.CharField(_("lead"), max_length=300, blank=True)
    body = StreamField(
        [
            ("text", RichTextBlock(label=_("Text"))),
            ("image", ImageChooserBlock(label=_("Picture"))),
            ("video", EmbedBlock(label=_("Video"))),
            ("document", DocumentChooserBlock(label=_("Spec sheet or file"))),
        ],
        blank=True,
        verbose_name=_("content"),
    )

    content_panels: ClassVar[list[object]] = [
        *BasePage.content_panels,
        FieldPanel("product"),
        FieldPanel("lead"),
        FieldPanel("body"),
    ]
    parent_page_types: ClassVar[list[str]] = ["catalog_pages.CategoryPage"]
    subpage_types: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("product page")
        verbose_name_plural = _("product pages")
