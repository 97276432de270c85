"""The editor of a product's page shows whose the product's own fields are."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from catalog_pages.stepping import sync_category_pages
from sync.goods import owning
from tests.factories.base import StaffFactory
from tests.factories.catalog_pages import Shop, make_product_page
from tests.factories.sync import AT

pytestmark = pytest.mark.django_db


def editor_of(shop: Shop) -> str:
    sync_category_pages()
    page = make_product_page(shop.product(name="Петля «Стриж»"))
    browser = Client()
    browser.force_login(StaffFactory(is_superuser=True))
    return browser.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()


def test_while_1c_owns_all_there_is_nothing_to_write(shop: Shop) -> None:
    page = editor_of(shop)

    assert "Петля «Стриж»" in page
    assert str(owning.BADGES["1c"]) in page
    assert "/fields/" not in page


def test_a_field_of_the_portal_says_so_and_leads_to_its_form(shop: Shop) -> None:
    owning.set_owners(connection=shop.trade.connection, owners={"name": "portal"}, by=None, at=AT)

    page = editor_of(shop)

    assert str(owning.BADGES["portal"]) in page
    assert "/fields/" in page
