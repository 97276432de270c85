"""The outbox: what is given, what is confirmed, what stays behind."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.utils.translation import override

from onec.orders import read_batch
from sync import outbound, ports
from sync.models import ExchangeSession, OutboxOrder, Rejection, Run
from tests.factories.sync import (
    AT,
    ConnectionFactory,
    ExchangeSessionFactory,
    outgoing_line,
    outgoing_order,
)

pytestmark = pytest.mark.django_db
State = OutboxOrder.State


@pytest.fixture
def session() -> ExchangeSession:
    return ExchangeSessionFactory(exchange_type="sale")


def _states() -> dict[str, str]:
    return dict(OutboxOrder.objects.values_list("number", "state"))


@pytest.mark.gotcha(51)
def test_enqueue_refuses_a_number_that_1c_would_cut() -> None:
    with pytest.raises(ValueError, match="number"):
        outbound.enqueue(ConnectionFactory(), outgoing_order("123456789012"))


def test_give_hands_out_what_waits_for_this_base_only(session: ExchangeSession) -> None:
    outbound.enqueue(session.connection, outgoing_order("1"))
    outbound.enqueue(ConnectionFactory(), outgoing_order("2"))
    answer = outbound.give(session=session, at=AT)
    assert answer.numbers == ("1",)
    assert [order.number for order in read_batch(answer.body.decode())] == ["1"]
    assert _states() == {"1": State.GIVEN, "2": State.WAITING}
    row = OutboxOrder.objects.get(number="1")
    assert (row.attempts, row.given_at) == (1, AT)


def test_give_without_orders_is_a_bare_root_and_no_entry_in_the_journal(
    session: ExchangeSession,
) -> None:
    answer = outbound.give(session=session, at=AT)
    assert read_batch(answer.body.decode()) == []
    assert not Run.objects.exists()


@pytest.mark.gotcha(15)
def test_give_speaks_the_charset_of_the_base(session: ExchangeSession) -> None:
    session.connection.charset = "windows-1251"
    session.connection.save()
    outbound.enqueue(session.connection, outgoing_order("1"))
    answer = outbound.give(session=session, at=AT)
    assert answer.charset == "windows-1251"
    assert "Заказ товара".encode("cp1251") in answer.body


@pytest.mark.gotcha(52, 53)
def test_give_leaves_a_bad_order_behind_with_its_reasons(session: ExchangeSession) -> None:
    bad = outgoing_order("2", lines=(outgoing_line(offer_ref=""), outgoing_line(name="")))
    for order in (outgoing_order("1"), bad, outgoing_order("3")):
        outbound.enqueue(session.connection, order)
    broken = outbound.enqueue(session.connection, outgoing_order("4"))
    OutboxOrder.objects.filter(pk=broken.pk).update(payload={"number": "4"})

    with override("ru"):
        answer = outbound.give(session=session, at=AT)

    assert answer.numbers == ("1", "3")
    assert len(read_batch(answer.body.decode())) == 2
    assert _states() == {
        "1": State.GIVEN,
        "2": State.PERSON,
        "3": State.GIVEN,
        "4": State.PERSON,
    }
    assert OutboxOrder.objects.get(number="2").error.count("\n") == 1
    run = Run.objects.get(kind=outbound.QUERY)
    assert (run.read_count, run.changed_count, run.rejected_count) == (4, 2, 2)
    assert set(Rejection.objects.values_list("ref", flat=True)) == {"2", "4"}


def test_give_caps_the_batch(session: ExchangeSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "BATCH", 2)
    for number in "123":
        outbound.enqueue(session.connection, outgoing_order(number))
    assert outbound.give(session=session, at=AT).numbers == ("1", "2")
    outbound.confirm(session=session, at=AT)
    assert outbound.give(session=session, at=AT).numbers == ("3",)


def test_give_again_what_was_never_confirmed(session: ExchangeSession) -> None:
    outbound.enqueue(session.connection, outgoing_order("1"))
    outbound.give(session=session, at=AT)
    later = ExchangeSessionFactory(connection=session.connection)
    assert outbound.give(session=later, at=AT).numbers == ("1",)
    assert OutboxOrder.objects.get().attempts == 2


@pytest.mark.gotcha(21)
def test_confirm_marks_the_batch_of_its_own_session(session: ExchangeSession) -> None:
    outbound.enqueue(session.connection, outgoing_order("1"))
    outbound.give(session=session, at=AT)
    outbound.enqueue(session.connection, outgoing_order("2"))
    later = ExchangeSessionFactory(connection=session.connection)
    assert outbound.give(session=later, at=AT).numbers == ("1", "2")

    assert outbound.confirm(session=session, at=AT) == ("1",)
    assert _states() == {"1": State.CONFIRMED, "2": State.GIVEN}
    assert outbound.confirm(session=later, at=AT) == ("2",)
    assert outbound.give(session=later, at=AT).numbers == ()


def test_confirm_again_is_no_news_and_without_a_batch_is_none(session: ExchangeSession) -> None:
    assert outbound.confirm(session=session, at=AT) is None
    outbound.enqueue(session.connection, outgoing_order("1"))
    outbound.give(session=session, at=AT)
    assert outbound.confirm(session=session, at=AT) == ("1",)
    assert outbound.confirm(session=session, at=AT) == ()


def test_confirm_tells_the_owner_of_orders(
    session: ExchangeSession,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    told: list[tuple[str, ...]] = []
    monkeypatch.setattr(ports, "tell_orders_taken", lambda numbers: told.append(tuple(numbers)))
    outbound.enqueue(session.connection, outgoing_order("1"))
    outbound.give(session=session, at=AT)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        outbound.confirm(session=session, at=AT)
        outbound.confirm(session=session, at=AT)
    assert told == [("1",)]


def test_give_keeps_orders_without_vat_apart_from_zero(session: ExchangeSession) -> None:
    lines = (
        outgoing_line(vat_rate=None, vat_amount=Decimal("0.00")),
        outgoing_line(vat_rate=Decimal(0), vat_amount=Decimal("0.00")),
    )
    outbound.enqueue(session.connection, outgoing_order("1", lines=lines))
    (order,) = read_batch(outbound.give(session=session, at=AT).body.decode())
    assert [line.vat_rate for line in order.lines] == ["Без НДС", "0"]
