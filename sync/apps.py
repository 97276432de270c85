"""Configuration of the app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SyncConfig(AppConfig):
    """Exchange with 1C."""

    name = "sync"
    verbose_name = _("Exchange with 1C")

    def ready(self) -> None:
        """Make known what fetches by which channel."""
        import_module("sync.channels.odata")
        import_module("sync.channels.folder")
        import_module("sync.channels.tending")
