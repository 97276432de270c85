"""What dealers add to the admin."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.log_actions import LogActionRegistry
from wagtail_modeladmin.options import modeladmin_register

from base.panels import ListPanel, PanelRow
from base.registers import moment_words, money_words
from dealer_area.modeladmin import DealerGroup
from dealer_area.models import Order

modeladmin_register(DealerGroup)


@hooks.register("register_log_actions")
def name_log_actions(actions: LogActionRegistry) -> None:
    """Words for what `company` and `inviting` write down."""
    for action, label in (
        ("dealer_area.joined", gettext_lazy("Began to work for the dealer")),
        ("dealer_area.role", gettext_lazy("Role or outlets changed")),
        ("dealer_area.capabilities", gettext_lazy("Rights changed")),
        ("dealer_area.closed", gettext_lazy("Access closed")),
        ("dealer_area.opened", gettext_lazy("Access opened")),
        ("dealer_area.invited", gettext_lazy("Invitation sent")),
        ("dealer_area.uninvited", gettext_lazy("Invitation cancelled")),
    ):
        actions.register_action(action, label, label)


@hooks.register("construct_homepage_panels")
def add_panels(request: HttpRequest, panels: list[Component]) -> None:
    """The last orders of all dealers."""
    if not request.user.has_perm("dealer_area.view_order"):
        return
    orders = Order.objects.select_related("dealer").order_by("-pk")[:8]
    panels.append(
        ListPanel(
            name="orders",
            order=150,
            title=_("Last orders"),
            rows=[
                PanelRow(
                    reverse("dealer_area_order_modeladmin_inspect", args=[order.pk]),
                    (
                        order.number,
                        order.dealer.name,
                        order.get_status_display(),
                        money_words(order.amount, order.currency),
                        moment_words(order.placed_at),
                    ),
                )
                for order in orders
            ],
            empty=_("Dealers have not ordered yet."),
            more=reverse("dealer_area_order_modeladmin_index"),
        )
    )
