"""The same content again and again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from sync.files import repeats
from sync.models import Alarm, Connection, ReceivedFile
from tests.factories.sync import ConnectionFactory, ExchangeSessionFactory, ReceivedFileFactory

pytestmark = pytest.mark.django_db
CONTENT = "ab" * 32


def come(base: Connection, at: datetime, times: int, content: str = CONTENT) -> None:
    for _ in range(times):
        file = ReceivedFileFactory(
            session=ExchangeSessionFactory(connection=base), sha256=content, name="orders.xml"
        )
        ReceivedFile.objects.filter(pk=file.pk).update(received_at=at)
        repeats.notice(file=file, at=at)


@pytest.mark.gotcha(12)
def test_more_than_ten_times_in_a_day_is_an_alarm_once() -> None:
    base, now = ConnectionFactory(), timezone.now()
    come(base, now, repeats.OFTEN)
    come(ConnectionFactory(), now, 1)
    come(base, now, 1, content="cd" * 32)
    assert not Alarm.objects.exists()
    come(base, now, 3)
    alarm = Alarm.objects.get()
    assert (alarm.connection, alarm.code, alarm.closed_at) == (base, "repeats", None)
    assert "orders.xml" in alarm.text


def test_what_came_long_ago_does_not_count() -> None:
    base, now = ConnectionFactory(), timezone.now()
    come(base, now - timedelta(hours=25), repeats.OFTEN)
    come(base, now, 1)
    assert not Alarm.objects.exists()


@pytest.mark.gotcha(12)
def test_the_alarm_is_closed_when_it_stops() -> None:
    base, now = ConnectionFactory(), timezone.now()
    come(base, now, repeats.OFTEN + 1)
    repeats.settle(at=now + timedelta(hours=1))
    assert Alarm.objects.get().closed_at is None
    later = now + timedelta(hours=25)
    repeats.settle(at=later)
    assert Alarm.objects.get().closed_at == later


def test_a_file_without_a_hash_is_nothing() -> None:
    base, now = ConnectionFactory(), timezone.now()
    come(base, now, repeats.OFTEN + 2, content="")
    assert not Alarm.objects.exists()
