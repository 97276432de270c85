"""What statuses of 1C mean, for the maps of a base (`sync.goods.mapping.Trading`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count
from wagtail.log_actions import log

from base.models import User
from dealer_area import tasks
from dealer_area.models import Dealer, StatusMap
from dealer_area.statuses import SENT
from sync.goods.mapping import StatusRow


class Meanings:
    """What the app of dealers tells the maps of a base."""

    status_right = "dealer_area.change_statusmap"

    def dealers_by_price_type(self, connection_id: int) -> Mapping[int, int]:
        """How many active dealers have a price type in their card, by its pk. One query."""
        rows = Dealer.objects.filter(
            connection=connection_id, is_active=True, price_type__isnull=False
        )
        return dict(rows.values_list("price_type").annotate(count=Count("pk")).order_by())

    def statuses(self, connection_id: int) -> Sequence[StatusRow]:
        """Statuses of 1C, those that mean nothing yet first. One query."""
        rows = StatusMap.objects.filter(connection=connection_id).order_by("name_key")
        found = [StatusRow(row.pk, row.name, row.status) for row in rows]
        return sorted(found, key=lambda row: bool(row.meaning))

    def status_choices(self) -> Sequence[tuple[str, str]]:
        """Statuses of orders that were sent, in the order of their life."""
        return [(status.value, str(status.label)) for status in SENT]

    def unmapped_statuses(self, connection_ids: Collection[int]) -> Mapping[int, int]:
        """How many statuses of a base mean nothing yet. One query."""
        rows = StatusMap.objects.filter(connection__in=connection_ids, status="")
        return dict(rows.values_list("connection").annotate(count=Count("pk")).order_by())

    def set_status(
        self, *, connection_id: int, pk: int, meaning: str, by: User | None, at: datetime
    ) -> bool:
        """Say what a status of 1C means; orders that wait in it follow by the worker."""
        return give_meaning(connection_id=connection_id, pk=pk, meaning=meaning, by=by, at=at)


@transaction.atomic
def give_meaning(
    *, connection_id: int, pk: int, meaning: str, by: User | None, at: datetime
) -> bool:
    """Say what a status of 1C means, or with nothing that nobody knows; whether that is new.

    Raises ValueError for a status that an order of 1C cannot have, `StatusMap.DoesNotExist` for
    a row of another base.
    """
    if meaning and meaning not in SENT:
        raise ValueError(f"no status of a sent order: {meaning}")
    row = StatusMap.objects.select_for_update().get(pk=pk, connection=connection_id)
    if row.status == meaning:
        return False
    row.status = meaning
    row.save(update_fields=["status"])
    log(
        instance=row,
        action="wagtail.edit",
        user=by,
        data={"status": meaning},
        timestamp=at,
        content_changed=True,
    )
    tasks.take_status_again.later(row.pk)
    return True
