"""The home page: what the content team says on everybody's first screen."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField

from base.models import BasePage, PortalImage


class HomePage(BasePage):
    """Root of the site. Its text and picture stand on the dashboard."""

    lead = models.CharField(_("lead"), max_length=300, blank=True)
    body = RichTextField(_("text"), blank=True)
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
        FieldPanel("lead"),
        FieldPanel("body"),
        FieldPanel("picture"),
    ]
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    max_count = 1

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The dashboard, wherever the page stands."""
        from home.views import dashboard

        return dashboard(request)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The dashboard with the text as it stands in the form."""
        from home.views import show_dashboard

        return show_dashboard(request, self)


class StandardPage(BasePage):
    """A page of text: delivery, guarantee, contacts."""

    body = RichTextField(_("text"), blank=True)

    content_panels: ClassVar[list[object]] = [*BasePage.content_panels, FieldPanel("body")]
    parent_page_types: ClassVar[list[str]] = ["home.HomePage", "home.StandardPage"]
    template = "home/standard_page.html"

    class Meta:
        verbose_name = _("page of text")
        verbose_name_plural = _("pages of text")
