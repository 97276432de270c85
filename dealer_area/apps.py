"""Configuration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DealerAreaConfig(AppConfig):
    """Dealers."""

    name = "dealer_area"
    verbose_name = _("Dealers")
