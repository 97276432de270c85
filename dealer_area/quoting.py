"""Quotes: price and stock of many offers under given terms, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from dealer_area.pricing import Price, purchase_price, retail_price
from dealer_area.terms import Terms
from sync import reading
from sync.models import Offer, Warehouse

LOW_PACKS = 5
"""Fewer packs than this are "few left"."""
NOTHING = Decimal(0)


class StockState(StrEnum):
    """How much there is, by the names the stock badge uses."""

    IN = "in"
    LOW = "low"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class StockView:
    """Stock that counts for the buyer, and what each warehouse has that dealers buy from.

    `quantity` is that of the terms' warehouse, else of all together; debts of a warehouse
    (negative stock) count as nothing. `rows` lists warehouses with something in them by name.
    `told_at` is when 1C last told another figure, None when it never told any. `own` is the name
    of the terms' warehouse, "" when none is named or all count together.
    """

    state: StockState
    quantity: Decimal
    rows: tuple[tuple[str, Decimal], ...]
    told_at: datetime | None
    own: str = ""

    @property
    def elsewhere(self) -> Decimal:
        """What the other warehouses have when the buyer's own has nothing, else 0."""
        if self.state is not StockState.OUT:
            return Decimal(0)
        return sum((quantity for _name, quantity in self.rows), Decimal(0))


@dataclass(frozen=True, slots=True)
class Quote:
    """Prices of one unit and stock of an offer.

    `purchase` is None for whoever may not see it; `shown` is the price the person works with:
    the purchase price, else the retail price.
    """

    purchase: Price | None
    retail: Price | None
    shown: Price | None
    stock: StockView


def quote(offers: Iterable[Offer], terms: Terms | None, *, see_purchase: bool) -> dict[int, Quote]:
    """Quotes by offer id. Offers come with product, prices and stock joined.

    One query, for the names of warehouses, however many offers; none for no offers. Without terms
    there is stock and no price.
    """
    wanted = list(offers)
    warehouses: dict[int, Warehouse] = {}
    for connection_id in sorted({offer.connection_id for offer in wanted}):
        warehouses |= reading.warehouses(connection_id)
    names = {pk: str(warehouse) for pk, warehouse in warehouses.items()}
    totals = frozenset(str(pk) for pk, warehouse in warehouses.items() if not warehouse.ref)
    closed = reading.closed_keys(warehouses.values())
    found = {}
    for offer in wanted:
        purchase, retail = prices_of(offer, terms)
        if not see_purchase:
            # the steps of a retail price would tell the purchase price
            purchase, retail = None, retail.without_trail() if retail else None
        found[offer.pk] = Quote(
            purchase=purchase,
            retail=retail,
            shown=purchase or retail,
            stock=_stock(offer, terms, names, totals, closed),
        )
    return found


def prices_of(offer: Offer, terms: Terms | None) -> tuple[Price | None, Price | None]:
    """Purchase and retail price of an offer with their trails; whoever asks guards the first.

    What is not sold (archived, of another base) has none.
    """
    prices = getattr(offer, "prices", None)
    if terms is None or prices is None or not is_sold(offer, terms):
        return None, None
    amount = prices.amounts.get(str(terms.price_type_id))
    purchase = purchase_price(
        Decimal(amount) if amount is not None else None, terms.currency, terms.price_type_name
    )
    return purchase, retail_price(purchase, terms.markup_percent) if purchase else None


def is_sold(offer: Offer, terms: Terms | None) -> bool:
    """Whether the offer can be bought under the terms at all."""
    return (
        terms is not None
        and offer.connection_id == terms.connection_id
        and offer.is_sold
        and not offer.archived
        and not offer.product.archived
    )


def _stock(
    offer: Offer,
    terms: Terms | None,
    names: Mapping[int, str],
    totals: frozenset[str],
    closed: frozenset[str],
) -> StockView:
    stock = getattr(offer, "stock", None)
    told = reading.sellable(stock.quantities if stock else None, closed)
    own = _own_warehouse(told, terms, totals)
    quantity = told.get(own, NOTHING) if own else sum(told.values(), NOTHING)
    product = offer.product
    few = LOW_PACKS * max(product.pack_multiple, product.min_quantity)
    state = StockState.LOW if quantity < few else StockState.IN
    if quantity <= 0:
        state = StockState.OUT
    rows = sorted((names.get(int(pk), ""), each) for pk, each in told.items() if each > 0)
    return StockView(
        state=state,
        quantity=quantity,
        rows=tuple(rows),
        told_at=stock.changed_at if stock else None,
        own=names.get(int(own), "") if own else "",
    )


def _own_warehouse(told: Mapping[str, Decimal], terms: Terms | None, totals: frozenset[str]) -> str:
    """Key of the warehouse that counts, "" when all do."""
    own = str(terms.warehouse_id) if terms is not None and terms.warehouse_id else ""
    if own not in told and not totals.isdisjoint(told):
        # 1C told no warehouses, only how much there is altogether
        return ""
    return own
