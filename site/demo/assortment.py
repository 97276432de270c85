"""The range with everything 1C knows of it: identifiers, barcodes, prices and stock.

Everything follows from the seed. Sizes above the demonstration's own repeat its goods in further
"executions", each with an article, a name and prices of its own, one at a time: a million
products never stand in memory together.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from demo.families import all_goods
from demo.goods import Good, Variant
from demo.identifiers import ean13, guid

SEED = 32
"""The demonstration's own seed: the pitch of cabinet drilling in millimetres."""


@dataclass(frozen=True, slots=True)
class PriceColumn:
    """1C: Справочник.ВидыЦен. `share` of the recommended retail price; VAT inside or on top."""

    key: str
    name: str
    share: Decimal
    vat_included: bool


@dataclass(frozen=True, slots=True)
class Store:
    """1C: Справочник.Склады. `share` of goods that lie there, `depth` of their usual quantity."""

    key: str
    name: str
    address: str
    share: float
    depth: float


@dataclass(frozen=True, slots=True)
class Item:
    """One offer: a product, or a product with its characteristic."""

    ref: str
    variant: Variant | None
    sku: str
    barcode: str
    name: str
    prices: tuple[tuple[str, Decimal], ...]
    stock: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One product with its offers."""

    ref: str
    code: str
    barcode: str
    good: Good
    items: tuple[Item, ...]


VAT_RATE = Decimal(22)
PRICE_COLUMNS = (
    PriceColumn("wholesale", "Оптовая (без НДС)", Decimal("0.80"), vat_included=False),
    PriceColumn("dealer", "Дилер", Decimal("0.71"), vat_included=True),
    PriceColumn("vip", "VIP", Decimal("0.64"), vat_included=True),
    PriceColumn("retail", "РРЦ", Decimal(1), vat_included=True),
)
STORES = (
    Store(
        "podolsk",
        "Подольск",
        "142103, Московская обл., г. Подольск, ул. Складская, д. 7",
        0.92,
        1.6,
    ),
    Store("kazan", "Казань", "420054, г. Казань, ул. Портовая, д. 21", 0.86, 0.7),
    Store("ekb", "Екатеринбург", "620024, г. Екатеринбург, ул. Элеваторная, д. 4", 0.76, 0.45),
)
FACTORIES = {
    "Лиственница": "Фабрика «Северный фасад», Псков",
    "Слэб": "Фабрика «Северный фасад», Псков",
}
OTHER_FACTORY = "Завод «Ярга», Елец"
_EXECUTIONS = ("матовое", "шелковистое", "усиленное", "влагостойкое", "облегчённое", "экспортное")


class Assortment:
    """`size` products made from `seed`; the same seed and size give the same range."""

    def __init__(self, *, seed: int = SEED, size: int | None = None) -> None:
        self.seed = seed
        self.goods = all_goods()
        self.size = len(self.goods) if size is None else size

    def ref(self, kind: str, key: str) -> str:
        """GUID of an object of this range's 1C."""
        return guid(self.seed, kind, key)

    @cached_property
    def categories(self) -> Mapping[tuple[str, ...], str]:
        """Path of each category -> its GUID, parents before children."""
        paths = {
            good.category[:depth]: None
            for good in self.goods[: self.size]
            for depth in range(1, len(good.category) + 1)
        }
        return {path: self.ref("category", "/".join(path)) for path in paths}

    @cached_property
    def factories(self) -> Mapping[str, str]:
        """Name of each maker -> its GUID."""
        names = (*dict.fromkeys(FACTORIES.values()), OTHER_FACTORY)
        return {name: self.ref("factory", name) for name in names}

    def entries(self) -> Iterator[Entry]:
        """The products one after another."""
        for number in range(self.size):
            execution, place = divmod(number, len(self.goods))
            good = self.goods[place]
            yield self._entry(number, good if not execution else _executed(good, execution))

    def _entry(self, number: int, good: Good) -> Entry:
        chance = random.Random(f"{self.seed}/{good.sku}")  # noqa: S311 - not for secrets
        ref = self.ref("product", good.sku)
        variants: tuple[Variant | None, ...] = good.variants or (None,)
        items = tuple(
            self._item(number * 8 + place, ref, good, variant, chance)
            for place, variant in enumerate(variants)
        )
        return Entry(ref, f"{number + 1:011d}", ean13(100_000_000 + number * 8), good, items)

    def _item(
        self, number: int, ref: str, good: Good, variant: Variant | None, chance: random.Random
    ) -> Item:
        price = good.price * (variant.factor if variant else 1)
        characteristic = variant and self.ref("characteristic", good.sku + variant.name)
        return Item(
            ref=f"{ref}#{characteristic}" if characteristic else ref,
            variant=variant,
            sku="-".join(filter(None, (good.sku, variant.mark if variant else ""))),
            barcode=ean13(100_000_000 + number),
            name=f"{good.name} ({variant.name})" if variant else good.name,
            prices=tuple(
                (self.ref("price", column.key), _price(price, column)) for column in PRICE_COLUMNS
            ),
            stock=tuple(
                (self.ref("store", store.key), quantity)
                for store in STORES
                if (quantity := _quantity(good, store, chance))
            ),
        )


def factory_of(good: Good) -> str:
    """Which of the two factories makes it."""
    return FACTORIES.get(good.brand, OTHER_FACTORY)


def _price(retail: Decimal, column: PriceColumn) -> Decimal:
    """The column's price of one unit: kopecks below 20 roubles, else tens of kopecks."""
    amount = retail * column.share
    if not column.vat_included:
        amount = amount * 100 / (100 + VAT_RATE)
    step = Decimal("0.01") if amount < 20 else Decimal("0.10")
    return (amount / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def _quantity(good: Good, store: Store, chance: random.Random) -> int:
    """Whole packs, fewer of dear things; a part of the goods a store does not keep or has sold."""
    luck = chance.random()
    if luck > store.share:
        return 0
    if luck > store.share - 0.07:
        return chance.randint(1, max(1, good.pack // 2))
    usual: float = 9_000 / (float(good.price) + 30) ** 0.62 * store.depth * (0.5 + 0.4 * good.pace)
    packs = max(1, round(usual / good.pack * chance.uniform(0.25, 1.6)))
    return packs * good.pack


def _executed(good: Good, execution: int) -> Good:
    word = _EXECUTIONS[(execution - 1) % len(_EXECUTIONS)]
    shift = Decimal(100 + execution % 17 - 8) / 100
    return replace(
        good,
        sku=f"{good.sku}.{execution:03d}",
        name=f"{good.name}, исполнение {execution} {word}",
        price=(good.price * shift).quantize(Decimal("0.01")),
    )
