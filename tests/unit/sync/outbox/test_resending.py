"""What people decide about orders to 1C."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from wagtail.models import ModelLogEntry

from sync import ports
from sync.models import Connection, OutboxOrder
from sync.onec.outgoing import OutgoingOrder
from sync.outbox import outbound, resending
from tests.factories.base import StaffFactory
from tests.factories.sync import (
    AT,
    ConnectionFactory,
    ExchangeSessionFactory,
    outgoing_line,
    outgoing_order,
    queued_order,
)

pytestmark = pytest.mark.django_db
State = OutboxOrder.State
Verb = Callable[..., list[OutboxOrder]]


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


def row_of(base: Connection, state: str, order: OutgoingOrder | None = None) -> OutboxOrder:
    row = queued_order(base, order or outgoing_order(str(OutboxOrder.objects.count() + 1)))
    OutboxOrder.objects.filter(pk=row.pk).update(
        state=state, attempts=5, lone_attempts=2, error="почему-то", not_before=AT
    )
    return row


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        (resending.send_again, State.WAITING, State.WAITING),
        (resending.send_again, State.GIVEN, State.WAITING),
        (resending.send_again, State.CONFIRMED, State.WAITING),
        (resending.send_again, State.PERSON, State.WAITING),
        (resending.send_again, State.HELD, State.WAITING),
        (resending.hold_back, State.WAITING, State.HELD),
        (resending.hold_back, State.GIVEN, State.HELD),
        (resending.hold_back, State.PERSON, State.HELD),
        (resending.hold_back, State.CONFIRMED, None),
        (resending.hold_back, State.HELD, None),
        (resending.let_go, State.HELD, State.WAITING),
        (resending.let_go, State.GIVEN, None),
        (resending.check_again, State.PERSON, State.WAITING),
        (resending.check_again, State.GIVEN, State.WAITING),
        (resending.check_again, State.HELD, State.HELD),
        (resending.check_again, State.CONFIRMED, None),
    ],
)
def test_verbs_by_state(base: Connection, verb: Verb, before: str, after: str | None) -> None:
    row = row_of(base, before)
    by = StaffFactory()
    done = verb(orders=[row.pk], by=by, at=AT)
    row.refresh_from_db()
    if after is None:
        assert done == []
        assert (row.state, row.decided_at) == (before, None)
        assert not ModelLogEntry.objects.exists()
        return
    assert [each.pk for each in done] == [row.pk]
    assert (row.state, row.decided_by, row.decided_at) == (after, by, AT)
    if after == State.WAITING:
        assert (row.attempts, row.lone_attempts, row.not_before, row.error) == (0, 0, None, "")
    entry = ModelLogEntry.objects.get()
    assert (entry.user, entry.timestamp, entry.data["before"]) == (by, AT, before)
    assert entry.action in resending.ACTIONS


def test_check_again_keeps_an_order_that_is_still_wrong_with_the_reasons_of_now(
    base: Connection,
) -> None:
    bad = outgoing_order("9", lines=(outgoing_line(offer_ref=""),))
    row = row_of(base, State.PERSON, bad)
    [done] = resending.check_again(orders=[row.pk], by=None, at=AT)
    assert done.state == State.PERSON
    assert done.error
    assert done.error != "почему-то"


def test_check_again_takes_the_order_as_its_owner_knows_it_now(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = outgoing_order("9", lines=(outgoing_line(offer_ref=""),))
    row = row_of(base, State.PERSON, bad)
    monkeypatch.setattr(ports, "_orders_again", [lambda _numbers: {"9": outgoing_order("9")}])
    [done] = resending.check_again(orders=[row.pk], by=None, at=AT)
    assert (done.state, done.error) == (State.WAITING, "")
    session = ExchangeSessionFactory(connection=base)
    assert outbound.give(session=session, at=AT).numbers == ("9",)


def test_many_at_once_and_only_those_that_can_be(base: Connection) -> None:
    rows = [row_of(base, state) for state in (State.WAITING, State.HELD, State.CONFIRMED)]
    done = resending.hold_back(orders=[row.pk for row in rows], by=None, at=AT)
    assert [row.pk for row in done] == [rows[0].pk]


def test_a_confirmed_order_sent_again_is_given_and_confirmed_again(base: Connection) -> None:
    row = row_of(base, State.CONFIRMED)
    resending.send_again(orders=[row.pk], by=None, at=AT)
    session = ExchangeSessionFactory(connection=base)
    assert outbound.give(session=session, at=AT).numbers == (row.number,)
    assert outbound.confirm(session=session, at=AT) == (row.number,)
