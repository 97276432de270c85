"""The outbox: what is given, what is confirmed, what stays behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.utils import timezone
from django.utils.translation import override

from onec.orders import read_batch
from sync import ports
from sync.models import Connection, ExchangeSession, OutboxOrder, Rejection, Run
from sync.onec import batching
from sync.outbox import outbound
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


@pytest.fixture
def session() -> ExchangeSession:
    return ExchangeSessionFactory(exchange_type="sale")


def _states() -> dict[str, str]:
    return dict(OutboxOrder.objects.values_list("number", "state"))


@pytest.mark.gotcha(51)
def test_enqueue_refuses_a_number_that_1c_would_cut() -> None:
    with pytest.raises(ValueError, match="number"):
        queued_order(ConnectionFactory(), outgoing_order("123456789012"))


def test_give_hands_out_what_waits_for_this_base_only(session: ExchangeSession) -> None:
    queued_order(session.connection, outgoing_order("1"))
    queued_order(ConnectionFactory(), outgoing_order("2"))
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
    queued_order(session.connection, outgoing_order("1"))
    answer = outbound.give(session=session, at=AT)
    assert answer.charset == "windows-1251"
    assert "Заказ товара".encode("cp1251") in answer.body


@pytest.mark.gotcha(52, 53)
def test_give_leaves_a_bad_order_behind_with_its_reasons(session: ExchangeSession) -> None:
    bad = outgoing_order("2", lines=(outgoing_line(offer_ref=""), outgoing_line(name="")))
    for order in (outgoing_order("1"), bad, outgoing_order("3")):
        queued_order(session.connection, order)
    broken = queued_order(session.connection, outgoing_order("4"))
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
        queued_order(session.connection, outgoing_order(number))
    assert outbound.give(session=session, at=AT).numbers == ("1", "2")
    outbound.confirm(session=session, at=AT)
    assert outbound.give(session=session, at=AT).numbers == ("3",)


def test_give_again_what_was_never_confirmed(session: ExchangeSession) -> None:
    queued_order(session.connection, outgoing_order("1"))
    outbound.give(session=session, at=AT)
    later = ExchangeSessionFactory(connection=session.connection)
    assert outbound.give(session=later, at=AT).numbers == ("1",)
    assert OutboxOrder.objects.get().attempts == 2


@pytest.mark.gotcha(21)
def test_confirm_marks_the_batch_of_its_own_session(session: ExchangeSession) -> None:
    queued_order(session.connection, outgoing_order("1"))
    outbound.give(session=session, at=AT)
    queued_order(session.connection, outgoing_order("2"))
    later = ExchangeSessionFactory(connection=session.connection)
    assert outbound.give(session=later, at=AT).numbers == ("1", "2")

    assert outbound.confirm(session=session, at=AT) == ("1",)
    assert _states() == {"1": State.CONFIRMED, "2": State.GIVEN}
    assert outbound.confirm(session=later, at=AT) == ("2",)
    assert outbound.give(session=later, at=AT).numbers == ()


def test_confirm_again_is_no_news_and_without_a_batch_is_none(session: ExchangeSession) -> None:
    assert outbound.confirm(session=session, at=AT) is None
    queued_order(session.connection, outgoing_order("1"))
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
    queued_order(session.connection, outgoing_order("1"))
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
    queued_order(session.connection, outgoing_order("1", lines=lines))
    (order,) = read_batch(outbound.give(session=session, at=AT).body.decode())
    assert [line.vat_rate for line in order.lines] == ["Без НДС", "0"]


class Base:
    """1C that cannot load some orders: it says `success` for whole batches or not at all."""

    def __init__(self, connection: Connection, poisoned: set[str]) -> None:
        self.connection = connection
        self.poisoned = poisoned
        self.loaded: list[str] = []
        self.at = AT
        self.answers: list[tuple[str, ...]] = []
        self.is_broken = False

    def exchange(self) -> tuple[str, ...]:
        """One exchange, ten minutes after the last."""
        self.at += timedelta(minutes=10)
        session = ExchangeSessionFactory(connection=self.connection, exchange_type="sale")
        numbers = outbound.give(session=session, at=self.at).numbers
        self.answers.append(numbers)
        if not self.is_broken and not self.poisoned.intersection(numbers):
            self.loaded += outbound.confirm(session=session, at=self.at) or ()
        return numbers


@pytest.mark.gotcha(52)
def test_an_order_that_1c_cannot_load_stops_nobody() -> None:
    base = Base(ConnectionFactory(), {"13"})
    for number in range(20):
        queued_order(base.connection, outgoing_order(str(number + 1)))
    for step in range(40):
        # others keep ordering
        if step % 4 == 0:
            queued_order(base.connection, outgoing_order(str(100 + step)))
        base.exchange()

    fresh = {str(100 + step) for step in range(0, 40, 4)}
    assert set(base.loaded) == ({str(number + 1) for number in range(20)} | fresh) - {"13"}
    assert len(base.loaded) == len(set(base.loaded))
    row = OutboxOrder.objects.get(number="13")
    assert row.state == State.PERSON
    assert row.lone_attempts == batching.LONE
    assert row.attempts >= batching.SUSPECT_AFTER + batching.LONE
    assert row.error
    # alone, and ever more seldom
    alone = [place for place, numbers in enumerate(base.answers) if numbers == ("13",)]
    assert len(alone) == batching.LONE
    gaps = [after - before for before, after in pairwise(alone)]
    assert gaps == sorted(gaps)
    assert gaps[-1] > gaps[0]
    rejection = Rejection.objects.get(ref="13")
    assert rejection.reason == row.error


def test_orders_placed_after_the_poisoned_one_pass_it_by() -> None:
    base = Base(ConnectionFactory(), {"1"})
    queued_order(base.connection, outgoing_order("1"))
    for _turn in range(batching.SUSPECT_AFTER):
        base.exchange()
    queued_order(base.connection, outgoing_order("2"))
    base.exchange()
    base.exchange()
    assert base.loaded == ["2"]


def test_a_broken_base_makes_no_work_for_people_before_two_days() -> None:
    base = Base(ConnectionFactory(), set())
    base.is_broken = True
    for number in "1234":
        queued_order(base.connection, outgoing_order(number))
    for _turn in range(100):
        base.exchange()
    assert set(_states().values()) == {State.GIVEN}
    base.is_broken = False
    for _turn in range(60):
        base.exchange()
    assert set(_states().values()) == {State.CONFIRMED}


def test_a_lone_order_that_1c_never_takes_needs_a_person_at_last() -> None:
    base = Base(ConnectionFactory(), {"1"})
    queued_order(base.connection, outgoing_order("1"))
    for _turn in range(400):
        base.exchange()
    row = OutboxOrder.objects.get()
    assert row.state == State.PERSON
    assert row.lone_attempts == batching.LONE_IN_SILENCE
    assert len(row.givings) <= outbound.KEPT_GIVINGS
    assert row.givings[-1]["count"] == 1


def test_givings_tell_when_and_in_which_batch(session: ExchangeSession) -> None:
    queued_order(session.connection, outgoing_order("1"))
    queued_order(session.connection, outgoing_order("2"))
    outbound.give(session=session, at=AT)
    row = OutboxOrder.objects.get(number="1")
    assert row.givings == [{"batch": row.batch_id, "at": AT.isoformat(), "count": 2}]


def test_give_keeps_back_what_is_held_or_rests(session: ExchangeSession) -> None:
    for number in "123":
        queued_order(session.connection, outgoing_order(number))
    OutboxOrder.objects.filter(number="1").update(state=State.HELD)
    OutboxOrder.objects.filter(number="2").update(not_before=AT + timedelta(minutes=1))
    assert outbound.give(session=session, at=AT).numbers == ("3",)
    assert outbound.give(session=session, at=AT + timedelta(minutes=1)).numbers == ("2", "3")


def test_confirm_leaves_an_order_that_was_sent_anew_since(session: ExchangeSession) -> None:
    for number in "123":
        queued_order(session.connection, outgoing_order(number))
    outbound.give(session=session, at=AT)
    later = timezone.now() + timedelta(minutes=1)
    OutboxOrder.objects.filter(number="1").update(state=State.WAITING, decided_at=later)
    OutboxOrder.objects.filter(number="2").update(state=State.HELD, decided_at=later)
    assert outbound.confirm(session=session, at=later) == ("2", "3")


def test_unconfirmed_are_those_that_wait_longer_than_the_base_allows() -> None:
    connection = ConnectionFactory(unconfirmed_hours=24)
    for number in "12345":
        queued_order(connection, outgoing_order(number))
    queued_order(ConnectionFactory(), outgoing_order("6"))
    old = AT - timedelta(hours=25)
    OutboxOrder.objects.update(queued_at=old)
    OutboxOrder.objects.filter(number="2").update(queued_at=AT - timedelta(hours=23))
    OutboxOrder.objects.filter(number="3").update(state=State.CONFIRMED)
    OutboxOrder.objects.filter(number="4").update(decided_at=AT - timedelta(hours=1))
    OutboxOrder.objects.filter(number="5").update(state=State.GIVEN)
    found = outbound.unconfirmed(connection, AT)
    assert [(row.number, vars(row)["since"]) for row in found] == [("1", old), ("5", old)]


def test_enqueue_gives_each_part_a_number_of_its_own() -> None:
    connection = ConnectionFactory(split_orders="vat")
    none = outgoing_line(vat_rate=None, vat_amount=Decimal("0.00"))
    order = outgoing_order("100001", lines=(outgoing_line(), none))
    asked: list[int] = []

    def numbers(count: int) -> list[str]:
        asked.append(count)
        return ["100002", "100003"]

    made = outbound.enqueue(connection, order, numbers=numbers)

    assert asked == [2]
    assert [(share.positions, part.number) for share, part in made] == [
        ((0,), "100002"),
        ((1,), "100003"),
    ]
    rows = OutboxOrder.objects.values_list("number", "parent_number").order_by("number")
    assert list(rows) == [("100002", "100001"), ("100003", "100001")]
    whole = outgoing_order("100004")
    assert outbound.enqueue(connection, whole, numbers=numbers)[0][1].number == "100004"
    assert OutboxOrder.objects.get(number="100004").parent_number == ""
    assert asked == [2]


def test_preview_is_what_1c_would_get(session: ExchangeSession) -> None:
    session.connection.charset = "windows-1251"
    session.connection.save()
    row = queued_order(session.connection, outgoing_order("1"))
    body = outbound.preview(row, at=AT)
    assert body == outbound.give(session=session, at=AT).body
    row.payload = {"number": "1"}
    assert outbound.preview(row, at=AT) == b""
