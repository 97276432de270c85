"""Panels of the admin's first screen: what waits for a person of the supplier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wagtail.admin.ui.components import Component


@dataclass(frozen=True, slots=True)
class PanelRow:
    """A line of a panel: where it leads, and its words; the first word is the link."""

    url: str
    cells: Sequence[str]


class ListPanel(Component):
    """A short table of the latest or of what needs a person."""

    template_name = "base/panel.html"

    def __init__(
        self, *, name: str, order: int, title: str, rows: Sequence[PanelRow], empty: str, more: str
    ) -> None:
        self.name = name
        self.order = order
        self.title = title
        self.rows = rows
        self.empty = empty
        self.more = more

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """What the template shows."""
        return {"panel": self}
