"""What a client that listens waits for."""

from __future__ import annotations

import pytest
from django.utils import timezone

from sync.outbox import outbound
from sync.protocol import listening
from tests.factories.sync import (
    ConnectionFactory,
    ExchangeSessionFactory,
    outgoing_order,
    queued_order,
)

pytestmark = pytest.mark.django_db


def test_an_order_is_news_until_it_was_given() -> None:
    session = ExchangeSessionFactory(exchange_type="sale")
    assert not listening.has_news(session.connection)
    queued_order(session.connection, outgoing_order("1001"))
    assert listening.has_news(session.connection)
    assert not listening.has_news(ConnectionFactory())
    outbound.give(session=session, at=timezone.now())
    assert not listening.has_news(session.connection)
