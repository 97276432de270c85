"""Orders as a person meets them, and what must never reach a seller."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dealer_area import carting, hearing, ordering
from dealer_area.models import Cart, Dealer, Membership, Order, Role
from sync.models import OfferPrices, OutboxOrder, RemoteOrder
from tests.factories.dealer_area import (
    MembershipFactory,
    OutletFactory,
    Trade,
    fill_at_once,
    make_goods,
    make_trade,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HTMX = {"HX-Request": "true"}


def placed(trade: Trade, count: int = 1, *, price: str = "258.00") -> Order:
    cart = fill_at_once(trade, make_goods(trade, count, price=price))
    return ordering.place_order(
        cart=cart, placement_key=cart.placement_key, accepted={}, by=trade.user, at=AT
    )


def heard(order: Order, lines: list[dict[str, str]], amount: str) -> None:
    remote = RemoteOrder.objects.create(
        connection=order.connection,
        number=order.number,
        remote_number="КП-00018844",
        posted=True,
        amount=Decimal(amount),
        lines=lines,
        changed_at=AT,
    )
    hearing.take_remote_orders([remote.pk])


def raw(order: Order) -> list[dict[str, str]]:
    return [
        {
            "ref": line.offer_ref,
            "sku": line.sku,
            "name": line.name,
            "unit": line.unit,
            "quantity": str(line.quantity),
            "price": str(line.price),
            "amount": str(line.amount),
            "vat_rate": str(line.vat_rate),
        }
        for line in order.lines.all()
    ]


def colleague(trade: Trade, role: Role, **fields: Any) -> Membership:
    return MembershipFactory(dealer=trade.dealer, role=role, **fields)


def numbers(client: Client, **query: str) -> list[str]:
    response = client.get(reverse("dealer:orders"), query)
    return [row.order.number for row in response.context["rows"]]


def test_no_orders_yet(client: Client) -> None:
    client.force_login(make_trade().user)
    page = client.get(reverse("dealer:orders")).content.decode()
    assert "Заказов пока нет" in page


def test_who_sees_which_orders(client: Client) -> None:
    trade = make_trade(Role.BUYER)
    other_outlet = OutletFactory(dealer=trade.dealer)
    own = placed(trade).number
    director = colleague(trade, Role.DIRECTOR)
    beside = colleague(trade, Role.SELLER, outlets=[trade.outlet])
    elsewhere = colleague(trade, Role.SELLER, outlets=[other_outlet])
    stranger = make_trade(Role.DIRECTOR)

    for membership, expected in (
        (trade.membership, [own]),
        (director, [own]),
        (beside, [own]),
        (elsewhere, []),
        (stranger.membership, []),
    ):
        client.force_login(membership.user)
        assert numbers(client) == expected
        status = client.get(reverse("dealer:order", args=[own])).status_code
        assert status == (200 if expected else 404)
        assert (own in client.get(reverse("dealer:orders-export")).getvalue().decode()) == bool(
            expected
        )


def test_a_closed_company_sees_nothing(client: Client) -> None:
    trade = make_trade(Role.DIRECTOR)
    order = placed(trade)
    Dealer.objects.filter(pk=trade.dealer.pk).update(is_active=False)
    client.force_login(trade.user)

    assert client.get(reverse("dealer:orders")).status_code == 403
    assert client.get(reverse("dealer:order", args=[order.number])).status_code == 403


def test_filter_by_status_and_by_numbers_of_both_sides(client: Client) -> None:
    trade = make_trade()
    first, second = placed(trade), placed(trade)
    heard(first, raw(first), "516.00")
    client.force_login(trade.user)

    assert numbers(client) == [second.number, first.number]
    assert numbers(client, status="confirmed") == [first.number]
    assert numbers(client, status="sent") == [second.number]
    assert numbers(client, q=second.number) == [second.number]
    assert numbers(client, q="кп-000188") == [first.number]
    assert numbers(client, q="999") == []
    assert numbers(client, status="nonsense") == [second.number, first.number]


def test_paging(client: Client) -> None:
    trade = make_trade()
    [offer] = make_goods(trade, stock="1000")
    for _ in range(31):
        carting.add(membership=trade.membership, offer=offer, quantity=Decimal(1), by=trade.user)
        cart = carting.cart_of(trade.membership)
        ordering.place_order(
            cart=cart, placement_key=cart.placement_key, accepted={}, by=trade.user, at=AT
        )
    client.force_login(trade.user)

    assert len(numbers(client)) == 30
    assert len(numbers(client, page="2")) == 1


def test_changes_by_1c_stand_beside_the_own_order(client: Client) -> None:
    trade = make_trade()
    order = placed(trade, 3, price="10.00")
    lines = raw(order)
    lines[0] |= {"quantity": "1", "amount": "10.00"}
    lines[1] |= {"price": "11.00", "amount": "22.00"}
    del lines[2]
    lines.append({**lines[0], "ref": "delivery", "name": "Доставка", "amount": "5.00"})
    heard(order, lines, "37.00")
    client.force_login(trade.user)

    response = client.get(reverse("dealer:order", args=[order.number]))
    page, text = response.context["page"], response.content.decode()

    assert [(each.was, each.now) for each in page.changes] == [
        ("2\xa0шт", "1\xa0шт"),
        ("10,00\xa0₽", "11,00\xa0₽"),
        ("2\xa0шт × 10,00\xa0₽", ""),
        ("", "1\xa0шт × 5,00\xa0₽"),
    ]
    assert page.remote_total.amount == Decimal("37.00")
    assert page.difference.amount == Decimal("-23.00")
    assert "КП-00018844" in text
    assert "1С изменила 4 строки" in text
    assert "в 1С: 37,00" in client.get(reverse("dealer:orders")).content.decode()


@pytest.mark.parametrize(
    ("waits", "words"),
    [
        (timedelta(seconds=20), "поставлен в очередь только что."),
        (timedelta(minutes=2), "(2\xa0минуты)."),
    ],
)
def test_an_order_that_waits_tells_its_age_from_a_minute_on(
    client: Client, waits: timedelta, words: str
) -> None:
    trade = make_trade()
    order = placed(trade)
    OutboxOrder.objects.update(decided_at=timezone.now() - waits)
    client.force_login(trade.user)

    page = client.get(reverse("dealer:order", args=[order.number])).content.decode()

    assert words in page
    assert "0\xa0минут" not in page


def test_an_order_that_cannot_be_handed_over_says_so(client: Client) -> None:
    trade = make_trade()
    order = placed(trade)
    OutboxOrder.objects.update(state=OutboxOrder.State.PERSON)
    client.force_login(trade.user)

    page = client.get(reverse("dealer:order", args=[order.number])).content.decode()

    assert "Им займётся сотрудник поставщика" in page


def test_the_export_opens_in_a_spreadsheet(client: Client) -> None:
    trade = make_trade()
    order = placed(trade)
    trade.outlet.name = "=HYPERLINK(1)"
    trade.outlet.save()
    client.force_login(trade.user)

    text = client.get(reverse("dealer:orders-export")).getvalue().decode()

    head, row = text.removeprefix("\ufeff").splitlines()
    assert text.startswith("\ufeff")
    assert head.startswith("Номер;Дата;Статус")
    assert row.startswith(f"{order.number};24.11.2026 15:00;")
    assert ";'=HYPERLINK(1);" in row
    assert ";516,00;RUB;" in row


def test_a_seller_never_receives_a_purchase_price(client: Client) -> None:
    """Every screen, every answer: HTML, attributes, headers, CSV."""
    trade = make_trade(Role.SELLER, markup="42")
    order = placed(trade, price="1234.56")
    lines = raw(order)
    lines[0] |= {"quantity": "1", "price": "1250.00", "amount": "1250.00"}
    heard(order, lines, "1250.00")
    [plain, dearer] = make_goods(trade, 2, price="777.77")
    for offer in (plain, dearer):
        carting.add(membership=trade.membership, offer=offer, quantity=Decimal(200), by=trade.user)
    OfferPrices.objects.filter(offer=dearer).update(amounts={str(trade.price_type.pk): "888.88"})
    client.force_login(trade.user)
    cart = carting.cart_of(trade.membership)
    line = cart.lines.first()
    assert line is not None
    who = {"membership": trade.membership.pk}

    def url(name: str, *args: Any) -> str:
        return reverse(f"dealer:{name}", args=args)

    def key_of(cart: Cart) -> uuid.UUID:
        # each change of the cart gives it another
        cart.refresh_from_db()
        return cart.placement_key

    answers = [
        client.get(url("cart")),
        client.get(url("checkout")),
        client.get(url("orders")),
        client.get(url("orders-export")),
        client.get(url("order", order.number)),
        client.post(url("cart-add"), {**who, "offer": plain.pk, "quantity": "1"}, headers=HTMX),
        client.post(url("cart-line", line.pk), {**who, "quantity": "150"}, headers=HTMX),
        client.post(url("cart-line", line.pk), {**who, "remove": "1"}, headers=HTMX),
        client.post(url("cart-undo"), who, headers=HTMX),
        client.post(
            url("checkout"),
            {**who, "placement_key": key_of(cart), "recount": "1"},
            headers=HTMX,
        ),
        client.post(url("checkout"), {**who, "placement_key": key_of(cart)}),
        client.get(reverse("home:dashboard")),
    ]

    secrets = [Decimal("1234.56"), Decimal("777.77"), Decimal("888.88"), Decimal("1250.00")]
    secrets += [2 * secrets[0], 200 * secrets[1], 200 * secrets[2], order.vat_amount]
    for answer in answers:
        assert answer.status_code in {200, 422}, answer.request["PATH_INFO"]
        text = answer.getvalue().decode() + str(answer.headers)
        bare = "".join(text.split()).replace("<small>", "").replace("\xa0", "")
        for secret in secrets:
            for spelled in (f"{secret:.2f}", f"{secret:.2f}".replace(".", ",")):
                assert spelled not in bare, (answer.request["PATH_INFO"], spelled)
        assert "Наценка" not in text
    assert "1753,08" in "".join(answers[4].content.decode().replace("<small>", "").split())


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.SELLER])
def test_screens_take_the_same_queries_for_1_and_200_lines(
    client: Client, role: Role, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for count in (1, 200):
        trade = make_trade(role)
        order = placed(trade, count)
        client.force_login(trade.user)
        seen_counts = []
        for address in (reverse("dealer:order", args=[order.number]), reverse("dealer:orders")):
            client.get(address)
            with django_assert_max_num_queries(20) as seen:
                assert client.get(address).status_code == 200
            seen_counts.append(len(seen))
        counts.append(seen_counts)
    assert counts[0] == counts[1]
