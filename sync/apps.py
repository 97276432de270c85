"""Configuration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SyncConfig(AppConfig):
    """Exchange with 1C."""

    name = "sync"
    verbose_name = _("Exchange with 1C")
