"""The first pages of a site: home, catalogue and news, where everything else is put below."""

from __future__ import annotations

from django.db import transaction
from wagtail.models import Page, Site

from catalog_pages.models import CatalogueIndexPage
from home.models import HomePage
from promotions.models import NewsIndexPage

CATALOGUE_SLUG = "catalogue"
NEWS_SLUG = "news"


@transaction.atomic
def plant_site() -> HomePage:
    """Make the home page the root of the default site, with the catalogue and the news below it.

    What is there already stays as it is, so that it may be called again. Titles are in the
    portal's own language, because they are content and not words of the interface.
    """
    home: HomePage | None = HomePage.objects.first()
    if home is None:
        home = _plant_home()
    if not CatalogueIndexPage.objects.exists():
        _add(home, CatalogueIndexPage(title="Каталог", slug=CATALOGUE_SLUG, show_in_menus=True))
    if not NewsIndexPage.objects.exists():
        _add(home, NewsIndexPage(title="Новости", slug=NEWS_SLUG, show_in_menus=True))
    return home


def _plant_home() -> HomePage:
    root = Page.get_first_root_node()
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    welcome = site.root_page if site else None
    home = _add(root, HomePage(title="Главная", slug="vitrina"))
    if site is None:
        Site.objects.create(
            hostname="localhost", port=80, root_page=home, is_default_site=True, site_name=""
        )
    else:
        site.root_page = home
        site.save()
    # Wagtail's own "Welcome" page, and nothing that somebody wrote
    if welcome and welcome.specific_class is Page and not welcome.get_children().exists():
        welcome.refresh_from_db()
        welcome.delete()
    planted: HomePage = HomePage.objects.get(pk=home.pk)
    return planted


def _add(parent: Page, page: Page) -> Page:
    parent.refresh_from_db()
    parent.add_child(instance=page)
    return page
