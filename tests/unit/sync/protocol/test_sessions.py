"""Sessions live as long as they are used."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync.models import ExchangeSession
from sync.protocol import sessions
from sync.protocol.sessions import LIFE
from tests.factories.sync import AT, ConnectionFactory, ExchangeSessionFactory

pytestmark = pytest.mark.django_db


def test_open_session_gives_each_its_own_key() -> None:
    base = ConnectionFactory()
    first = sessions.open_session(connection=base, exchange_type="catalog", at=AT)
    second = sessions.open_session(connection=base, exchange_type="sale", at=AT)
    assert first.key != second.key
    assert len(first.key) == 48
    assert first.key.isalnum()
    assert sessions.session_of(key=first.key, at=AT) == first


def test_session_of_slides_with_use() -> None:
    session = ExchangeSessionFactory(seen_at=AT)
    late = AT + LIFE - timedelta(minutes=1)
    assert sessions.session_of(key=session.key, at=late) == session
    assert sessions.session_of(key=session.key, at=late + LIFE - timedelta(minutes=1)) == session
    assert sessions.session_of(key=session.key, at=late + 3 * LIFE) is None


def test_session_of_writes_its_use_down_once_a_minute() -> None:
    session = ExchangeSessionFactory(seen_at=AT)
    sessions.session_of(key=session.key, at=AT + timedelta(seconds=59))
    session.refresh_from_db()
    assert session.seen_at == AT
    sessions.session_of(key=session.key, at=AT + timedelta(seconds=61))
    session.refresh_from_db()
    assert session.seen_at == AT + timedelta(seconds=61)


def test_session_of_knows_no_other_key_and_no_base_switched_off() -> None:
    session = ExchangeSessionFactory(seen_at=AT)
    assert sessions.session_of(key=session.key[:-1], at=AT) is None
    session.connection.is_active = False
    session.connection.save()
    assert sessions.session_of(key=session.key, at=AT) is None


def test_session_of_is_one_query(django_assert_num_queries: object) -> None:
    session = ExchangeSessionFactory(seen_at=AT)
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = sessions.session_of(key=session.key, at=AT)
        assert found is not None
        assert found.connection.is_active


def test_open_upload_counts_on_in_this_session_alone() -> None:
    session, other = ExchangeSessionFactory.create_batch(2)
    stale = ExchangeSession.objects.get(pk=session.pk)
    sessions.open_upload(session=session)
    sessions.open_upload(session=stale)
    assert stale.upload == 2
    other.refresh_from_db()
    assert other.upload == 0
