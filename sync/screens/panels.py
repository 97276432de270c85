"""The exchange on the admin's first screen: one line for each base, with its light."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component

from sync.models import Alarm, Connection, Schedule
from sync.screens.base import BOARD
from sync.screens.board import LEVELS
from sync.screens.health import ATTENTION_FIRST, worst
from sync.screens.spans import ago_words
from sync.watching import schedule
from sync.watching.schedule import State

SHOWN_BASES = 10


class HealthPanel(Component):
    """Light, open alarms and what is late, by base, the worst first.

    Four queries, however many bases there are.
    """

    name = "exchange-health"
    order = 190
    template_name = "sync/health_panel.html"

    def __init__(self, at: datetime) -> None:
        bases = list(Connection.objects.filter(is_active=True).order_by("name", "pk"))
        self.more = max(len(bases) - SHOWN_BASES, 0)
        alarms: dict[int, list[Alarm]] = {}
        for alarm in Alarm.objects.filter(closed_at=None, connection__in=bases).order_by("pk"):
            alarms.setdefault(alarm.connection_id, []).append(alarm)
        followed: dict[int, list[tuple[Schedule, State]]] = {}
        for row, state in schedule.followed([base.pk for base in bases], at):
            followed.setdefault(row.connection_id, []).append((row, state))
        rows = [_row(base, followed.get(base.pk, []), alarms.get(base.pk, [])) for base in bases]
        rows.sort(key=lambda row: ATTENTION_FIRST.index(row["level"]))
        self.rows = rows[:SHOWN_BASES]

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """What the template shows."""
        return {"panel": self, "board_url": reverse(BOARD)}


def _row(
    base: Connection, followed: Sequence[tuple[Schedule, State]], alarms: Sequence[Alarm]
) -> dict[str, Any]:
    level = "paused" if base.is_paused else worst([state for _row, state in followed], alarms)
    late = [
        _("%(kind)s %(age)s")
        % {"kind": capfirst(row.get_kind_display()), "age": ago_words(state.age)}
        for row, state in followed
        if state.level in {"amber", "red"} and state.age is not None
    ]
    return {
        "base": base,
        "url": f"{reverse(BOARD)}#base-{base.pk}",
        "level": level,
        "word": LEVELS[level],
        "late": late,
        "alarms": [alarm.text for alarm in alarms],
    }
