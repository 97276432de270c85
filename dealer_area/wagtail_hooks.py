"""What dealers add to the admin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry
from wagtail_modeladmin.options import modeladmin_register

from dealer_area.modeladmin import DealerGroup

modeladmin_register(DealerGroup)


@hooks.register("register_log_actions")
def name_log_actions(actions: LogActionRegistry) -> None:
    """Words for what `company` and `inviting` write down."""
    for action, label in (
        ("dealer_area.joined", _("Began to work for the dealer")),
        ("dealer_area.role", _("Role or outlets changed")),
        ("dealer_area.capabilities", _("Rights changed")),
        ("dealer_area.closed", _("Access closed")),
        ("dealer_area.opened", _("Access opened")),
        ("dealer_area.invited", _("Invitation sent")),
        ("dealer_area.uninvited", _("Invitation cancelled")),
    ):
        actions.register_action(action, label, label)
