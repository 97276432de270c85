from __future__ import annotations

import pytest
from wagtail.models import Page, Site

from catalog_pages.models import CatalogueIndexPage
from home.planting import plant_site
from promotions.models import NewsIndexPage

pytestmark = pytest.mark.django_db


def test_plant_site_empty_database_gets_a_home_with_catalogue_and_news() -> None:
    home = plant_site()

    assert Site.objects.get(is_default_site=True).root_page_id == home.pk
    assert [page.specific_class for page in home.get_children().order_by("path")] == [
        CatalogueIndexPage,
        NewsIndexPage,
    ]
    assert Page.get_root_nodes().get().get_children().get().pk == home.pk


def test_plant_site_again_changes_nothing() -> None:
    home = plant_site()
    home.title = "Мебельная фабрика"
    home.save()
    before = list(Page.objects.order_by("path").values_list("path", "title"))

    plant_site()

    assert list(Page.objects.order_by("path").values_list("path", "title")) == before


def test_plant_site_page_of_a_person_beside_welcome_is_kept() -> None:
    welcome = Site.objects.get(is_default_site=True).root_page
    welcome.add_child(instance=Page(title="Контакты", slug="contacts"))

    home = plant_site()

    assert Page.objects.filter(slug="contacts").exists()
    assert Site.objects.get(is_default_site=True).root_page_id == home.pk


def test_plant_site_urls_of_the_first_pages() -> None:
    home = plant_site()

    assert home.url == "/"
    assert CatalogueIndexPage.objects.get().url == "/catalogue/"
    assert NewsIndexPage.objects.get().url == "/news/"
