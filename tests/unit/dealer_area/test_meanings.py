"""Statuses of 1C on the maps, and dealers by price type."""

from __future__ import annotations

from typing import Any

import pytest
from wagtail.models import ModelLogEntry

from dealer_area.meanings import Meanings, give_meaning
from dealer_area.models import StatusMap
from tests.factories.base import UserFactory
from tests.factories.dealer_area import DealerFactory
from tests.factories.sync import AT, ConnectionFactory, PriceTypeFactory

pytestmark = pytest.mark.django_db


def status(base: Any, name: str, meaning: str = "") -> StatusMap:
    return StatusMap.objects.create(
        connection=base, name=name, name_key=name.casefold(), status=meaning
    )


def test_statuses_that_mean_nothing_yet_come_first_and_are_counted() -> None:
    base, other = ConnectionFactory(), ConnectionFactory()
    status(base, "Закрыт", "closed")
    status(base, "Ящик собран")
    status(other, "В пути")

    assert [row.name for row in Meanings().statuses(base.pk)] == ["Ящик собран", "Закрыт"]
    assert Meanings().unmapped_statuses([base.pk]) == {base.pk: 1}


def test_a_meaning_is_written_once_told_in_the_history_and_orders_follow(
    monkeypatch: Any,
) -> None:
    base = ConnectionFactory()
    row = status(base, "На складе")
    heard: list[int] = []
    monkeypatch.setattr("dealer_area.tasks.take_status_again.later", heard.append)
    person = UserFactory()

    for _twice in range(2):
        give_meaning(connection_id=base.pk, pk=row.pk, meaning="shipped", by=person, at=AT)

    row.refresh_from_db()
    assert row.status == "shipped"
    assert heard == [row.pk]
    assert ModelLogEntry.objects.filter(user=person).count() == 1


def test_a_status_of_another_base_or_a_strange_meaning_is_refused() -> None:
    base = ConnectionFactory()
    row = status(ConnectionFactory(), "На складе")

    with pytest.raises(StatusMap.DoesNotExist):
        give_meaning(connection_id=base.pk, pk=row.pk, meaning="shipped", by=None, at=AT)
    with pytest.raises(ValueError, match="draft"):
        give_meaning(connection_id=row.connection_id, pk=row.pk, meaning="draft", by=None, at=AT)


def test_active_dealers_are_counted_by_the_price_type_of_their_card() -> None:
    kind = PriceTypeFactory()
    for is_active in (True, True, False):
        DealerFactory(connection=kind.connection, price_type=kind, is_active=is_active)
    DealerFactory(connection=kind.connection)

    assert Meanings().dealers_by_price_type(kind.connection_id) == {kind.pk: 2}
