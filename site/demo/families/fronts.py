"""Kitchen fronts of the factory in Pskov: brand "Лиственница", series named for rivers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from demo.goods import Drawing, Good, Variant, kilograms, money, properties

_COLOURS = {
    "BS": ("белый снег", "1.00"),
    "SH": ("шалфей", "1.00"),
    "TM": ("туман", "1.00"),
    "TR": ("терракота", "1.06"),
    "GF": ("графит", "1.06"),
    "CN": ("чернила", "1.06"),
    "DN": ("дуб натуральный", "1.00"),
    "DM": ("дуб мокко", "1.04"),
    "OR": ("орех", "1.10"),
    "YS": ("ясень светлый", "1.00"),
    "BT": ("бетон", "1.00"),
    "KM": ("кашемир", "1.00"),
}


class _Series(NamedTuple):
    code: str
    name: str
    kind: str
    category: str
    square_metre: float
    thickness: int
    material: str
    coating: str
    colours: tuple[str, ...]
    drawing: str
    tint: str
    widths: tuple[int, ...]
    heights: tuple[int, ...]
    text: str
    emission: str = "E0,5"


_SERIES = (
    _Series(
        "FN",
        "Нева",
        "рамочный",
        "МДФ в эмали",
        20940,
        19,
        "МДФ",
        "эмаль матовая",
        ("BS", "SH", "TM", "TR", "GF", "CN"),
        "front-frame",
        "sage",
        (296, 346, 396, 446, 596),
        (140, 283, 570, 716, 916),
        "Рамка 42 мм вместо привычных 70: фасад выглядит легче, а в узкой секции остаётся место "
        "для ручки. Эмаль ложится в пять слоёв, кромку филёнки шлифуют вручную.",
    ),
    _Series(
        "FV",
        "Волхов",
        "гладкий",
        "МДФ в эмали",
        16800,
        19,
        "МДФ",
        "эмаль шёлк",
        ("BS", "TM", "KM", "GF"),
        "front-plain",
        "fog",
        (296, 396, 446, 496, 596),
        (140, 283, 716, 916),
        "Гладкая плита с радиусом кромки 2 мм. Полуматовая эмаль не собирает отпечатки и "
        "моется обычным средством для стёкол.",
    ),
    _Series(
        "FO",
        "Онега",
        "реечный",
        "Шпон",
        26380,
        21,
        "МДФ, шпон дуба",
        "масло с воском",
        ("DN", "DM", "OR"),
        "front-slat",
        "oak",
        (396, 446, 596),
        (283, 716, 916),
        "Рейки шириной 18 мм фрезеруются из целой плиты и шпонируются вместе с пазами, поэтому "
        "рисунок дуба не прерывается. Масло подновляют на месте, без разборки кухни.",
    ),
    _Series(
        "FI",
        "Ильмень",
        "гладкий",
        "Шпон",
        19750,
        19,
        "МДФ, шпон",
        "лак матовый",
        ("DN", "OR", "YS"),
        "front-veneer",
        "oak",
        (296, 396, 446, 596),
        (283, 570, 716, 916),
        "Шпон подбирают комплектом на всю кухню: текстура идёт снизу вверх и переходит с двери "
        "на дверь. Лак в три слоя держит влажность до 60 %.",
    ),
    _Series(
        "FL",
        "Ладога",
        "гладкий",
        "Плёнка ПВХ",
        9650,
        16,
        "МДФ",
        "плёнка ПВХ",
        ("BS", "KM", "BT", "DN"),
        "front-plain",
        "",
        (296, 396, 446, 496, 596),
        (140, 283, 716, 916),
        "Плёнка 0,5 мм прижимается вакуумом и заворачивается на торец: швов нет, влага не "
        "попадает под покрытие. Самый ходовой фасад для квартир под сдачу.",
    ),
    _Series(
        "FM",
        "Мста",
        "филёнчатый",
        "Плёнка ПВХ",
        10980,
        18,
        "МДФ",
        "плёнка ПВХ",
        ("BS", "KM", "YS"),
        "front-frame",
        "",
        (296, 396, 446, 496, 596),
        (140, 283, 716, 916),
        "Классическая филёнка с двойной фаской под плёнкой с тиснением. Подходит к ручке "
        "«Рельеф Арка» и фарфоровым кнопкам.",
    ),
    _Series(
        "FS",
        "Свирь",
        "со стеклом",
        "Рамочные со стеклом",
        24300,
        20,
        "алюминий, стекло",
        "анодирование",
        ("GF", "BS"),
        "front-glass",
        "ink",
        (396, 446, 596),
        (356, 570, 716, 916),
        "Алюминиевая рамка 20 мм и закалённое стекло 4 мм. Стекло держится в уплотнителе, "
        "петля «Ярга Гласс» не нужна, хватает чашки 26 мм.",
        "",
    ),
)


def goods() -> Iterator[Good]:
    """Every series in its grid of sizes; colours are characteristics."""
    for series in _SERIES:
        for width in series.widths:
            for height in series.heights:
                yield _front(series, width, height)


def _front(series: _Series, width: int, height: int) -> Good:
    area = width * height / 1_000_000
    is_drawer = height in {140, 283} and width >= 396
    drawing = series.drawing
    if is_drawer and drawing in {"front-plain", "front-frame"}:
        drawing = "front-low" if drawing == "front-plain" else "front-low-frame"
    use = "ящика" if height <= 283 else "навесного шкафа" if height == 916 else "двери"
    return Good(
        sku=f"{series.code}-{width}{height}",
        name=f"Фасад {series.kind} «{series.name}» {width} × {height} мм",
        category=("Фасады", series.category),
        brand="Лиственница",
        series=series.name,
        price=money(round(area * series.square_metre + 380, -1)),
        description=(
            f"{series.text} Готовый размер для {use}, со склада за один-три дня; свой размер "
            "считаем по чертежу."
        ),
        drawing=Drawing(drawing, tint=series.tint, across=str(width), down=str(height)),
        details=_details(series) if height == 716 else (),
        weight=kilograms(area * series.thickness * 0.76 + 0.1),
        properties=properties(
            {
                "Ширина, мм": width,
                "Высота, мм": height,
                "Толщина, мм": series.thickness,
                "Материал": series.material,
                "Покрытие": series.coating,
                "Класс эмиссии": series.emission,
                "Гарантия": "5 лет",
            }
        ),
        variants=tuple(_colour(mark) for mark in series.colours),
        pace=4 if height == 716 and width in {396, 446, 596} else 2,
    )


def _details(series: _Series) -> tuple[Drawing, ...]:
    return (Drawing("front-edge", tint=series.tint, across=str(series.thickness)),)


def _colour(mark: str) -> Variant:
    name, factor = _COLOURS[mark]
    return Variant(mark, (("Цвет", name),), money(factor))
