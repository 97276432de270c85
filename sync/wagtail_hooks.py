"""What the exchange adds to the admin."""

from __future__ import annotations

from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSet
from wagtail_modeladmin.options import modeladmin_register

from sync.choosers import counterparty_chooser, partner_chooser
from sync.mirror_registers import MirrorGroup
from sync.modeladmin import ExchangeGroup

modeladmin_register(ExchangeGroup)
modeladmin_register(MirrorGroup)


@hooks.register("register_admin_viewset")
def register_choosers() -> list[ViewSet]:
    """Choosing partners and counterparties."""
    return [partner_chooser, counterparty_chooser]
