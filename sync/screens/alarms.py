"""Alarms, open and over: what it was, when, how long it went on, where to look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from base.registers import moment_words
from sync.models import Alarm
from sync.screens.board import AlarmView
from sync.screens.lists import ListView, bases, page_of, whole
from sync.screens.spans import span_words

STATES = (
    ("", gettext_lazy("all of them")),
    ("open", gettext_lazy("open")),
    ("over", gettext_lazy("closed ones")),
)


@dataclass(frozen=True, slots=True)
class Row:
    """An alarm in words; `over` is empty while it goes on."""

    alarm: Alarm
    url: str
    since: str
    over: str
    lasted: str


def found_by(query: Mapping[str, str]) -> QuerySet[Alarm]:
    """Alarms by `base` and `state`, the newest first."""
    alarms = Alarm.objects.order_by("-opened_at", "-pk")
    if base := whole(query.get("base")):
        alarms = alarms.filter(connection=base)
    if query.get("state") == "open":
        alarms = alarms.filter(closed_at=None)
    elif query.get("state") == "over":
        alarms = alarms.filter(closed_at__isnull=False)
    return alarms


def row_of(alarm: Alarm, at: datetime) -> Row:
    """An alarm in words; its base is joined."""
    since = moment_words(alarm.opened_at)
    lasted = span_words((alarm.closed_at or at) - alarm.opened_at)
    over = moment_words(alarm.closed_at) if alarm.closed_at else ""
    return Row(alarm, AlarmView(alarm, since, lasted).url, since, over, lasted)


class AlarmsView(ListView):
    """All alarms."""

    permission_required = "sync.view_run"
    page_title = gettext_lazy("Alarms of the exchange")
    header_icon = "warning"
    template_name = "sync/alarms.html"
    sticky = "exchange-alarms"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A page of alarms and the filters."""
        query = self.request.GET
        page = page_of(found_by(query).select_related("connection"), query.get("p"))
        now = timezone.now()
        rows: Sequence[Row] = [row_of(alarm, now) for alarm in page.object_list]
        return super().get_context_data(
            page=page,
            pages=page.paginator.get_elided_page_range(page.number),
            rows=rows,
            chosen=query,
            bases=bases(),
            states=STATES,
            board=reverse("exchange:board"),
            **kwargs,
        )
