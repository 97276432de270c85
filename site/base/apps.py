"""Configuration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from wagtail.users.apps import WagtailUsersAppConfig


class BaseConfig(AppConfig):
    """Foundations."""

    default = True
    name = "base"
    verbose_name = _("Foundations")


class UsersConfig(WagtailUsersAppConfig):
    """Wagtail's users with our forms."""

    default = False
    user_viewset = "base.staff.PeopleViewSet"
