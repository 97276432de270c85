"""What every list of the mirror in the admin has."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from base.registers import Register, flag, moment, text
from sync.registers.filters import BaseFilter


class MirrorRegister(Register):
    """What every list of the mirror has."""

    list_select_related: tuple[str, ...] = ("connection",)
    list_filter: tuple[Any, ...] = (BaseFilter, "archived")
    search_fields: tuple[str, ...] = ("ref",)
    ordering = ("-pk",)
    base_name = text("connection.name", gettext_lazy("1C base"))
    gone = flag("archived", gettext_lazy("archived"))
    changed = moment("changed_at", gettext_lazy("changed"))
