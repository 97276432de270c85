"""Pages of the catalogue."""

from catalog_pages.models.category import CategoryPage
from catalog_pages.models.index import CatalogueIndexPage
from catalog_pages.models.product import ProductPage

__all__ = ["CatalogueIndexPage", "CategoryPage", "ProductPage"]
