"""What every list of the mirror in the admin has."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy

from base.figures import NOTHING
from base.registers import Column, Register, flag, moment, text
from sync.registers.filters import BaseFilter


def day(field: str, label: Any) -> Column:
    """A column with a date, written as the dates of moments are: `23.11.2026`."""

    def column(_register: Any, row: Any) -> str:
        return day_words(getattr(row, field))

    column.short_description = label  # type: ignore[attr-defined]
    return column


def day_words(value: date | None) -> str:
    """`23.11.2026`."""
    return NOTHING if value is None else f"{value:%d.%m.%Y}"


class MirrorRegister(Register):
    """What every list of the mirror has."""

    list_select_related: tuple[str, ...] = ("connection",)
    list_filter: tuple[Any, ...] = (BaseFilter, "archived")
    search_fields: tuple[str, ...] = ("ref",)
    ordering = ("-pk",)
    base_name = text("connection.name", gettext_lazy("1C base"))
    gone = flag("archived", gettext_lazy("archived"))
    changed = moment("changed_at", gettext_lazy("changed"))
