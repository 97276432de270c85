"""Blocks of which the content of a product is put together."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import RichTextBlock, StreamBlock, URLBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock
from wagtailmedia.blocks import VideoChooserBlock

from catalog_pages.embeds import SITES, frame_url, site_name

TEXT_FEATURES = ["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link", "hr"]
"""What running text may hold; pictures and videos are blocks of their own."""


class VideoLinkBlock(URLBlock):
    """A video of a hosting site, shown by its player."""

    def clean(self, value: Any) -> Any:
        """Only sites whose player is known can be shown."""
        cleaned = super().clean(value)
        if cleaned and frame_url(cleaned) is None:
            raise ValidationError(
                _("Videos of these sites can be shown: %(sites)s.") % {"sites": ", ".join(SITES)}
            )
        return cleaned

    def get_context(
        self, value: Any, parent_context: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """`frame_url` and `site` for the template."""
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        context["frame_url"] = frame_url(value or "")
        context["site"] = site_name(value or "")
        return context

    class Meta:
        icon = "media"
        template = "catalog_pages/_video_link.html"


class ProductBlocks(StreamBlock):
    """Content of a product: text, pictures, videos and files in any order."""

    text = RichTextBlock(
        label=_("Text"), features=TEXT_FEATURES, template="catalog_pages/_text.html"
    )
    image = ImageChooserBlock(label=_("Picture"), template="catalog_pages/_image.html")
    video = VideoLinkBlock(
        label=_("Video by address"),
        help_text=_("Address of the video's page on YouTube, Rutube, VK or Vimeo."),
    )
    video_file = VideoChooserBlock(
        label=_("Video file"), icon="media", template="catalog_pages/_video_file.html"
    )
    document = DocumentChooserBlock(label=_("Spec sheet or file"))

    class Meta:
        icon = "doc-full"


class GalleryBlocks(StreamBlock):
    """Pictures beside those of 1C."""

    image = ImageChooserBlock(label=_("Picture"))

    class Meta:
        icon = "image"
