"""The root of the catalogue, and what all its pages have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import PagePermissionTester

from base.models import BasePage, User


class OnlyOnePermissions(PagePermissionTester):
    """Rights on a page that there can be one of: it has no copy."""

    def can_copy(self) -> bool:
        """Never: a category or a product has one page."""
        return False


class CataloguePage:
    """A page whose address belongs to the catalogue's plain views.

    The views serve categories and products with or without a page; a page's own URL is that
    address, and Wagtail's way to the page (by its place in the tree) leads there too.
    """

    def get_path_of_content(self) -> str:
        """Address of what the page is about, from the root of the site."""
        raise NotImplementedError

    def get_url_parts(self, request: HttpRequest | None = None) -> tuple[int, str, str] | None:
        """As Wagtail asks for them, with the catalogue's address as the path."""
        parts = super().get_url_parts(request)  # type: ignore[misc]
        if parts is None:
            return None
        site_id, root_url, _path = parts
        return site_id, root_url, self.get_path_of_content()

    def permissions_for_user(self, user: User) -> OnlyOnePermissions:
        """Wagtail's rights without copying."""
        return OnlyOnePermissions(user, self)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lead to the address of the catalogue."""
        return HttpResponseRedirect(self.get_path_of_content())


class CatalogueIndexPage(CataloguePage, BasePage):
    """The catalogue's first page; categories stand below it."""

    intro = RichTextField(_("introduction"), blank=True)

    content_panels: ClassVar[list[object]] = [*BasePage.content_panels, FieldPanel("intro")]
    parent_page_types: ClassVar[list[str]] = ["home.HomePage"]
    subpage_types: ClassVar[list[str]] = ["catalog_pages.CategoryPage"]
    max_count = 1

    class Meta:
        verbose_name = _("catalogue")
        verbose_name_plural = _("catalogues")

    def get_path_of_content(self) -> str:
        """The catalogue's root."""
        return "/catalogue/"

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The root with the text as it stands in the form."""
        from catalog_pages.views.catalogue import show_root

        return show_root(request, page=self)
