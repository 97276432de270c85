"""What the exchange adds to the admin."""

from __future__ import annotations

from wagtail_modeladmin.options import modeladmin_register

from sync.mirror_registers import MirrorGroup
from sync.modeladmin import ExchangeGroup

modeladmin_register(ExchangeGroup)
modeladmin_register(MirrorGroup)
