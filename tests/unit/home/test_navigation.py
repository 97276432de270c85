from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from base.models import PortalSettings, User
from dealer_area import carting
from dealer_area.buyers import forget_buyer
from dealer_area.models import Membership, Role
from home.navigation import STALE_TIMES, Branding, Frame, branding, frame_for, state_of
from search import indexing
from sync.reading import Freshness
from sync.watching.schedule import ensure_schedules
from tests.factories.base import StaffFactory
from tests.factories.catalog_pages import Shop
from tests.factories.dealer_area import MembershipFactory, make_goods
from tests.factories.sync import RunFactory

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.get_default_timezone())
LIMITS = Branding("Витрина", "", "", "", "", stock_old_minutes=60, prices_old_hours=30)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def request_of(user: User | AnonymousUser) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = user
    request.session = {}  # type: ignore[assignment]
    return request


def frame_of(user: User) -> Frame:
    found = frame_for(request_of(user))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("stock_age", "prices_age", "state"),
    [
        (MINUTE, HOUR, "fresh"),
        (60 * MINUTE, 30 * HOUR, "fresh"),
        (61 * MINUTE, HOUR, "old"),
        (MINUTE, 31 * HOUR, "old"),
        (61 * MINUTE * STALE_TIMES, HOUR, "stale"),
        (MINUTE, 31 * HOUR * STALE_TIMES, "stale"),
        (None, HOUR, "stale"),
        (None, None, "stale"),
    ],
)
def test_state_of_data(
    stock_age: timedelta | None, prices_age: timedelta | None, state: str
) -> None:
    stock_at = NOW - stock_age if stock_age else None
    prices_at = NOW - prices_age if prices_age else None

    assert state_of(Freshness(stock_at, prices_at), NOW, LIMITS) == state


@pytest.mark.parametrize(
    ("stock_state", "prices_state", "state"),
    [
        ("fresh", "fresh", "fresh"),
        ("old", "fresh", "old"),
        ("fresh", "stale", "stale"),
        ("old", "stale", "stale"),
        ("", "fresh", "stale"),
    ],
)
def test_the_schedule_comes_before_the_settings(
    stock_state: str, prices_state: str, state: str
) -> None:
    long_ago = NOW - 61 * MINUTE * STALE_TIMES
    told = Freshness(long_ago, long_ago, stock_state, prices_state)

    assert state_of(told, NOW, LIMITS) == state


def test_frame_for_nobody_is_none() -> None:
    assert frame_for(request_of(AnonymousUser())) is None


@pytest.mark.django_db
def test_frame_for_asks_nothing_by_itself(
    shop: Shop, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert frame_of(shop.trade.user)


def test_frame_of_a_buyer_says_for_whom_he_orders(shop: Shop) -> None:
    frame = frame_of(shop.trade.user)

    assert frame.dealer_name == shop.trade.dealer.name
    assert frame.legal_entity_label == "ООО «Кухни Поволжья»"
    assert frame.contract_label == "Договор 118/К-2025, «Дилер»"
    assert [item.name for item in frame.menu] == ["Фурнитура"]
    assert [item.name for item in frame.menu[0].children] == ["Петли"]
    assert not frame.can_manage_people
    assert frame.admin_url == ""


def test_frame_of_a_seller_tells_no_price_type(shop: Shop) -> None:
    assert frame_of(shop.member(Role.SELLER).user).contract_label == "Договор 118/К-2025"


def test_frame_cart_follows_a_change_within_the_request(shop: Shop) -> None:
    [offer] = make_goods(shop.trade, price="258.00")
    request = request_of(shop.trade.user)
    frame = frame_for(request)
    assert frame is not None
    assert frame.cart is not None
    assert (frame.cart.lines, frame.cart.total) == (0, None)

    carting.add(
        membership=shop.trade.membership, offer=offer, quantity=Decimal(2), by=shop.trade.user
    )
    forget_buyer(request)

    assert frame.cart.lines == 1
    assert frame.cart.total is not None
    assert frame.cart.total.amount == Decimal("516.00")


def test_frame_of_an_accountant_has_no_cart(shop: Shop) -> None:
    assert frame_of(shop.member(Role.ACCOUNTANT).user).cart is None


def test_frame_of_staff_leads_to_the_admin(shop: Shop) -> None:
    frame = frame_of(StaffFactory(is_superuser=True))

    assert frame.is_staff
    assert frame.admin_url == "/cms/"
    assert frame.dealer_name == ""
    assert not frame.can_see_orders


def test_frame_memberships_mark_the_one_in_use(shop: Shop) -> None:
    second: Membership = MembershipFactory(user=shop.trade.user)

    frame = frame_of(shop.trade.user)

    assert [(each.id, each.is_current) for each in frame.memberships] == [
        (shop.trade.membership.pk, True),
        (second.pk, False),
    ]


@pytest.mark.django_db
def test_branding_is_kept_for_a_while(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    settings = PortalSettings.load()
    settings.supplier_name = "Мебельщик"
    settings.save()

    assert branding().supplier_name == "Мебельщик"
    with django_assert_num_queries(0):
        assert branding().supplier_name == "Мебельщик"


def test_page_with_nothing_but_the_frame_is_cheap(
    shop: Shop, signed_in: Callable[[Membership], Client]
) -> None:
    client = signed_in(shop.trade.membership)
    client.get("/news/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/news/")

    # user, memberships, cart, contract of a new cart, price type; version, freshness; news
    assert len(queries) <= 10, [query["sql"][:120] for query in queries]


@pytest.mark.parametrize(
    ("minutes", "state"), [(3, "fresh"), (8, "old"), (40, "stale")], ids=["kept", "missed", "alarm"]
)
def test_prices_and_stock_tell_their_age_by_the_schedule(
    shop: Shop, signed_in: Callable[[Membership], Client], minutes: int, state: str
) -> None:
    [offer] = shop.stock_up(price="258.00")
    indexing.refresh()
    base, now = shop.trade.connection, timezone.now()
    ensure_schedules(base)
    for told in ("tells_stock", "tells_prices"):
        moment = now - minutes * MINUTE
        RunFactory(connection=base, state="done", finished_at=moment, **{told: True})
    carting.add(
        membership=shop.trade.membership, offer=offer, quantity=Decimal(2), by=shop.trade.user
    )
    client = signed_in(shop.trade.membership)

    product = f"/product/x-{offer.product_id}/"
    for path in ("/catalogue/", reverse("home:search")):
        # a list begins right below the line of context: once is enough there
        assert client.get(path).content.decode().count('class="fresh"') == 1, path
    for path in (product, reverse("dealer:cart"), reverse("dealer:checkout")):
        main = client.get(path, follow=True).content.decode().split("<main", 1)
        # in the header's line of context and beside the prices themselves
        assert [f'class="fresh" data-state="{state}"' in part for part in main] == [True, True], (
            path
        )
