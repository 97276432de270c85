"""Placing orders: once per key, as a snapshot, with the row for 1C in the same transaction."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from dealer_area import carting, ordering
from dealer_area.buyers import buyer_for
from dealer_area.checking import Choice, Decision, Trouble, check_cart
from dealer_area.models import Cart, Order, OrderEvent, OrderLine, Role
from sync.models import Offer, OfferPrices, OfferStock, OutboxOrder
from tests.factories.dealer_area import (
    OutletFactory,
    Trade,
    fill_at_once,
    make_goods,
    make_trade,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def fill(trade: Trade, offers: list[Offer], quantity: int = 2) -> Cart:
    for offer in offers:
        carting.add(
            membership=trade.membership, offer=offer, quantity=Decimal(quantity), by=trade.user
        )
    return carting.cart_of(trade.membership)


def place(trade: Trade, cart: Cart, **changes: Any) -> Order:
    wanted = {"accepted": {}, "placement_key": cart.placement_key, "by": trade.user, "at": AT}
    return ordering.place_order(cart=cart, **{**wanted, **changes})


def set_price(trade: Trade, offer: Offer, amount: str) -> None:
    OfferPrices.objects.filter(offer=offer).update(amounts={str(trade.price_type.pk): amount})


def set_stock(trade: Trade, offer: Offer, quantity: str) -> None:
    OfferStock.objects.filter(offer=offer).update(quantities={str(trade.warehouse.pk): quantity})


@pytest.mark.gotcha(54)
def test_an_order_is_a_snapshot_with_its_history_and_its_row_for_1c() -> None:
    trade = make_trade(markup="42")
    [offer] = make_goods(trade, price="258.00", vat_rate=Decimal(22))
    cart = fill(trade, [offer])
    key = cart.placement_key

    order = place(trade, cart)

    assert order.number == "100001"
    assert (order.amount, order.vat_amount) == (Decimal("516.00"), Decimal("93.05"))
    assert (order.outlet, order.contract) == (trade.outlet, trade.contract)
    [line] = order.lines.all()
    assert line.price == Decimal("258.00")
    assert line.retail_price == Decimal("366.36")
    assert line.trail == [["price_type", "Дилер", "258.00"], ["markup", "42", "108.36"]]
    assert line.vat_rate == Decimal(22)
    [event] = order.events.all()
    assert (event.kind, event.by, event.at) == (OrderEvent.Kind.PLACED, trade.user, AT)
    outbox = OutboxOrder.objects.get(number=order.number)
    assert outbox.payload["amount"] == "516.00"
    assert outbox.payload["lines"][0]["offer_ref"] == offer.ref
    assert outbox.payload["party"]["inn"] == trade.counterparty.inn
    assert outbox.payload["party"]["ref"] == trade.counterparty.ref
    cart.refresh_from_db()
    assert not cart.lines.exists()
    assert cart.placement_key != key


def test_the_snapshot_stays_when_prices_and_names_change() -> None:
    trade = make_trade()
    [offer] = make_goods(trade, price="258.00")
    order = place(trade, fill(trade, [offer]))
    set_price(trade, offer, "999.00")
    Offer.objects.filter(pk=offer.pk).update(name="Другое имя")

    line = OrderLine.objects.get(order=order)

    assert line.price == Decimal("258.00")
    assert line.name == offer.name


def test_the_same_key_gives_the_same_order() -> None:
    trade = make_trade()
    cart = fill(trade, make_goods(trade))
    first = place(trade, cart)

    again = place(trade, cart)

    assert again == first
    assert Order.objects.count() == OutboxOrder.objects.count() == 1


def test_an_order_of_another_tab_does_not_take_the_refilled_cart() -> None:
    trade = make_trade()
    cart = fill(trade, make_goods(trade))
    with pytest.raises(ordering.StaleForm):
        place(trade, cart, placement_key=uuid.uuid4())

    assert cart.lines.count() == 1


def test_numbers_follow_each_other() -> None:
    trade = make_trade()
    [offer] = make_goods(trade)

    numbers = [place(trade, fill(trade, [offer])).number for _ in range(3)]

    assert numbers == ["100001", "100002", "100003"]


def test_a_changed_price_waits_for_a_decision_and_writes_nothing() -> None:
    trade = make_trade()
    [offer] = make_goods(trade, price="258.00")
    cart = fill(trade, [offer])
    set_price(trade, offer, "300.00")

    with pytest.raises(ordering.NeedsDecisions) as refusal:
        place(trade, cart)

    [line] = refusal.value.check.troubled
    assert line.troubles == (Trouble.PRICE,)
    assert line.rise is not None
    assert line.rise.amount == Decimal("42.00")
    assert not Order.objects.exists()
    assert not OutboxOrder.objects.exists()


def test_an_accepted_price_is_the_one_ordered() -> None:
    trade = make_trade()
    [offer] = make_goods(trade, price="258.00")
    cart = fill(trade, [offer])
    set_price(trade, offer, "300.00")

    order = place(trade, cart, accepted=check_cart(buyer_for(trade.membership)).proposals())

    assert order.amount == Decimal("600.00")


def test_an_acceptance_holds_only_for_the_price_it_was_given_for() -> None:
    trade = make_trade()
    [offer] = make_goods(trade, price="258.00")
    cart = fill(trade, [offer])
    set_price(trade, offer, "300.00")
    accepted = check_cart(buyer_for(trade.membership)).proposals()
    set_price(trade, offer, "310.00")

    with pytest.raises(ordering.NeedsDecisions):
        place(trade, cart, accepted=accepted)


@pytest.mark.parametrize(
    ("choice", "bought"), [(Choice.TAKE, "24.00"), (Choice.ACCEPT, "60.00"), (Choice.REMOVE, None)]
)
def test_a_shortage_is_decided_by_the_line(choice: Choice, bought: str | None) -> None:
    trade = make_trade()
    [offer] = make_goods(trade, price="1.00", stock="30", pack_multiple=Decimal(12))
    [other] = make_goods(trade, price="1.00")
    cart = fill(trade, [offer, other], 60)
    check = check_cart(buyer_for(trade.membership))
    [line] = check.troubled
    assert line.choices[0] is Choice.TAKE

    order = place(trade, cart, accepted={line.line.pk: Decision(choice, line.state)})

    amounts = {each.offer_id: each.amount for each in order.lines.all()}
    assert amounts.get(offer.pk) == (Decimal(bought) if bought else None)
    assert amounts[other.pk] == Decimal("60.00")


def test_stock_counts_only_at_the_warehouse_of_the_terms() -> None:
    trade = make_trade()
    [offer] = make_goods(trade, stock="1")
    stock = OfferStock.objects.get(offer=offer)
    stock.quantities["999999"] = "500"
    stock.save()
    fill(trade, [offer], 5)

    [line] = check_cart(buyer_for(trade.membership)).troubled

    assert line.troubles == (Trouble.SHORT,)
    assert line.take_quantity == 1


@pytest.mark.parametrize("what", ["archived", "no_price"])
def test_what_is_no_longer_sold_can_only_be_removed(what: str) -> None:
    trade = make_trade()
    [offer] = make_goods(trade)
    cart = fill(trade, [offer])
    if what == "archived":
        type(offer.product).objects.filter(pk=offer.product_id).update(archived=True)
    else:
        OfferPrices.objects.filter(offer=offer).update(amounts={})
    [line] = check_cart(buyer_for(trade.membership)).troubled

    assert line.choices == (Choice.REMOVE,)
    with pytest.raises(ordering.EmptyCart):
        place(trade, cart, accepted={line.line.pk: Decision(Choice.REMOVE, line.state)})
    with pytest.raises(ordering.NeedsDecisions):
        place(trade, cart, accepted={line.line.pk: Decision(Choice.ACCEPT, line.state)})


def test_an_empty_cart_orders_nothing() -> None:
    trade = make_trade()
    with pytest.raises(ordering.EmptyCart):
        place(trade, carting.cart_of(trade.membership))


def test_a_strangers_outlet_or_contract_is_refused() -> None:
    trade, other = make_trade(), make_trade()
    cart = fill(trade, make_goods(trade))
    for field, value in (("outlet", other.outlet), ("contract", other.contract)):
        Cart.objects.filter(pk=cart.pk).update(**{field: value})
        with pytest.raises(ordering.NotChosen):
            place(trade, cart)
        Cart.objects.filter(pk=cart.pk).update(outlet=trade.outlet, contract=trade.contract)
    Cart.objects.filter(pk=cart.pk).update(outlet=OutletFactory(dealer=trade.dealer))
    with pytest.raises(ordering.NotChosen):
        place(trade, cart)


def test_who_may_not_order_is_refused() -> None:
    trade = make_trade(Role.ACCOUNTANT)
    cart = carting.cart_of(trade.membership)
    with pytest.raises(PermissionDenied):
        place(trade, cart)


def test_a_seller_orders_at_the_dealers_purchase_prices() -> None:
    trade = make_trade(Role.SELLER, markup="100")
    [offer] = make_goods(trade, price="258.00")

    order = place(trade, fill(trade, [offer]))

    assert order.amount == Decimal("516.00")


def test_vat_on_top_is_added_to_what_is_paid() -> None:
    trade = make_trade(vat_included=False)
    [offer] = make_goods(trade, price="100.00", vat_rate=Decimal(22))

    order = place(trade, fill(trade, [offer]))

    assert (order.amount, order.vat_amount) == (Decimal("244.00"), Decimal("44.00"))
    assert not order.vat_included


@pytest.mark.parametrize("count", [1, 200])
def test_placing_takes_a_fixed_number_of_queries(
    count: int, django_assert_max_num_queries: Any
) -> None:
    trade = make_trade()
    cart = fill_at_once(trade, make_goods(trade, count))

    with django_assert_max_num_queries(40):
        order = place(trade, cart)

    assert order.lines.count() == count
