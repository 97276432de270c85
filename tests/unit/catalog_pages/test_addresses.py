from __future__ import annotations

from catalog_pages.addresses import category_url, product_url
from sync.models import Category, Product
from sync.reading import CategoryNode


def test_addresses_of_rows_and_nodes() -> None:
    assert product_url(Product(pk=7, name="Ручка-скоба")) == "/product/ruchka-skoba-7/"
    assert category_url(Category(pk=3, name="Ручки")) == "/catalogue/ruchki-3/"
    assert category_url(CategoryNode(3, "Ручки", (), 0)) == "/catalogue/ruchki-3/"
