"""News of the supplier."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import PageManager
from wagtail.query import PageQuerySet

from base.models import BasePage, PortalImage


class NewsIndexPage(BasePage):
    """The list of news, newest first; shown by a plain view at its address."""

    parent_page_types: ClassVar[list[str]] = ["home.HomePage"]
    subpage_types: ClassVar[list[str]] = ["promotions.NewsPage"]
    max_count = 1

    class Meta:
        verbose_name = _("news list")
        verbose_name_plural = _("news lists")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The same list as the plain view's, wherever the page stands."""
        from promotions.views import news_index

        return news_index(request)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The list itself: the page has no text of its own."""
        return self.serve(request)


class NewsQuerySet(PageQuerySet):
    """Reading the news."""

    def newest(self) -> NewsQuerySet:
        """What is published, the newest first, with pictures."""
        found: NewsQuerySet = (
            self.live().select_related("picture").order_by("-published_on", "-first_published_at")
        )
        return found


class NewsPage(BasePage):
    """A piece of news."""

    published_on = models.DateField(_("date"), default=timezone.localdate)
    lead = models.CharField(_("lead"), max_length=300, blank=True)
    picture = models.ForeignKey(
        PortalImage,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("picture"),
    )
    body = RichTextField(_("text"), blank=True)

    objects = PageManager.from_queryset(NewsQuerySet)()

    content_panels: ClassVar[list[object]] = [
        *BasePage.content_panels,
        FieldPanel("published_on"),
        FieldPanel("lead"),
        FieldPanel("picture"),
        FieldPanel("body"),
    ]
    parent_page_types: ClassVar[list[str]] = ["promotions.NewsIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "promotions/news_page.html"

    class Meta:
        verbose_name = _("piece of news")
        verbose_name_plural = _("news")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The other latest news beside it."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["others"] = NewsPage.objects.newest().exclude(pk=self.pk)[:5]
        return context
