"""The demonstration's 1C after the first day: what it sends, how orders fare, and its patience."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from demo import living
from demo.company import ONEC_USER
from demo.living import Living
from onec.answers import BaseOrder
from onec.orders import SiteOrder
from sync.models import Connection, Offer, Run
from tests.factories.sync import (
    AT,
    ConnectionFactory,
    OfferFactory,
    WarehouseFactory,
    tell_stock,
)

NOW = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001 - times of 1C have no zone


def taken(ago: timedelta) -> BaseOrder:
    order = SiteOrder.__new__(SiteOrder)
    return BaseOrder(order=order, code="1", taken_at=NOW - ago)


def test_an_order_is_confirmed_shipped_and_paid_as_it_gets_older() -> None:
    row = taken(timedelta(seconds=10))
    assert living._lived(row, NOW) is row
    row = taken(timedelta(hours=2))
    for _ in range(3):
        row = living._lived(row, NOW)
    assert (row.posted, row.shipped_at, row.paid_at) == (True, NOW, NOW)
    assert living._lived(row, NOW) is row


@pytest.fixture
def base(db: None) -> Connection:
    return ConnectionFactory(user=ONEC_USER)


def test_moved_stock_is_told_for_every_warehouse_and_never_runs_out(base: Connection) -> None:
    places = WarehouseFactory.create_batch(2, connection=base)
    offer: Offer = OfferFactory(product__connection=base)
    tell_stock(offer, {places[0].pk: "6", places[1].pk: "2"})
    for _ in range(50):
        root = etree.fromstring(Living("http://portal.example")._delta(base).encode())
        told = {
            row.findtext("{*}ИдСклада"): Decimal(row.findtext("{*}КоличествоНаСкладе") or "")
            for row in root.iter("{*}Склады")
        }
        assert set(told) == {place.ref for place in places}
        assert told[places[0].ref] >= 5
        assert told[places[1].ref] >= 2
        assert root.findtext(".//{*}Количество") == str(sum(told.values()))


def test_work_that_fails_waits_for_its_next_time(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def refused(self: Living, _connection: Connection) -> None:
        asked.append("stock")
        raise ConnectionError

    def nothing(self: Living, _connection: Connection) -> None:
        return

    monkeypatch.setattr(Living, "move_stock", refused)
    for name in ("exchange_orders", "tell_clients", "tell_everything"):
        monkeypatch.setattr(Living, name, nothing)
    # the test's own connection stays open
    monkeypatch.setattr("demo.living.connections.close_all", lambda: None)
    clock = [1000.0]
    monkeypatch.setattr("demo.living.time.monotonic", lambda: clock[0])
    life = Living("http://portal.example")
    life.act()
    life.act()
    assert asked == ["stock"]
    clock[0] += 301
    life.act()
    assert asked == ["stock", "stock"]


def test_the_catalogue_is_not_sent_twice_a_day(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(living, "send_catalogue", lambda *given: sent.append(given))
    Run.objects.create(
        connection=base, kind="catalog", tells_prices=True, state=Run.State.DONE, finished_at=AT
    )
    monkeypatch.setattr("demo.living.timezone.now", lambda: AT + timedelta(hours=3))
    Living("http://portal.example").tell_everything(base)
    assert sent == []
