from __future__ import annotations

from django.test import Client
from django.urls import reverse

from catalog_pages.choosing import products_for
from search import indexing
from tests.factories.base import StaffFactory
from tests.factories.catalog_pages import Shop


def test_products_for_finds_by_article_and_by_words(shop: Shop) -> None:
    shop.stock_up(1, name="Петля накладная", sku="YK110-ND")
    shop.stock_up(1, name="Ручка-скоба", sku="RL12")
    indexing.refresh()

    assert [product.sku for product in products_for("yk 110")] == ["YK110-ND"]
    assert [product.sku for product in products_for("ручка")] == ["RL12"]
    assert len(products_for("")) == 2


def test_products_for_base_switched_off_is_left_out(shop: Shop) -> None:
    shop.product()
    shop.trade.connection.is_active = False
    shop.trade.connection.save()

    assert products_for("") == []


def test_chooser_opens_searches_and_chooses(shop: Shop, client: Client) -> None:
    product = shop.product(name="Петля накладная", sku="YK110-ND")
    client.force_login(StaffFactory(is_superuser=True))

    opened = client.get(reverse("product_chooser:choose"))
    found = client.get(reverse("product_chooser:choose_results"), {"q": "YK110"})
    nothing = client.get(reverse("product_chooser:choose_results"), {"q": "ъъъ"})
    chosen = client.get(reverse("product_chooser:chosen", args=[product.pk]))

    assert opened.status_code == 200
    assert "Петля накладная" in found.content.decode()
    assert "Петли" in found.content.decode()
    assert "Петля накладная" not in nothing.content.decode()
    assert chosen.json()["result"]["id"] == str(product.pk)
