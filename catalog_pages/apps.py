"""Configuration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogPagesConfig(AppConfig):
    """Catalogue."""

    name = "catalog_pages"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        """Follow the mirror."""
        from catalog_pages.tasks import sync_category_pages
        from sync import ports

        ports.on_mirror_changed(sync_category_pages.later)
