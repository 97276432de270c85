"""What a product of the demonstration is, before it has prices, stock and identifiers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

PropertyType = Literal["Справочник", "Строка", "Число"]

PROPERTIES: Mapping[str, PropertyType] = {
    "Бренд": "Справочник",
    "Серия": "Справочник",
    "Кратность упаковки": "Число",
    "Минимальная партия": "Число",
    "Материал": "Справочник",
    "Покрытие": "Справочник",
    "Цвет": "Справочник",
    "Тип наложения": "Справочник",
    "Угол открывания, °": "Число",
    "Доводчик": "Справочник",
    "Диаметр чашки, мм": "Число",
    "Толщина фасада, мм": "Строка",
    "Выдвижение": "Справочник",
    "Нагрузка, кг": "Число",
    "Усилие, Н": "Число",
    "Межцентровое расстояние, мм": "Число",
    "Длина, мм": "Число",
    "Ширина, мм": "Число",
    "Высота, мм": "Число",
    "Глубина, мм": "Число",
    "Толщина, мм": "Число",
    "Ширина корпуса, мм": "Число",
    "Мощность, Вт": "Число",
    "Напряжение, В": "Число",
    "Цветовая температура, К": "Число",
    "Степень защиты": "Справочник",
    "Гарантия": "Строка",
    "Класс эмиссии": "Справочник",
}
"""Properties of goods in the order of the classifier, with the type of their values in 1C."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture to draw: which drawing, in which colours, with which figures on it.

    `across` and `down` are the texts on the dimension lines, empty ones stay bare. `tint` names
    a palette of `demo.picture.TINTS` for the parts of the drawing that have the product's colour.
    """

    name: str
    tint: str = ""
    across: str = ""
    down: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """A characteristic of a product: its colour, its execution.

    `mark` is added to the product's article; `factor` multiplies its price.
    """

    mark: str
    values: tuple[tuple[str, str], ...]
    factor: Decimal = Decimal(1)

    @property
    def name(self) -> str:
        """As 1C shows it in brackets behind the product's name."""
        return ", ".join(value for _name, value in self.values)


@dataclass(frozen=True, slots=True)
class Good:
    """One product. `price` is the recommended retail price of one unit in roubles, VAT included.

    `category` is the path from the root. `pace` is how many units a dealer takes in an ordinary
    order, in packs; 0 is not ordered out of habit. `details` are further pictures.
    """

    sku: str
    name: str
    category: tuple[str, ...]
    brand: str
    series: str
    price: Decimal
    description: str
    drawing: Drawing
    unit: str = "шт"
    pack: int = 1
    minimum: int = 1
    weight: Decimal | None = None
    properties: tuple[tuple[str, str], ...] = ()
    variants: tuple[Variant, ...] = ()
    pace: int = 1
    details: tuple[Drawing, ...] = ()

    @property
    def full_name(self) -> str:
        """Name for documents: with brand and series."""
        maker = f"{self.brand} {self.series}".strip()
        return f"{self.name}, «{maker}»" if maker else self.name


def money(amount: float | str | Decimal) -> Decimal:
    """Roubles with two decimals."""
    return Decimal(str(amount)).quantize(Decimal("0.01"))


def kilograms(amount: float) -> Decimal:
    """Weight with three decimals."""
    return Decimal(str(round(amount, 3)))


def properties(pairs: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Pairs as texts; empty values are left out."""
    return tuple((name, str(value)) for name, value in pairs.items() if value not in {"", None})


def one_list(goods: Iterable[Good]) -> tuple[Good, ...]:
    """Goods of several families together. Raises ValueError when two have one article."""
    found: dict[str, Good] = {}
    for good in goods:
        if good.sku in found:
            raise ValueError(f"two products have the article {good.sku}")
        found[good.sku] = good
    return tuple(found.values())
