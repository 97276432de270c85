from __future__ import annotations

import uuid
from decimal import Decimal

from django.utils import timezone

from dealer_area.buyers import buyer_for
from dealer_area.models import Membership, Order, Role
from home.dashboard import LAST_ORDERS, dashboard_for
from promotions.models import NewsIndexPage, NewsPage
from tests.factories.catalog_pages import Shop
from tests.factories.dealer_area import Trade, make_trade


def place(trade: Trade, number: int, by: Membership, **fields: object) -> Order:
    return Order.objects.create(
        number=str(number),
        placement_key=uuid.uuid4(),
        connection=trade.connection,
        dealer=trade.dealer,
        outlet=trade.outlet,
        legal_entity=trade.legal_entity,
        contract=trade.contract,
        placed_by=by.user,
        placed_at=timezone.now(),
        currency="RUB",
        vat_included=True,
        amount=Decimal("516.00"),
        vat_amount=Decimal("93.05"),
        **fields,
    )


def test_dashboard_of_a_director_shows_orders_and_what_1c_changed(shop: Shop) -> None:
    buyer = shop.trade.membership
    for number in range(1, LAST_ORDERS + 3):
        place(shop.trade, number, buyer)
    changed = place(shop.trade, 100, buyer, is_changed_by_onec=True)
    place(shop.trade, 101, buyer, is_changed_by_onec=True, status=Order.Status.CLOSED)

    screen = dashboard_for(buyer_for(shop.member(Role.DIRECTOR)))

    assert len(screen.orders) == LAST_ORDERS
    assert [order.number for order in screen.waiting] == [changed.number]
    assert screen.sees_amounts


def test_dashboard_of_a_seller_has_his_own_orders_without_amounts(shop: Shop) -> None:
    seller = shop.member(Role.SELLER)
    place(shop.trade, 1, shop.trade.membership)
    own = place(shop.trade, 2, seller)

    screen = dashboard_for(buyer_for(seller))

    assert [order.pk for order in screen.orders] == [own.pk]
    assert not screen.sees_amounts


def test_dashboard_never_shows_another_dealer_s_orders(shop: Shop) -> None:
    stranger = make_trade(Role.DIRECTOR)
    place(stranger, 1, stranger.membership, is_changed_by_onec=True)

    screen = dashboard_for(buyer_for(shop.member(Role.DIRECTOR)))

    assert (list(screen.orders), list(screen.waiting)) == ([], [])


def test_dashboard_news_are_the_newest_published(shop: Shop) -> None:
    index = NewsIndexPage.objects.get()
    for day in range(1, 7):
        index.add_child(instance=NewsPage(title=f"Новость {day}", published_on=f"2026-11-{day:02}"))
    NewsPage.objects.get(title="Новость 6").unpublish()

    screen = dashboard_for(buyer_for(shop.trade.membership))

    assert [page.title for page in screen.news] == [f"Новость {day}" for day in (5, 4, 3, 2)]
