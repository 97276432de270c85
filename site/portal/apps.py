"""Configuration of the project's own app."""

from importlib import import_module

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Commands, static files and translations of the whole."""

    name = "portal"

    def ready(self) -> None:
        """Register the checks of an installation."""
        import_module("portal.checks")
