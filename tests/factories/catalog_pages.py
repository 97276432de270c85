"""Categories of the mirror, pages of the catalogue, and a dealer's shop of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from catalog_pages.models import CategoryPage, ProductPage
from dealer_area.models import Membership, Role
from home.planting import plant_site
from search import indexing
from sync.models import Category, ChangeBatch, Connection, Offer, Product
from tests.factories.dealer_area import MembershipFactory, Trade, make_goods, make_trade
from tests.factories.sync import CategoryFactory, ProductFactory


def next_batch() -> int:
    """The number of a new change batch."""
    return ChangeBatch.objects.create(at=timezone.now()).pk


def mark_changed(*rows: Any) -> None:
    """Let followers of the mirror see the rows."""
    for row in rows:
        row.changed_in = next_batch()
        row.save(update_fields=["changed_in"])


def make_category(
    connection: Connection, name: str, parent: Category | None = None, **fields: Any
) -> Category:
    made: Category = CategoryFactory(
        connection=connection,
        name=name,
        parent=parent,
        parent_ref=parent.ref if parent else "",
        changed_in=next_batch(),
        **fields,
    )
    return made


def make_product(
    connection: Connection, name: str, category: Category | None = None, **fields: Any
) -> Product:
    made: Product = ProductFactory(
        connection=connection, name=name, category=category, changed_in=next_batch(), **fields
    )
    return made


def make_product_page(product: Product, **fields: Any) -> ProductPage:
    """A page of the product below the page of its category, which must exist."""
    parent = CategoryPage.objects.get(category=product.category)
    page = ProductPage(product=product, title=fields.pop("title", product.name), **fields)
    parent.add_child(instance=page)
    return page


@dataclass
class Shop:
    """A dealer's base with one category in a section."""

    trade: Trade
    section: Category
    category: Category

    def stock_up(self, count: int = 1, **fields: Any) -> list[Offer]:
        """Goods of the category, not indexed yet."""
        offers = make_goods(self.trade, count, category=self.category, **fields)
        for offer in offers:
            mark_changed(offer.product, offer, offer.prices, offer.stock)
        return offers

    def member(self, role: Role) -> Membership:
        """One more person at the dealer."""
        made: Membership = MembershipFactory(dealer=self.trade.dealer, role=role)
        return made

    def product(self, **fields: Any) -> Product:
        """One product of the category with an offer, indexed."""
        [offer] = self.stock_up(1, **fields)
        indexing.refresh()
        return offer.product


def open_shop() -> Shop:
    """A shop with a section, a category in it, the site's first pages and no goods."""
    plant_site()
    trade = make_trade(markup="42")
    trade.price_type.slot = 0
    trade.price_type.save()
    section = make_category(trade.connection, "Фурнитура")
    return Shop(trade, section, make_category(trade.connection, "Петли", section))
