"""Letters about alarms: once for each of two events, whatever the mail server does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from base.models import User
from dealer_area.roles import GroupName
from sync import leases
from sync.models import Alarm, Connection
from sync.watching import alarms, letters
from tests.factories.admin import staff
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def base() -> Connection:
    made: Connection = ConnectionFactory(name="УТ 11", responsible="it@example.ru")
    return made


def opened(base: Connection, at: datetime = AT, level: str = "red") -> Alarm:
    return alarms.open_alarm(
        connection=base, code="late", key="stock", level=level, text="нет остатков", at=at
    )


def closed(base: Connection, at: datetime) -> None:
    alarms.close_alarm(connection=base, code="late", key="stock", at=at)


def told(alarm: Alarm, at: datetime) -> int:
    """Letters that went out when the task ran at that moment."""
    before = len(mail.outbox)
    with time_machine.travel(at, tick=False):
        letters.tell.now(alarm.pk)
    return len(mail.outbox) - before


def test_red_is_told_once_and_once_more_when_it_is_over(base: Connection) -> None:
    alarm = opened(base)
    assert [told(alarm, AT), told(alarm, AT + HOUR)] == [1, 0]
    closed(base, AT + 2 * HOUR)
    assert told(alarm, AT + 2 * HOUR) == 0
    assert [told(alarm, AT + 2 * HOUR + 5 * MINUTE), told(alarm, AT + 3 * HOUR)] == [1, 0]
    first, second = mail.outbox
    assert isinstance(first, EmailMultiAlternatives)
    assert first.to == ["it@example.ru"]
    assert "УТ 11" in first.subject
    assert "нет остатков" in first.subject
    assert "\n" not in first.subject
    assert "/cms/exchange/" in str(first.body)
    assert first.alternatives[0][1] == "text/html"
    assert first.subject != second.subject


def test_amber_is_not_told(base: Connection) -> None:
    alarm = opened(base, level="amber")
    assert told(alarm, AT) == 0
    closed(base, AT + MINUTE)
    assert told(alarm, AT + HOUR) == 0
    assert told(opened(base, AT + HOUR, level="red"), AT + HOUR) == 1


def test_what_comes_and_goes_fills_no_mailbox(base: Connection) -> None:
    at, sent = AT, 0
    for _time in range(12):
        alarm = opened(base, at)
        sent += told(alarm, at)
        closed(base, at + 2 * MINUTE)
        sent += told(alarm, at + 8 * MINUTE)
        at += 8 * MINUTE
    # in 96 minutes: it began, it was over, and after an hour of quiet the same again
    assert sent == 4


def test_a_letter_put_off_goes_when_it_is_still_red(base: Connection) -> None:
    first = opened(base)
    told(first, AT)
    closed(base, AT + MINUTE)
    again = opened(base, AT + 10 * MINUTE)
    assert again.pk != first.pk
    assert [told(again, AT + 10 * MINUTE), told(again, AT + 61 * MINUTE)] == [0, 1]


def test_a_mail_server_that_fails_is_tried_again(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm = opened(base)
    with monkeypatch.context() as broken:
        broken.setattr(EmailMultiAlternatives, "send", _fail)
        with pytest.raises(OSError, match="mail"):
            told(alarm, AT)
    alarm.refresh_from_db()
    assert alarm.told_at is None
    assert told(alarm, AT + MINUTE) == 1


def _fail(_letter: Any) -> None:
    raise OSError("no mail today")


def test_a_letter_whose_sender_was_killed_goes_when_its_lease_has_run_out(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm = opened(base)
    with monkeypatch.context() as killed:
        # nothing tidies up after a kill
        killed.setattr(EmailMultiAlternatives, "send", _fail)
        killed.setattr(leases, "release", lambda _name, _owner: None)
        with pytest.raises(OSError, match="mail"):
            told(alarm, AT)
    assert told(alarm, AT + MINUTE) == 0
    later = AT + timedelta(seconds=letters.LEASE_SECONDS)
    assert [told(alarm, later), told(alarm, later + MINUTE)] == [1, 0]
    alarm.refresh_from_db()
    assert alarm.told_at == later


def test_the_row_says_so_only_when_the_letter_has_gone(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm = opened(base)
    seen: list[datetime | None] = []

    def look(_letter: Any) -> None:
        seen.append(Alarm.objects.get(pk=alarm.pk).told_at)
        # another worker comes meanwhile
        letters.tell.now(alarm.pk)

    with monkeypatch.context() as slow:
        slow.setattr(EmailMultiAlternatives, "send", look)
        told(alarm, AT)
    assert seen == [None]
    alarm.refresh_from_db()
    assert alarm.told_at == AT


def test_waiting_letters_are_put_into_the_queue(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(letters.tell, "later", asked.append)
    red = opened(base)
    alarms.open_alarm(connection=base, code="quota", level="amber", text="x", at=AT)
    asked.clear()
    letters.tell_waiting(AT + MINUTE)
    assert asked == [red.pk]
    Alarm.objects.filter(pk=red.pk).update(told_at=AT, closed_at=AT)
    letters.tell_waiting(AT + MINUTE)
    letters.tell_waiting(AT + 5 * MINUTE)
    assert asked == [red.pk, red.pk]
    letters.tell_waiting(AT + timedelta(days=8))
    assert asked == [red.pk, red.pk]


def test_only_addresses_get_letters(base: Connection) -> None:
    base.responsible = "it@example.ru, не адрес; it@example.ru\nboss@example.ru"
    assert letters.recipients(base) == ["it@example.ru", "boss@example.ru"]


def test_without_responsible_those_who_may_change_the_base_are_told(base: Connection) -> None:
    base.responsible = "не адрес"
    admin = User.objects.create_superuser(email="root@example.ru", password="x")
    integration = staff(GroupName.INTEGRATION)
    gone = staff(GroupName.INTEGRATION)
    gone.is_active = False
    gone.save()
    staff(GroupName.CATALOGUE)
    assert set(letters.recipients(base)) == {admin.email, integration.email}


def test_nobody_to_tell_is_no_error(base: Connection) -> None:
    base.responsible = ""
    base.save()
    assert told(opened(base), AT) == 0
