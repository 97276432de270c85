"""The screen of orders to 1C: who sees it, what it finds, what its buttons do."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from base.figures import NOTHING
from dealer_area.roles import GroupName
from sync.models import Connection, OutboxOrder, RemoteOrder
from sync.outbox import outbound
from sync.screens import outbox
from tests.factories.admin import signed_in
from tests.factories.sync import (
    ConnectionFactory,
    ExchangeSessionFactory,
    outgoing_line,
    outgoing_order,
    queued_order,
)

pytestmark = pytest.mark.django_db
State = OutboxOrder.State
HOME = "/cms/"
LIST = "/cms/exchange/outbox/"


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory(name="УТ 11")


@pytest.fixture
def client() -> Client:
    return signed_in(GroupName.INTEGRATION)


def order(base: Connection, number: str, state: str = State.WAITING, **told: Any) -> OutboxOrder:
    row = queued_order(base, outgoing_order(number))
    OutboxOrder.objects.filter(pk=row.pk).update(state=state, **told)
    row.refresh_from_db()
    return row


def numbers(client: Client, query: str = "") -> list[str]:
    found = client.get(f"{LIST}{query}")
    assert found.status_code == 200
    return [each.row.number for each in found.context["rows"]]


def act(client: Client, action: str, *rows: OutboxOrder, path: str = LIST, **more: str) -> Any:
    sent = {"action": action, "order": [row.pk for row in rows], **more}
    return client.post(path, sent, follow=True)


def state_of(row: OutboxOrder) -> str:
    return OutboxOrder.objects.get(pk=row.pk).state


@pytest.mark.parametrize(
    ("group", "may"),
    [
        (GroupName.INTEGRATION, True),
        (GroupName.HEAD_OF_SALES, True),
        (GroupName.SALES, False),
        (GroupName.EDITORS, False),
    ],
)
def test_who_sees_the_screens(base: Connection, group: GroupName, may: bool) -> None:
    row = order(base, "1")
    client = signed_in(group)
    for path in (
        LIST,
        reverse("exchange:outbox-export"),
        reverse("exchange:outbox-order", args=[row.pk]),
        reverse("exchange:outbox-xml", args=[row.pk]),
    ):
        found = client.get(path)
        # the admin leads whoever may not to its first screen
        assert found.status_code == (200 if may else 302)
        assert may or found["Location"] == HOME
    client.post(LIST, {"action": "hold", "order": row.pk})
    assert state_of(row) == (State.HELD if may else State.WAITING)


def test_strangers_are_led_to_the_door(base: Connection) -> None:
    row = order(base, "1")
    for path in (LIST, reverse("exchange:outbox-order", args=[row.pk])):
        assert Client().get(path).status_code == 302


def test_who_only_looks_cannot_decide(base: Connection) -> None:
    row = order(base, "1")
    client = signed_in(GroupName.INTEGRATION)
    group = Group.objects.get(name=GroupName.INTEGRATION.value)
    group.permissions.remove(group.permissions.get(codename="change_outboxorder"))
    assert b'name="action"' not in client.get(LIST).content
    page = reverse("exchange:outbox-order", args=[row.pk])
    for path in (LIST, page):
        found = client.post(path, {"action": "hold", "order": row.pk})
        assert found["Location"] == HOME
    assert state_of(row) == State.WAITING


def test_filters_find_by_state_base_number_and_age(base: Connection, client: Client) -> None:
    other = ConnectionFactory()
    order(base, "1001")
    order(base, "1002", State.PERSON, error="нет ИНН")
    order(other, "2001", State.CONFIRMED)
    order(base, "1003", State.GIVEN)
    OutboxOrder.objects.filter(number="1003").update(
        queued_at=timezone.now() - timedelta(hours=25), parent_number="900"
    )
    assert numbers(client) == ["1003", "2001", "1002", "1001"]
    assert numbers(client, "?state=person") == ["1002"]
    assert numbers(client, f"?base={other.pk}") == ["2001"]
    assert numbers(client, "?q=100") == ["1003", "1002", "1001"]
    assert numbers(client, "?q=900") == ["1003"]
    assert numbers(client, "?late=1") == ["1003"]
    assert numbers(client, "?state=nonsense&base=x&p=99") == ["1003", "2001", "1002", "1001"]
    assert numbers(client, f"?base={'9' * 40}") == ["1003", "2001", "1002", "1001"]
    assert numbers(client, "?state=held") == []


def test_many_are_decided_at_once(base: Connection, client: Client) -> None:
    first, second, third = (order(base, number) for number in "123")
    act(client, "hold", first, second)
    assert [state_of(each) for each in (first, second, third)] == [
        State.HELD,
        State.HELD,
        State.WAITING,
    ]
    answer = act(client, "release", first, third)
    assert [state_of(first), state_of(third)] == [State.WAITING, State.WAITING]
    assert len(list(answer.context["messages"])) == 1
    act(client, "hold", path=f"{LIST}?q=2", all="1")
    row = OutboxOrder.objects.get(pk=second.pk)
    assert row.decided_by is not None
    act(client, "nonsense", third)
    assert state_of(third) == State.WAITING


def test_all_that_the_filter_finds(base: Connection, client: Client) -> None:
    for number in "123":
        order(base, number, State.PERSON)
    kept = order(base, "4", State.HELD)
    act(client, "send", path=f"{LIST}?state=person", all="1")
    assert OutboxOrder.objects.filter(state=State.WAITING).count() == 3
    assert state_of(kept) == State.HELD


def test_sending_again_what_1c_has_is_warned_of(base: Connection, client: Client) -> None:
    rows = [order(base, "1", State.CONFIRMED), order(base, "2")]
    [message] = act(client, "send", *rows).context["messages"]
    assert message.level_tag == "warning"
    [message] = act(client, "send", rows[1]).context["messages"]
    assert message.level_tag == "success"


@pytest.mark.gotcha(52, 53)
def test_a_bad_order_is_shown_with_its_reason_and_what_to_do(
    base: Connection, client: Client
) -> None:
    bad = outgoing_order("7", lines=(outgoing_line(offer_ref=""),))
    row = queued_order(base, bad)
    outbound.give(session=ExchangeSessionFactory(connection=base), at=timezone.now())
    found = client.get(reverse("exchange:outbox-order", args=[row.pk]))
    assert found.context["errors"]
    assert found.context["remedies"] == [str(outbox.REMEDIES["line_ref"])]
    assert "Петля накладная" in found.context["xml"]


def test_an_order_given_in_vain_names_the_journal_of_1c(base: Connection, client: Client) -> None:
    row = order(base, "7", State.PERSON, error="не загружен")
    found = client.get(reverse("exchange:outbox-order", args=[row.pk]))
    assert found.context["remedies"] == [str(outbox.IN_VAIN)]


def test_an_order_shows_when_it_was_given_and_what_was_decided(
    base: Connection, client: Client
) -> None:
    row = order(base, "7")
    session = ExchangeSessionFactory(connection=base, address="10.0.0.7", client="1C+Enterprise")
    outbound.give(session=session, at=timezone.now())
    outbound.confirm(session=session, at=timezone.now())
    page = reverse("exchange:outbox-order", args=[row.pk])
    answer = client.post(page, {"action": "send"}, follow=True)
    assert answer.status_code == 200
    [giving] = answer.context["givings"]
    assert giving.count == 1
    assert "10.0.0.7" in giving.session
    assert giving.confirmed != NOTHING
    [(_when, what, _who)] = answer.context["history"]
    assert what
    assert state_of(row) == State.WAITING


@pytest.mark.gotcha(64)
def test_a_confirmed_order_of_which_1c_says_nothing_is_marked(
    base: Connection, client: Client
) -> None:
    at = timezone.now() - timedelta(hours=30)
    rows = [order(base, n, State.CONFIRMED, given_at=at, confirmed_at=at) for n in "123"]
    order(base, "4", State.CONFIRMED, given_at=at + timedelta(hours=7))
    RemoteOrder.objects.create(
        connection=base, number="1", changed_at=at + timedelta(hours=1), currency="RUB"
    )
    RemoteOrder.objects.create(
        connection=base, number="2", changed_at=at - timedelta(hours=1), currency="RUB"
    )
    found = {each.row.number: each.is_silent for each in client.get(LIST).context["rows"]}
    assert found == {"1": False, "2": True, "3": True, "4": False}
    page = client.get(reverse("exchange:outbox-order", args=[rows[1].pk]))
    assert page.context["shown"].is_silent


def test_the_xml_is_a_file_in_the_encoding_of_the_base(base: Connection, client: Client) -> None:
    Connection.objects.filter(pk=base.pk).update(charset="windows-1251")
    row = order(base, "7")
    found = client.get(reverse("exchange:outbox-xml", args=[row.pk]))
    assert found["Content-Type"] == "application/xml; charset=windows-1251"
    assert "order-7.xml" in found["Content-Disposition"]
    assert "Заказ товара" in found.content.decode("cp1251")


def test_an_unreadable_order_breaks_no_page(base: Connection, client: Client) -> None:
    row = order(base, "7", State.PERSON, payload={"number": "7"})
    assert client.get(reverse("exchange:outbox-order", args=[row.pk])).status_code == 200
    assert client.get(reverse("exchange:outbox-xml", args=[row.pk])).status_code == 404
    assert client.get(reverse("exchange:outbox-order", args=[row.pk + 1])).status_code == 404


def test_the_export_says_what_the_list_says(base: Connection, client: Client) -> None:
    order(base, "1", State.PERSON, error="=1+1")
    order(base, "2")
    found = client.get(reverse("exchange:outbox-export") + "?state=person")
    text = b"".join(found).decode()
    assert text.startswith("\ufeff")
    [_head, line] = text.strip().splitlines()
    assert line.startswith("1;")
    assert "'=1+1" in line


def test_a_list_costs_the_same_whatever_its_length(base: Connection, client: Client) -> None:
    client.get(LIST)
    found = []
    for start, end in ((1, 3), (3, 30)):
        for number in range(start, end):
            order(base, str(number), State.CONFIRMED, given_at=timezone.now())
        with CaptureQueriesContext(database) as queries:
            client.get(LIST)
        found.append(len(queries))
    assert found[0] == found[1]


def test_parts_know_each_other(base: Connection, client: Client) -> None:
    none = outgoing_line(vat_rate=None, vat_amount=Decimal("0.00"))
    Connection.objects.filter(pk=base.pk).update(split_orders="vat")
    base.refresh_from_db()
    whole = outgoing_order("100", lines=(outgoing_line(), none))
    outbound.enqueue(base, whole, numbers=lambda _count: ["101", "102"])
    row = OutboxOrder.objects.get(number="101")
    page = client.get(reverse("exchange:outbox-order", args=[row.pk]))
    assert [each.number for each in page.context["family"]] == ["102"]
