"""Configuration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """Search."""

    name = "search"
    verbose_name = _("Search")

    def ready(self) -> None:
        """Follow the mirror."""
        from search.tasks import ask_for_refresh
        from sync.ports import on_mirror_changed

        on_mirror_changed(ask_for_refresh)
