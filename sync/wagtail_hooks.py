"""What the exchange adds to the admin."""

from __future__ import annotations

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLResolver, include, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.admin.viewsets.base import ViewSet
from wagtail.log_actions import LogActionRegistry
from wagtail_modeladmin.options import modeladmin_register

from base.panels import ListPanel, PanelRow
from base.registers import moment_words
from sync import log_words
from sync.choosers import counterparty_chooser, partner_chooser
from sync.modeladmin import ExchangeGroup
from sync.models import OutboxOrder, Run
from sync.outbox import resending
from sync.registers.mirror import MirrorGroup
from sync.screens.panels import HealthPanel
from sync.watching import keeping

modeladmin_register(ExchangeGroup)
modeladmin_register(MirrorGroup)


@hooks.register("register_admin_viewset")
def register_choosers() -> list[ViewSet]:
    """Choosing partners and counterparties."""
    return [partner_chooser, counterparty_chooser]


@hooks.register("register_log_actions")
def name_log_actions(actions: LogActionRegistry) -> None:
    """Words for what people decide about the exchange and about orders to 1C."""
    log_words.register(actions)
    for action, label in {**resending.ACTIONS, **keeping.ACTIONS}.items():
        actions.register_action(action, label, label)


@hooks.register("register_admin_urls")
def register_screens() -> list[URLResolver]:
    """The screens of the exchange."""
    return [path("exchange/", include("sync.screens.urls"))]


@hooks.register("insert_global_admin_css")
def exchange_css() -> str:
    """Looks of the screens of the exchange, and of its panel on the first screen."""
    return format_html('<link rel="stylesheet" href="{}">', static("sync/exchange.css"))


@hooks.register("construct_homepage_panels")
def add_panels(request: HttpRequest, panels: list[Component]) -> None:
    """Health of the bases, the last runs, orders that 1C cannot take without a person."""
    if not request.user.has_perm("sync.view_run"):
        return
    panels.append(HealthPanel(timezone.now()))
    runs = Run.objects.select_related("connection").order_by("-pk")[:5]
    panels.append(
        ListPanel(
            name="runs",
            order=210,
            title=_("Last exchanges"),
            rows=[
                PanelRow(
                    reverse("exchange:run", args=[run.pk]),
                    (
                        capfirst(str(run)),
                        run.connection.name,
                        run.get_state_display(),
                        moment_words(run.finished_at or run.queued_at),
                    ),
                )
                for run in runs
            ],
            empty=_("1C has not exchanged yet."),
            more=reverse("exchange:journal"),
        )
    )
    stuck = OutboxOrder.objects.filter(state=OutboxOrder.State.PERSON).order_by("-pk")[:5]
    panels.append(
        ListPanel(
            name="stuck-orders",
            order=200,
            title=_("Orders that need attention"),
            rows=[
                PanelRow(
                    reverse("exchange:outbox-order", args=[order.pk]),
                    (order.number, order.error, moment_words(order.queued_at)),
                )
                for order in stuck
            ],
            empty=_("1C takes all orders."),
            more=reverse("exchange:outbox") + "?state=person",
        )
    )
