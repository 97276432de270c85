"""What the catalogue adds to the admin."""

from __future__ import annotations

from wagtail import hooks

from catalog_pages.choosing import ProductChooserViewSet, product_chooser


@hooks.register("register_admin_viewset")
def register_product_chooser() -> ProductChooserViewSet:
    """Choosing a product."""
    return product_chooser
