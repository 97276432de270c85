"""Documents of products, made in bulk: the same few queries for one product and for a thousand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from search.engines.base import Document
from search.models import CrowdedProperty
from search.words import MAX_WORD, article_key, article_tokens, tokens
from sync.models import Category, Offer, PriceType, Product, Property, PropertyValue
from sync.models.trade import SLOTS
from sync.reading import closed_warehouses, is_dictionary, sellable

MAX_NAME_ORDER = 200
"""Characters of a name that decide its place."""
MAX_FACET_VALUE = 120
"""Characters of a dictionary's entry that can still be ticked."""
MAX_FREE_VALUE = 60
"""Characters of a text typed by hand that can still be ticked."""
MAX_FREE_VALUES = 200
"""Different texts of one property that can be ticked; with more it is no facet."""
MAX_OTHERS = 400
"""Words of a document beside its name."""

_PRODUCT = (
    "pk",
    "connection_id",
    "name",
    "name_key",
    "full_name",
    "sku",
    "barcode",
    "code",
    "brand",
    "series",
    "category_id",
    "category_refs",
    "properties",
)
_OFFER = (
    "product_id",
    "name",
    "sku",
    "barcode",
    "characteristics",
    "prices__amounts",
    "stock__quantities",
)


@dataclass(slots=True)
class _Offers:
    """What the sold offers of a product add to its document."""

    skus: list[str] = field(default_factory=list)
    barcodes: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    in_stock: bool = False
    prices: dict[int, int] = field(default_factory=dict)


class DocumentMaker:
    """Makes documents from the mirror as it is when the maker is made.

    `known_values(key, limit)` tells the values that an index already has in a facet; without it
    the index is a new one. Whoever moves a cursor reads the changes first and makes the maker
    afterwards.
    """

    def __init__(self, known_values: Callable[[str, int], list[str]] | None = None) -> None:
        self._paths = _Paths()
        self._slots = {
            str(pk): slot
            for pk, slot in PriceType.objects.filter(slot__lt=SLOTS).values_list("pk", "slot")
        }
        self._properties: dict[tuple[int, str], Property] = {
            (each.connection_id, each.ref): each for each in Property.objects.current()
        }
        self._facets = _FacetRule(known_values)
        self._closed = closed_warehouses()

    def documents(self, product_ids: Collection[int]) -> list[Document]:
        """Documents of those of the products that are not archived. Three queries."""
        rows = list(
            Product.objects.current().filter(pk__in=product_ids).values_list(*_PRODUCT, named=True)
        )
        offers = self._offers([row.pk for row in rows])
        readable = self._dictionary(rows)
        return [self._document(row, offers.get(row.pk) or _Offers(), readable) for row in rows]

    def keep_crowded(self) -> None:
        """Write down the properties that turned out to have too many values."""
        self._facets.keep()

    def _document(
        self, row: Any, offers: _Offers, readable: dict[tuple[int, str], str]
    ) -> Document:
        skus = [row.sku, *offers.skus]
        others = [row.brand, row.series, row.full_name, row.code, *offers.texts]
        facets: dict[tuple[str, str], None] = {}
        mentions = [f"{row.connection_id}:{ref}" for ref in row.category_refs]
        for key, text in (("brand", row.brand), ("series", row.series)):
            if value := " ".join(text.split()):
                facets[(key, value)] = None
        for ref, told in row.properties:
            mentions.append(f"{row.connection_id}:{ref}")
            known = self._properties.get((row.connection_id, ref))
            if known is None:
                continue
            if is_dictionary(known):
                mentions += [f"{row.connection_id}:{value}" for value in told]
                told = [readable.get((row.connection_id, value), "") for value in told]
            for value in (" ".join(str(each).split()) for each in told):
                others.append(value)
                if value and self._facets.takes(known, value):
                    facets[(f"p{known.pk}", value)] = None
        return Document(
            id=row.pk,
            connection_id=row.connection_id,
            name_order=row.name_key[:MAX_NAME_ORDER],
            category_ids=self._paths.of(row.connection_id, row.category_id, row.category_refs),
            articles=_keys(skus),
            barcodes=_keys([row.barcode, *offers.barcodes]),
            words=tuple(dict.fromkeys(tokens(row.name))),
            others=_others(others, skus),
            facets=tuple(facets),
            mentions=tuple(dict.fromkeys(mentions)),
            in_stock=offers.in_stock,
            prices=offers.prices,
        )

    def _offers(self, product_ids: Sequence[int]) -> dict[int, _Offers]:
        found: dict[int, _Offers] = {}
        rows = (
            Offer.objects.filter(product_id__in=product_ids, archived=False, is_sold=True)
            .order_by("pk")
            .values_list(*_OFFER)
        )
        for product_id, name, sku, barcode, characteristics, amounts, quantities in rows:
            offers = found.setdefault(product_id, _Offers())
            offers.skus.append(sku)
            offers.barcodes.append(barcode)
            if characteristics:
                offers.texts += [name, *(value for _name, value in characteristics)]
            offers.in_stock = offers.in_stock or has_stock(quantities, self._closed)
            for price_type, amount in (amounts or {}).items():
                slot = self._slots.get(price_type)
                hundredths = int(Decimal(amount) * 100)
                if slot is not None and hundredths > 0:
                    offers.prices[slot] = min(hundredths, offers.prices.get(slot, hundredths))
        return found

    def _dictionary(self, rows: Iterable[Any]) -> dict[tuple[int, str], str]:
        """Readable texts of the dictionary values that the products have."""
        wanted: dict[int, set[str]] = {}
        for row in rows:
            for ref, told in row.properties:
                known = self._properties.get((row.connection_id, ref))
                if known is not None and is_dictionary(known):
                    wanted.setdefault(row.connection_id, set()).update(told)
        found: dict[tuple[int, str], str] = {}
        for connection_id, refs in wanted.items():
            values = PropertyValue.objects.filter(connection_id=connection_id, ref__in=refs)
            for ref, value in values.values_list("ref", "value"):
                found[connection_id, ref] = value
        return found


def has_stock(quantities: dict[str, str] | None, closed: Collection[str] = ()) -> bool:
    """Whether any warehouse that dealers buy from has more than nothing."""
    return any(sellable(quantities, closed).values())


def stock_flags(product_ids: Collection[int]) -> dict[int, bool]:
    """Whether a sold offer of the product is in stock, by product. Two queries."""
    closed = closed_warehouses()
    found: dict[int, bool] = dict.fromkeys(product_ids, False)
    rows = Offer.objects.filter(product_id__in=product_ids, archived=False, is_sold=True)
    for product_id, quantities in rows.values_list("product_id", "stock__quantities"):
        found[product_id] = found[product_id] or has_stock(quantities, closed)
    return found


def product_chunks(size: int) -> Iterator[list[int]]:
    """Ids of all current products in chunks, by primary key."""
    last = 0
    while True:
        ids = list(
            Product.objects.current()
            .filter(pk__gt=last)
            .order_by("pk")
            .values_list("pk", flat=True)[:size]
        )
        if not ids:
            return
        yield ids
        last = ids[-1]


class _Paths:
    """The way from each category up to its root."""

    def __init__(self) -> None:
        self._parents: dict[int, int | None] = {}
        self._ids: dict[tuple[int, str], int] = {}
        self._ways: dict[int, tuple[int, ...]] = {}
        rows = Category.objects.values_list("pk", "connection_id", "ref", "parent_id")
        for pk, connection_id, ref, parent_id in rows:
            self._parents[pk] = parent_id
            self._ids[connection_id, ref] = pk

    def of(
        self, connection_id: int, category_id: int | None, refs: Iterable[str]
    ) -> tuple[int, ...]:
        """All categories a product stands in, with those above them."""
        own = {self._ids.get((connection_id, ref)) for ref in refs} | {category_id}
        return tuple(sorted({step for each in own if each is not None for step in self._way(each)}))

    def _way(self, category_id: int) -> tuple[int, ...]:
        """The category and those above it. A ring of parents, which 1C can tell, is cut."""
        known = self._ways.get(category_id)
        if known is None:
            way: dict[int, None] = {}
            step: int | None = category_id
            while step is not None and step not in way:
                way[step] = None
                step = self._parents.get(step)
            known = self._ways[category_id] = tuple(way)
        return known


class _FacetRule:
    """Whether a value can be ticked.

    Entries of a dictionary can. A text typed by hand can while it is short and its property has
    few different ones; a property that turned out to have many is no facet until the next
    rebuild looks again.
    """

    def __init__(self, known_values: Callable[[str, int], list[str]] | None) -> None:
        self._known_values = known_values
        self._values: dict[int, set[str]] = {}
        self._kept = frozenset(CrowdedProperty.objects.values_list("property_id", flat=True))
        self._crowded = set(self._kept if known_values else ())

    def takes(self, known: Property, value: str) -> bool:
        """Whether the product gets this value of the property as a facet."""
        if is_dictionary(known):
            return len(value) <= MAX_FACET_VALUE
        if known.pk in self._crowded or len(value) > MAX_FREE_VALUE:
            return False
        values = self._values.get(known.pk)
        if values is None:
            values = set()
            if self._known_values is not None:
                values.update(self._known_values(f"p{known.pk}", MAX_FREE_VALUES + 1))
            self._values[known.pk] = values
        values.add(value)
        if len(values) > MAX_FREE_VALUES:
            self._crowded.add(known.pk)
            return False
        return True

    def keep(self) -> None:
        """Write down what was found, in place of what an earlier index found."""
        CrowdedProperty.objects.filter(property_id__in=self._kept - self._crowded).delete()
        CrowdedProperty.objects.bulk_create(
            [CrowdedProperty(property_id=pk) for pk in sorted(self._crowded - self._kept)],
            ignore_conflicts=True,
        )
        self._kept = frozenset(self._crowded)


def _keys(texts: Iterable[str]) -> tuple[str, ...]:
    keys = (article_key(text) for text in dict.fromkeys(texts) if text)
    return tuple(dict.fromkeys(key for key in keys if key))


def _others(texts: Iterable[str], skus: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for sku in dict.fromkeys(skus):
        if sku:
            found.update(dict.fromkeys(article_tokens(sku)))
    for text in dict.fromkeys(texts):
        if text:
            found.update(dict.fromkeys(tokens(text)))
    return tuple(each for each in list(found)[:MAX_OTHERS] if len(each) <= MAX_WORD)
