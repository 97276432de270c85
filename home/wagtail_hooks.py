"""What the first screen of the admin shows of several apps at once."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from wagtail import hooks
from wagtail.admin.ui.components import Component

from home import panels as own


@hooks.register("construct_homepage_panels")
def add_panels(request: HttpRequest, panels: list[Component]) -> None:
    """Goods that want work for the catalogue, debts for finance."""
    user = request.user
    if user.has_perm("sync.change_product"):
        panels.append(own.goods_panel(may_see_twins=user.has_perm("sync.view_run")))
        panels.append(own.pageless_panel())
    if user.has_perm("sync.view_settlementbalance") and user.has_perm("sync.view_payment"):
        panels.append(own.debts_panel(timezone.localdate()))
        panels.append(own.money_panel())
