"""Configuration of the project's own app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Commands, static files and translations of the whole."""

    name = "portal"
