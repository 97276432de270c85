"""Addresses of categories and products for those who have rows at hand."""

from __future__ import annotations

from base.addresses import category_path, product_path
from sync.models import Category, Product
from sync.reading import CategoryNode


def product_url(product: Product) -> str:
    """Address of a product, with or without a page."""
    return product_path(product.pk, product.name)


def category_url(category: Category | CategoryNode) -> str:
    """Address of a category."""
    pk = category.id if isinstance(category, CategoryNode) else category.pk
    return category_path(pk, category.name)
