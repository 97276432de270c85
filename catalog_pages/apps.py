"""Configuration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogPagesConfig(AppConfig):
    """Catalogue."""

    name = "catalog_pages"
    verbose_name = _("Catalogue")
