"""A list of goods with everything around it: filters, chips, order, pages, branches.

One call of `search.finding.find`, then the rows of `dealer_area.listing`; the same for a category
of the catalogue and for the results of a search.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from zlib import crc32

from django.core.paginator import Page, Paginator
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from base.addresses import price_path
from base.figures import quantity_text
from catalog_pages.choice import FACET_PREFIX, PER_PAGE, Choice
from dealer_area.buyers import Buyer
from dealer_area.listing import OfferRow, Row, rows
from dealer_area.pricing import Price
from dealer_area.quoting import StockState
from search.finding import find
from search.query import MAX_DEPTH, Facet, Found, Sort

OPEN_GROUPS = 5
"""Groups of filters that are unfolded from the start."""
SHOWN_VALUES = 8
"""Values of a group that are shown before "more"."""
VIEWS = ("table", "cards")
SORT_LABELS = {
    Sort.RELEVANCE: gettext_lazy("By relevance"),
    Sort.NAME: gettext_lazy("By name"),
    Sort.PRICE_UP: gettext_lazy("Cheaper first"),
    Sort.PRICE_DOWN: gettext_lazy("Dearer first"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """A value to tick. `id` is the same from answer to answer, so that focus stays on it."""

    id: str
    value: str
    label: str
    count: int
    count_text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A group of filters; `rest` are the values behind "more"."""

    name: str
    label: str
    options: tuple[Option, ...]
    rest: tuple[Option, ...]
    chosen: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """An applied filter and the address without it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of goods as the templates print it.

    `offer` is what can be bought at once: None when there is a choice of several or nothing to
    buy. `retail` is the second price of whoever sees both.
    """

    row: Row
    offer: OfferRow | None
    choices: int
    stock: str
    is_elsewhere: bool
    quantity: Decimal | None
    price: Price | None
    retail: Price | None
    is_from: bool
    in_cart: Decimal

    @property
    def maker(self) -> str:
        """Brand and series."""
        product = self.row.product
        return ", ".join(word for word in (product.brand, product.series) if word)

    @property
    def stock_text(self) -> str:
        """How much there is, in words."""
        if self.is_elsewhere:
            return _("In another warehouse")
        if self.stock == StockState.OUT:
            return pgettext("stock", "None")
        if self.quantity is None:
            return _("In stock")
        text = self._with_unit(self.quantity)
        return _("Few: %(quantity)s") % {"quantity": text} if self.stock == StockState.LOW else text

    @property
    def explain_url(self) -> str:
        """Where the price is explained; empty when there is nothing to say about it."""
        if self.offer is None or self.price is None or not self.price.trail:
            return ""
        return price_path(self.offer.offer.pk)

    @property
    def choices_text(self) -> str:
        """Of how many offers to choose."""
        words = ngettext("Choose of %(choices)s", "Choose of %(choices)s", self.choices)
        return words % {"choices": self.choices}

    @property
    def pack_text(self) -> str:
        """How much a pack holds; empty for single pieces."""
        pack = self.row.product.pack_multiple
        return "" if pack == 1 else _("pack %(pack)s") % {"pack": self._with_unit(pack)}

    @property
    def in_cart_text(self) -> str:
        """How much is in the cart; empty when nothing is."""
        if not self.in_cart:
            return ""
        return _("in the cart: %(quantity)s") % {"quantity": self._with_unit(self.in_cart)}

    @property
    def field(self) -> dict[str, str]:
        """Figures of the quantity field as a browser reads them."""
        offer = self.offer
        if offer is None:
            return {}
        return {
            "offer": str(offer.offer.pk),
            "step": f"{offer.pack_step:f}",
            "min": f"{offer.min_quantity:f}",
            "first": f"{offer.first_quantity:f}",
        }

    def _with_unit(self, quantity: Decimal) -> str:
        return quantity_text(quantity, get_language() or "", self.row.product.unit)


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything the templates of a list need."""

    choice: Choice
    path: str
    lines: Sequence[Line]
    total: int
    groups: Sequence[Group]
    chips: Sequence[Chip]
    reset_url: str
    sorts: Sequence[Mapping[str, object]]
    page: Page[int]
    pages: Iterable[int | str]
    in_stock_count: int
    category_counts: Mapping[int, int]
    is_degraded: bool
    view: str
    buyer: Buyer

    @property
    def views(self) -> list[dict[str, object]]:
        """Ways to look at the list, for the switch."""
        here = replace(self.choice, page=self.page.number).address(self.path)
        joined = f"{here}{'&' if '?' in here else '?'}view="
        return [
            {
                "url": joined + "table",
                "label": _("Table"),
                "icon": "rows-3",
                "is_current": self.view == "table",
            },
            {
                "url": joined + "cards",
                "label": _("Cards"),
                "icon": "layout-grid",
                "is_current": self.view == "cards",
            },
        ]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Hidden fields of the filter form: what is not chosen in it."""
        bare = replace(self.choice, chosen={}, in_stock=False, sort=Sort.RELEVANCE, page=1)
        return bare.pairs()

    @property
    def filters_count(self) -> int:
        """How many filters are applied."""
        return len(self.chips)


def list_goods(
    choice: Choice, buyer: Buyer, *, path: str, view: str, category_id: int | None = None
) -> Listing:
    """The list for a choice: in a category of the catalogue, or anywhere.

    A page behind the last one is the last one.
    """
    query = choice.query(category_id)
    found = find(query, buyer.viewer)
    last = query.pages(found.total)
    if query.page > last:
        query = replace(query, page=last)
        found = find(query, buyer.viewer)
    paginator = Paginator(range(min(found.total, MAX_DEPTH)), PER_PAGE)
    page = paginator.get_page(query.page)
    return Listing(
        choice=choice,
        path=path,
        lines=[line_of(row, buyer) for row in rows(found.product_ids, buyer)],
        total=found.total,
        groups=groups_of(found.facets),
        chips=chips_of(choice, found, path),
        reset_url=choice.without_filters().address(path),
        sorts=sorts_of(choice, buyer),
        page=page,
        pages=paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        in_stock_count=found.in_stock_count,
        category_counts=found.category_counts,
        is_degraded=found.is_degraded,
        view=view,
        buyer=buyer,
    )


def line_of(row: Row, buyer: Buyer) -> Line:
    """What of a row is printed: of several offers the lowest price and the best stock."""
    single = row.offers[0] if len(row.offers) == 1 else None
    priced = [offer for offer in row.offers if offer.quote.shown is not None]
    cheapest = min(priced, key=_shown_amount, default=None)
    states = [offer.quote.stock.state for offer in row.offers]
    state = next(
        (each for each in (StockState.IN, StockState.LOW) if each in states), StockState.OUT
    )
    amounts = {offer.quote.shown.amount for offer in priced if offer.quote.shown}
    # a salon sells by the retail price: then it is the price, not the second one
    sees_both = buyer.see_retail and buyer.see_purchase
    return Line(
        row=row,
        offer=single if single and single.can_buy else None,
        choices=len(row.offers) if len(row.offers) > 1 else 0,
        stock=state.value,
        is_elsewhere=state is StockState.OUT
        and any(offer.quote.stock.elsewhere for offer in row.offers),
        quantity=single.quote.stock.quantity if single else None,
        price=cheapest.quote.shown if cheapest else None,
        retail=cheapest.quote.retail if cheapest and sees_both else None,
        is_from=len(amounts) > 1,
        in_cart=sum((offer.in_cart for offer in row.offers), Decimal(0)),
    )


def _shown_amount(offer: OfferRow) -> Decimal:
    return offer.quote.shown.amount if offer.quote.shown else Decimal(0)


def groups_of(facets: Iterable[Facet]) -> list[Group]:
    """Groups of filters. What is ticked stands before "more", and its group is open."""
    made = []
    language = get_language() or ""
    for position, facet in enumerate(facets):
        options = [
            Option(
                id=f"{facet.key}-{crc32(value.value.encode()):08x}",
                value=value.value,
                label=value.label,
                count=value.count,
                count_text=quantity_text(value.count, language),
                is_chosen=value.is_chosen,
            )
            for value in facet.values
        ]
        first = [
            option
            for index, option in enumerate(options)
            if index < SHOWN_VALUES or option.is_chosen
        ]
        chosen = sum(option.is_chosen for option in options)
        made.append(
            Group(
                name=FACET_PREFIX + facet.key,
                label=facet.label,
                options=tuple(first),
                rest=tuple(option for option in options if option not in first),
                chosen=chosen,
                is_open=bool(chosen) or position < OPEN_GROUPS,
            )
        )
    return made


def chips_of(choice: Choice, found: Found, path: str) -> list[Chip]:
    """Applied filters in the order of the groups; one that the answer does not know keeps its
    value as its name."""
    labels = {
        (facet.key, value.value): f"{facet.label}: {value.label}"
        for facet in found.facets
        for value in facet.values
    }
    order = {facet.key: position for position, facet in enumerate(found.facets)}
    chips = []
    if choice.in_stock:
        chips.append(Chip(_("In stock"), choice.without_stock().address(path)))
    for key in sorted(choice.chosen, key=lambda each: (order.get(each, len(order)), each)):
        for value in sorted(choice.chosen[key]):
            label = labels.get((key, value), value)
            chips.append(Chip(label, choice.without(key, value).address(path)))
    return chips


def sorts_of(choice: Choice, buyer: Buyer) -> list[Mapping[str, object]]:
    """Orders to choose from; by price only for whoever has prices to sort by."""
    offered = [Sort.RELEVANCE, Sort.NAME] if choice.text else [Sort.NAME]
    if buyer.viewer.price_slot is not None:
        offered += [Sort.PRICE_UP, Sort.PRICE_DOWN]
    current = choice.sort if choice.sort in offered else offered[0]
    return [
        {"value": each.value, "label": SORT_LABELS[each], "is_current": each is current}
        for each in offered
    ]
