"""The cart and the checkout as a person meets them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dealer_area import carting
from dealer_area.buyers import buyer_for
from dealer_area.checking import check_cart
from dealer_area.models import Cart, CartLine, Order, Role
from sync.models import Offer, OfferPrices
from tests.factories.dealer_area import (
    LegalEntityFactory,
    MembershipFactory,
    OutletFactory,
    Trade,
    fill_at_once,
    make_goods,
    make_trade,
)
from tests.factories.sync import ContractFactory, CounterpartyFactory, PriceTypeFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def enter(client: Client, trade: Trade) -> Client:
    client.force_login(trade.user)
    return client


def post(client: Client, trade: Trade, name: str, *args: Any, **data: Any) -> Any:
    headers = data.pop("headers", None)
    return client.post(
        reverse(f"dealer:{name}", args=args),
        {"membership": trade.membership.pk, **data},
        headers=headers,
    )


def fill(trade: Trade, offers: list[Offer], quantity: str = "2") -> list[CartLine]:
    for offer in offers:
        carting.add(
            membership=trade.membership, offer=offer, quantity=Decimal(quantity), by=trade.user
        )
    return list(CartLine.objects.of(carting.cart_of(trade.membership)))


def toast_of(response: Any) -> dict[str, str]:
    return dict(json.loads(response.headers["HX-Trigger"])["toast"])


def test_an_empty_cart_says_what_to_do(client: Client) -> None:
    page = enter(client, make_trade()).get(reverse("dealer:cart")).content.decode()

    assert "Корзина пуста" in page
    assert not Cart.objects.exists()  # reading writes nothing


def test_adding_without_script_comes_back_and_says_the_correction(client: Client) -> None:
    trade = make_trade()
    [offer] = make_goods(trade, pack_multiple=Decimal(12))

    response = post(
        enter(client, trade), trade, "cart-add", offer=offer.pk, quantity="13", next="/catalogue/"
    )

    assert response.headers["Location"] == "/catalogue/"
    page = client.get(reverse("dealer:cart")).content.decode()
    assert "24\xa0шт вместо 13\xa0шт" in page
    assert CartLine.objects.get().quantity == 24


@pytest.mark.parametrize("offer", ["9" * 30, "-1", "x", ""])
def test_adding_what_no_offer_can_be_changes_nothing(client: Client, offer: str) -> None:
    trade = make_trade()

    response = post(enter(client, trade), trade, "cart-add", offer=offer, quantity="1")

    assert response.status_code == 302
    assert not CartLine.objects.exists()


def test_adding_by_htmx_renews_the_header_and_the_note(client: Client) -> None:
    trade = make_trade()
    [offer] = make_goods(trade, price="258.00")

    response = post(
        enter(client, trade), trade, "cart-add", offer=offer.pk, quantity="2", headers=HTMX
    )

    page = response.content.decode()
    assert 'id="cart-link"' in page
    assert "516,00" in page
    assert f'id="in-cart-{offer.pk}"' in page
    assert toast_of(response)["state"] == "ok"


def test_adding_never_leads_to_another_site(client: Client) -> None:
    trade = make_trade()
    [offer] = make_goods(trade)

    response = post(
        enter(client, trade),
        trade,
        "cart-add",
        offer=offer.pk,
        quantity="1",
        next="https://evil.ru",
    )

    assert response.headers["Location"] == reverse("dealer:cart")


@pytest.mark.parametrize("quantity", ["", "abc", "-1", "1e12", "NaN"])
def test_a_quantity_that_is_none_changes_nothing(client: Client, quantity: str) -> None:
    trade = make_trade()
    [offer] = make_goods(trade)

    response = post(
        enter(client, trade), trade, "cart-add", offer=offer.pk, quantity=quantity, headers=HTMX
    )

    assert toast_of(response)["state"] == "bad"
    assert not CartLine.objects.exists()


def test_what_cannot_be_bought_is_said(client: Client) -> None:
    trade = make_trade()
    [offer] = make_goods(trade)
    OfferPrices.objects.filter(offer=offer).update(amounts={})

    response = post(
        enter(client, trade), trade, "cart-add", offer=offer.pk, quantity="1", headers=HTMX
    )

    assert toast_of(response)["state"] == "bad"


def test_strange_ids_are_not_found(client: Client) -> None:
    trade, other = make_trade(), make_trade()
    [foreign] = make_goods(other)
    [line] = fill(other, [foreign])
    enter(client, trade)

    assert post(client, trade, "cart-add", offer=foreign.pk, quantity="1").status_code == 404
    assert post(client, trade, "cart-line", line.pk, quantity="5").status_code == 404
    assert post(client, trade, "cart-line", line.pk, quantity="x").status_code == 404
    assert post(client, trade, "cart-line", line.pk, remove="1").status_code == 404
    line.refresh_from_db()
    assert line.quantity == 2


def test_a_form_of_another_dealers_tab_changes_only_that_dealers_cart(client: Client) -> None:
    trade, second = make_trade(), make_trade()
    membership = MembershipFactory(user=trade.user, dealer=second.dealer, role=Role.BUYER)
    [offer] = make_goods(second)
    enter(client, trade)

    response = client.post(
        reverse("dealer:cart-add"),
        {"membership": membership.pk, "offer": offer.pk, "quantity": "1"},
    )
    stranger = client.post(
        reverse("dealer:cart-add"),
        {"membership": second.membership.pk, "offer": offer.pk, "quantity": "1"},
    )
    unnamed = client.post(reverse("dealer:cart-add"), {"offer": offer.pk, "quantity": "1"})

    assert response.status_code == 302
    assert CartLine.objects.get().cart.membership == membership
    assert (stranger.status_code, unnamed.status_code) == (404, 400)


def test_another_quantity_renews_the_line_the_totals_and_the_header(client: Client) -> None:
    trade = make_trade()
    [line] = fill(trade, make_goods(trade, price="10.00", pack_multiple=Decimal(12)), "12")

    page = post(
        enter(client, trade), trade, "cart-line", line.pk, quantity="25", headers=HTMX
    ).content.decode()

    assert f'id="line-{line.pk}"' in page
    assert 'id="cart-totals"' in page
    assert "36\xa0шт вместо 25\xa0шт" in page
    assert "360,00" in page


def test_removed_lines_can_be_put_back(client: Client) -> None:
    trade = make_trade()
    first, _second = fill(trade, make_goods(trade, 2))
    enter(client, trade)

    post(client, trade, "cart-line", first.pk, remove="1")
    assert "Вернуть" in client.get(reverse("dealer:cart")).content.decode()
    post(client, trade, "cart-undo")
    assert CartLine.objects.count() == 2

    post(client, trade, "cart-clear")
    assert not CartLine.objects.exists()
    post(client, trade, "cart-undo", headers=HTMX)
    assert CartLine.objects.count() == 2
    assert "Вернуть" not in client.get(reverse("dealer:cart")).content.decode()


def test_zero_takes_a_line_out_and_it_can_be_put_back(client: Client) -> None:
    trade = make_trade()
    [line] = fill(trade, make_goods(trade))

    page = post(enter(client, trade), trade, "cart-line", line.pk, quantity="0", headers=HTMX)

    assert "Вернуть" in page.content.decode()
    assert not CartLine.objects.exists()


def test_another_legal_entity_brings_its_contract_and_prices(client: Client) -> None:
    trade = make_trade()
    kind = PriceTypeFactory(connection=trade.connection)
    second = LegalEntityFactory(
        dealer=trade.dealer, counterparty=CounterpartyFactory(connection=trade.connection)
    )
    contract = ContractFactory(
        connection=trade.connection, counterparty=second.counterparty, price_type=kind
    )
    [offer] = make_goods(trade, price="100.00")
    OfferPrices.objects.filter(offer=offer).update(
        amounts={str(trade.price_type.pk): "100.00", str(kind.pk): "90.00"}
    )
    fill(trade, [offer])
    enter(client, trade)

    post(
        client,
        trade,
        "cart-choice",
        outlet=trade.outlet.pk,
        legal_entity=second.pk,
        contract=trade.contract.pk,
        comment="Позвоните",
    )

    cart = Cart.objects.get()
    assert (cart.contract, cart.comment) == (contract, "Позвоните")
    check = check_cart(buyer_for(trade.membership))
    assert not check.troubled  # who chose the contract has seen its prices
    whole = check.whole()
    assert whole is not None
    assert whole.total == Decimal("180.00")


@pytest.mark.parametrize("field", ["outlet", "legal_entity", "contract"])
def test_a_strangers_choice_is_a_fault_of_the_form(client: Client, field: str) -> None:
    trade, other = make_trade(), make_trade()
    fill(trade, make_goods(trade))
    own = {
        "outlet": trade.outlet.pk,
        "legal_entity": trade.legal_entity.pk,
        "contract": trade.contract.pk,
    }

    response = post(
        enter(client, trade), trade, "cart-choice", **{**own, field: getattr(other, field).pk}
    )

    assert response.status_code == 422
    assert Cart.objects.get().contract == trade.contract


def test_an_outlet_he_does_not_work_for_cannot_be_chosen(client: Client) -> None:
    trade = make_trade(Role.SELLER)
    other = OutletFactory(dealer=trade.dealer)
    fill(trade, make_goods(trade))

    response = post(
        enter(client, trade),
        trade,
        "cart-choice",
        outlet=other.pk,
        legal_entity=trade.legal_entity.pk,
        contract=trade.contract.pk,
    )

    assert response.status_code == 422


def test_the_whole_way_to_an_order_and_twice_the_same_click(client: Client) -> None:
    trade = make_trade()
    fill(trade, make_goods(trade, 2, price="10.00"))
    key = Cart.objects.get().placement_key
    enter(client, trade)
    assert str(key) in client.get(reverse("dealer:checkout")).content.decode()

    answers = [post(client, trade, "checkout", placement_key=key) for _ in range(2)]

    order = Order.objects.get()
    assert order.amount == Decimal("40.00")
    addresses = {answer.headers["Location"] for answer in answers}
    assert addresses == {reverse("dealer:order", args=[order.number])}
    page = client.get(reverse("dealer:order", args=[order.number])).content.decode()
    assert "Ждёт 1С" in page


def test_a_price_that_changes_under_the_hands_is_asked_about(client: Client) -> None:
    trade = make_trade()
    [offer] = make_goods(trade, price="10.00")
    [line] = fill(trade, [offer])
    key = Cart.objects.get().placement_key
    enter(client, trade)
    OfferPrices.objects.filter(offer=offer).update(amounts={str(trade.price_type.pk): "11.00"})

    refused = post(client, trade, "checkout", placement_key=key)

    assert refused.status_code == 422
    assert not Order.objects.exists()
    [checked] = check_cart(buyer_for(trade.membership)).troubled
    assert checked.state in refused.content.decode()
    post(
        client,
        trade,
        "checkout",
        placement_key=key,
        **{f"choice-{line.pk}": "accept", f"state-{line.pk}": checked.state},
    )
    assert Order.objects.get().amount == Decimal("22.00")


def test_another_decision_recounts_the_total(client: Client) -> None:
    trade = make_trade()
    [line] = fill(trade, make_goods(trade, price="10.00", stock="3"), "5")
    [checked] = check_cart(buyer_for(trade.membership)).troubled
    key = Cart.objects.get().placement_key

    page = post(
        enter(client, trade),
        trade,
        "checkout",
        placement_key=key,
        recount="1",
        headers=HTMX,
        **{f"choice-{line.pk}": "accept", f"state-{line.pk}": checked.state},
    ).content.decode()

    assert page.lstrip().startswith("<form")
    assert "50<small>,00" in page
    assert not Order.objects.exists()


def test_a_stale_form_leads_back_to_the_cart(client: Client) -> None:
    trade = make_trade()
    fill(trade, make_goods(trade))
    enter(client, trade)

    strange = post(client, trade, "checkout", placement_key="6e1b8d92-7c31-4f0e-9e0a-000000000000")
    broken = post(client, trade, "checkout", placement_key="x")

    assert strange.headers["Location"] == reverse("dealer:cart")
    assert broken.headers["Location"] == reverse("dealer:checkout")
    assert not Order.objects.exists()


def test_a_cart_that_another_tab_changed_is_shown_before_it_is_ordered(client: Client) -> None:
    trade = make_trade()
    goods = make_goods(trade, 2)
    fill(trade, goods[:1])
    enter(client, trade)
    shown = Cart.objects.get().placement_key
    post(client, trade, "cart-add", offer=goods[1].pk, quantity="1")

    stale = post(client, trade, "checkout", placement_key=shown)

    assert stale.headers["Location"] == reverse("dealer:cart")
    assert not Order.objects.exists()
    post(client, trade, "checkout", placement_key=Cart.objects.get().placement_key)
    assert Order.objects.get().lines.count() == 2


@pytest.mark.parametrize("role", [Role.ACCOUNTANT])
def test_who_may_not_order_has_no_cart(client: Client, role: Role) -> None:
    trade = make_trade(role)
    enter(client, trade)

    assert client.get(reverse("dealer:cart")).status_code == 403
    assert client.get(reverse("dealer:checkout")).status_code == 403


@pytest.mark.parametrize("name", ["cart", "checkout"])
def test_screens_take_the_same_queries_for_1_and_200_lines(
    client: Client, name: str, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for count in (1, 200):
        trade = make_trade()
        fill_at_once(trade, make_goods(trade, count))
        enter(client, trade)
        client.get(reverse(f"dealer:{name}"))
        with django_assert_max_num_queries(25) as seen:
            assert client.get(reverse(f"dealer:{name}")).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_more_than_an_order_can_hold_breaks_no_page(client: Client) -> None:
    trade = make_trade()
    fill(trade, make_goods(trade, price="9999999.00", stock="9999999"), "9999999")
    key = Cart.objects.get().placement_key
    enter(client, trade)

    assert client.get(reverse("dealer:cart")).status_code == 200
    assert client.get(reverse("dealer:checkout")).status_code == 200
    post(client, trade, "checkout", placement_key=key)

    assert "Сумма слишком велика" in client.get(reverse("dealer:cart")).content.decode()
    assert not Order.objects.exists()


def test_the_price_of_a_line_explains_itself_to_whoever_may_know(client: Client) -> None:
    trade = make_trade(Role.DIRECTOR, markup="42")
    [line] = fill(trade, make_goods(trade, price="258.00"))
    address = reverse("dealer:cart-line", args=[line.pk])
    enter(client, trade)

    page = client.get(address).content.decode()
    assert "Цена типа «Дилер»" in page
    assert "Наценка салона +42" in page

    seller = make_trade(Role.SELLER)
    [hidden] = fill(seller, make_goods(seller))
    enter(client, seller)
    assert client.get(address).status_code == 404
    assert client.get(reverse("dealer:cart-line", args=[hidden.pk])).status_code == 404
