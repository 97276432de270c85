"""What lies in a warehouse that dealers do not buy from is nowhere stock for them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from base.addresses import product_path
from dealer_area import listing
from dealer_area.buyers import buyer_for
from dealer_area.checking import Trouble, check_cart
from dealer_area.models import Cart, Order
from dealer_area.quoting import StockState
from search import degraded, indexing
from search.engines.base import Request
from search.finding import find
from search.query import Query, Sort
from sync.goods import mapping
from sync.models import OfferStock, Warehouse
from tests.factories.catalog_pages import Shop, mark_changed, open_shop
from tests.factories.dealer_area import fill_at_once
from tests.factories.sync import AT, WarehouseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db: None, settings: Any, tmp_path: Path) -> Shop:
    """The shop, its pages planted and its index empty."""
    settings.INDEX_ROOT = tmp_path / "index"
    return open_shop()


def close(place: Warehouse, *, is_sold_from: bool = False) -> None:
    mapping.set_warehouse(warehouse=place, title="", is_sold_from=is_sold_from, by=None, at=AT)
    indexing.refresh()


def in_stock(shop: Shop) -> tuple[int, ...]:
    viewer = buyer_for(shop.trade.membership).viewer
    return tuple(find(Query(in_stock=True), viewer).product_ids)


def test_lists_pages_cart_checkout_and_search_agree(shop: Shop, client: Client) -> None:
    trade = shop.trade
    [offer] = shop.stock_up(1, stock="100")
    indexing.refresh()
    fill_at_once(trade, [offer])
    client.force_login(trade.user)
    assert in_stock(shop) == (offer.product_id,)

    close(trade.warehouse)

    # the search
    assert in_stock(shop) == ()
    # a list
    buyer = buyer_for(trade.membership)
    [row] = listing.rows([offer.product_id], buyer)
    stock = row.offers[0].quote.stock
    assert (stock.state, stock.quantity, stock.rows, stock.elsewhere) == (
        StockState.OUT,
        Decimal(0),
        (),
        Decimal(0),
    )
    # the product's page
    page = client.get(product_path(offer.product_id, offer.product.name))
    assert page.status_code == 200
    assert "100" not in page.content.decode().partition("<main")[2].partition("</main")[0]
    # the cart
    [line] = check_cart(buyer).lines
    assert Trouble.SHORT in line.troubles
    # the checkout asks before it orders
    key = Cart.objects.get().placement_key
    answer = client.post(
        reverse("dealer:checkout"), {"membership": trade.membership.pk, "placement_key": key}
    )
    assert answer.status_code == 422
    assert not Order.objects.exists()

    close(trade.warehouse, is_sold_from=True)

    assert in_stock(shop) == (offer.product_id,)
    [row] = listing.rows([offer.product_id], buyer_for(trade.membership))
    assert row.offers[0].quote.stock.quantity == 100


def test_another_open_warehouse_counts_as_before(shop: Shop) -> None:
    trade = shop.trade
    [offer] = shop.stock_up(1, stock="100")
    other = WarehouseFactory(connection=trade.connection, name="Тверь")
    told = {str(trade.warehouse.pk): "100", str(other.pk): "7"}
    OfferStock.objects.filter(offer=offer).update(quantities=told)
    mark_changed(OfferStock.objects.get(offer=offer))
    indexing.refresh()

    close(trade.warehouse)

    assert in_stock(shop) == (offer.product_id,)
    [row] = listing.rows([offer.product_id], buyer_for(trade.membership))
    stock = row.offers[0].quote.stock
    # the terms' warehouse has nothing to sell; how much the other has, the row says
    assert (stock.state, stock.elsewhere) == (StockState.OUT, 7)
    assert stock.rows == (("Тверь", Decimal(7)),)


def test_a_rebuilt_index_and_the_search_without_one_agree(shop: Shop) -> None:
    trade = shop.trade
    [offer] = shop.stock_up(1, stock="100")
    close(trade.warehouse)

    indexing.rebuild()

    assert in_stock(shop) == ()
    request = Request(
        connection_ids=(trade.connection.pk,),
        asked=None,
        category_id=None,
        chosen=(),
        in_stock=True,
        sort=Sort.RELEVANCE,
        price_slot=None,
        offset=0,
        limit=10,
        with_facets=False,
    )
    assert degraded.find(request).product_ids == ()
    close(trade.warehouse, is_sold_from=True)
    assert degraded.find(request).product_ids == (offer.product_id,)


def test_a_total_without_warehouses_can_be_closed_too(shop: Shop) -> None:
    trade = shop.trade
    [offer] = shop.stock_up(1)
    total = WarehouseFactory(connection=trade.connection, ref="", name="")
    OfferStock.objects.filter(offer=offer).update(quantities={str(total.pk): "50"})
    mark_changed(OfferStock.objects.get(offer=offer))
    indexing.refresh()
    [row] = listing.rows([offer.product_id], buyer_for(trade.membership))
    assert row.offers[0].quote.stock.quantity == 50

    close(total)

    [row] = listing.rows([offer.product_id], buyer_for(trade.membership))
    assert row.offers[0].quote.stock.quantity == 0
    assert in_stock(shop) == ()
