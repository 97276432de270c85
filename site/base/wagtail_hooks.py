"""What the foundations add to the admin: the register of people, a menu without the needless."""

from __future__ import annotations

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail_modeladmin.options import modeladmin_register

from base.modeladmin import PeopleRegister

NEEDLESS = frozenset({"help"})
"""Menu items by name: the help leads to a foreign site in English."""

modeladmin_register(PeopleRegister)


@hooks.register("construct_main_menu")
def drop_needless(_request: HttpRequest, menu_items: list[MenuItem]) -> None:
    """Leave what somebody here works with."""
    menu_items[:] = [item for item in menu_items if item.name not in NEEDLESS]


@hooks.register("construct_settings_menu")
def drop_sites(_request: HttpRequest, menu_items: list[MenuItem]) -> None:
    """The portal is one site."""
    menu_items[:] = [item for item in menu_items if item.name != "sites"]


@hooks.register("insert_global_admin_css")
def admin_colours() -> SafeString:
    """The admin in the portal's colours."""
    return format_html('<link rel="stylesheet" href="{}">', static("base/admin.css"))


@hooks.register("construct_homepage_summary_items")
def drop_summary(_request: HttpRequest, summary_items: list[object]) -> None:
    """No counts of pages and images on the first screen."""
    summary_items.clear()
