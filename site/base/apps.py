"""Configuration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BaseConfig(AppConfig):
    """Foundations."""

    name = "base"
    verbose_name = _("Foundations")
