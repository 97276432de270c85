"""Who is looking: rights, terms, cart, in few queries."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest
from django.test import RequestFactory

from base.models import User
from dealer_area.buyers import buyer_for, buyer_of, forget_buyer
from dealer_area.models import Role
from tests.factories.base import StaffFactory
from tests.factories.dealer_area import fill_at_once, make_goods, make_trade

pytestmark = pytest.mark.django_db


def request_of(user: User) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = user
    request.session = SessionStore()
    return request


@pytest.mark.parametrize(
    ("role", "purchase", "retail", "order"),
    [
        (Role.DIRECTOR, True, True, True),
        (Role.BUYER, True, False, True),
        (Role.HEAD, True, False, True),
        (Role.SELLER, False, True, True),
        (Role.ACCOUNTANT, True, False, False),
    ],
)
def test_which_prices_a_role_is_shown(
    role: Role, purchase: bool, retail: bool, order: bool
) -> None:
    buyer = buyer_for(make_trade(role).membership)

    assert (buyer.see_purchase, buyer.see_retail, buyer.can_order) == (purchase, retail, order)


def test_staff_without_a_dealer_see_goods_without_prices() -> None:
    trade = make_trade()

    buyer = buyer_of(request_of(StaffFactory()))

    assert buyer.membership is None
    assert buyer.terms is None
    assert not buyer.see_purchase
    assert not buyer.see_retail
    assert not buyer.can_order
    assert buyer.visibility.connection_ids == {trade.connection.pk}
    assert buyer.cart_lines == ()


def test_the_viewer_of_the_search_follows_the_terms() -> None:
    trade = make_trade()
    type(trade.price_type).objects.filter(pk=trade.price_type.pk).update(slot=7)

    viewer = buyer_of(request_of(trade.user)).viewer

    assert viewer.price_slot == 7
    assert viewer.visibility.connection_ids == {trade.connection.pk}


def test_a_buyer_is_found_out_once_until_forgotten() -> None:
    trade = make_trade()
    request = request_of(trade.user)
    first = buyer_of(request)
    assert buyer_of(request) is first
    fill_at_once(trade, make_goods(trade))
    assert first.cart_lines == ()

    forget_buyer(request)

    assert len(buyer_of(request).cart_lines) == 1


def test_a_buyer_costs_few_queries(django_assert_max_num_queries: Any) -> None:
    trade = make_trade()
    fill_at_once(trade, make_goods(trade, 3))
    request = request_of(User.objects.get(pk=trade.user.pk))

    with django_assert_max_num_queries(3):
        buyer = buyer_of(request)
        assert len(buyer.cart_lines) == 3
