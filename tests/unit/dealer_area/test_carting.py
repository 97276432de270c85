"""The cart: packs, minimums, undo, and what the header says."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dealer_area import carting
from dealer_area.buyers import buyer_for
from dealer_area.models import Cart, CartLine, Role
from dealer_area.packing import LARGEST_QUANTITY
from dealer_area.pricing import Money
from sync.models import Offer, OfferPrices, Product
from sync.reading import offers_by_ids
from tests.factories.dealer_area import Trade, make_goods, make_trade
from tests.factories.sync import ContractFactory, PriceTypeFactory

pytestmark = pytest.mark.django_db


def add(trade: Trade, offer: Offer, quantity: str) -> carting.Change:
    return carting.add(
        membership=trade.membership, offer=offer, quantity=Decimal(quantity), by=trade.user
    )


def test_a_cart_starts_with_the_first_outlet_and_contract() -> None:
    trade = make_trade()

    cart = carting.cart_of(trade.membership)

    assert (cart.outlet, cart.legal_entity, cart.contract) == (
        trade.outlet,
        trade.legal_entity,
        trade.contract,
    )
    assert carting.cart_of(trade.membership) == cart


def test_adding_again_adds_up_and_keeps_to_packs() -> None:
    trade = make_trade()
    [offer] = make_goods(trade, pack_multiple=Decimal(12))

    first, second = add(trade, offer, "10"), add(trade, offer, "12")

    assert (first.asked, first.quantity) == (Decimal(10), Decimal(12))
    assert first.is_corrected
    assert (second.asked, second.quantity) == (Decimal(24), Decimal(24))
    assert not second.is_corrected
    assert CartLine.objects.get().quantity == 24


def test_the_minimum_is_kept() -> None:
    trade = make_trade()
    [offer] = make_goods(trade, min_quantity=Decimal(30), pack_multiple=Decimal(12))

    assert add(trade, offer, "1").quantity == 36


def test_a_slip_of_the_hand_is_cut_to_what_the_database_holds() -> None:
    trade = make_trade()
    [offer] = make_goods(trade, price="0.01")
    add(trade, offer, str(LARGEST_QUANTITY))

    change = add(trade, offer, str(LARGEST_QUANTITY))

    assert (change.quantity, change.is_corrected) == (LARGEST_QUANTITY, True)


def test_adding_nothing_makes_no_line() -> None:
    trade = make_trade()
    [offer] = make_goods(trade)

    assert add(trade, offer, "0").line is None
    assert not CartLine.objects.exists()


@pytest.mark.parametrize("what", ["archived", "unsold", "no price", "another base"])
def test_what_is_not_for_sale_is_refused(what: str) -> None:
    trade = make_trade()
    [offer] = make_goods(make_trade() if what == "another base" else trade)
    if what == "archived":
        Product.objects.filter(pk=offer.product_id).update(archived=True)
    elif what == "unsold":
        Offer.objects.filter(pk=offer.pk).update(is_sold=False)
    elif what == "no price":
        OfferPrices.objects.filter(offer=offer).delete()

    with pytest.raises(carting.NotForSale):
        add(trade, offers_by_ids([offer.pk])[offer.pk], "1")


def test_lines_of_another_cart_do_not_exist() -> None:
    trade, other = make_trade(), make_trade()
    [offer] = make_goods(other)
    line = add(other, offer, "1").line
    assert line is not None

    for act in (
        lambda: carting.set_quantity(
            membership=trade.membership, line_id=line.pk, quantity=Decimal(5), by=trade.user
        ),
        lambda: carting.remove(membership=trade.membership, line_id=line.pk, by=trade.user),
    ):
        with pytest.raises(CartLine.DoesNotExist):
            act()


def test_what_was_taken_out_comes_back_with_the_price_seen_then() -> None:
    trade = make_trade()
    first, second = make_goods(trade, 2, price="10.00")
    add(trade, first, "3")
    add(trade, second, "4")
    taken = carting.clear(membership=trade.membership, by=trade.user)
    OfferPrices.objects.update(amounts={str(trade.price_type.pk): "11.00"})
    add(trade, offers_by_ids([second.pk])[second.pk], "1")
    kept = [carting.Taken.unpacked(each.packed()) for each in taken]

    count = carting.restore(membership=trade.membership, taken=kept, by=trade.user)

    assert count == 1
    found = {line.offer_id: (line.quantity, line.seen_price) for line in CartLine.objects.all()}
    assert found == {
        first.pk: (Decimal(3), Decimal("10.00")),
        second.pk: (Decimal(1), Decimal("11.00")),
    }


def test_nothing_of_another_base_is_put_back() -> None:
    trade = make_trade()
    [foreign] = make_goods(make_trade())
    taken = [carting.Taken(foreign.pk, Decimal(1), None), carting.Taken(10**9, Decimal(1), None)]

    assert carting.restore(membership=trade.membership, taken=taken, by=trade.user) == 0


@pytest.mark.parametrize(
    ("role", "total"), [(Role.BUYER, "24.40"), (Role.DIRECTOR, "24.40"), (Role.SELLER, "36.60")]
)
def test_the_header_sums_in_the_prices_the_person_works_with(role: Role, total: str) -> None:
    trade = make_trade(role, markup="50", vat_included=False)
    priced, unpriced = make_goods(trade, 2, price="10.00", vat_rate=Decimal(22))
    add(trade, priced, "2")
    add(trade, unpriced, "7")
    OfferPrices.objects.filter(offer=unpriced).update(amounts={})

    found = carting.summary(buyer_for(trade.membership))

    assert found == carting.CartSummary(2, Money(Decimal(total), "RUB"))


def test_an_empty_cart_has_no_total() -> None:
    trade = make_trade()
    assert carting.summary(buyer_for(trade.membership)) == carting.CartSummary(0, None)
    assert not Cart.objects.exists()


def test_a_contract_chosen_by_hand_keeps_a_change_of_1c_as_a_change() -> None:
    trade = make_trade()
    same, dearer = make_goods(trade, 2, price="10.00")
    for offer in (same, dearer):
        add(trade, offer, "1")
    kind = PriceTypeFactory(connection=trade.connection)
    contract = ContractFactory(
        connection=trade.connection, counterparty=trade.counterparty, price_type=kind
    )
    for offer, amount in ((same, "10.00"), (dearer, "12.00")):
        OfferPrices.objects.filter(offer=offer).update(
            amounts={str(trade.price_type.pk): amount, str(kind.pk): "9.00"}
        )

    carting.choose(
        membership=trade.membership,
        outlet=trade.outlet,
        legal_entity=trade.legal_entity,
        contract=contract,
        comment="",
        by=trade.user,
    )

    seen = dict(CartLine.objects.values_list("offer_id", "seen_price"))
    assert seen == {same.pk: Decimal("9.00"), dearer.pk: Decimal("10.00")}
