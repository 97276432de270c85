"""Edge banding in the decors of boards and fronts, and glue: brand "Контур"."""

from __future__ import annotations

from collections.abc import Iterator

from demo.goods import Drawing, Good, kilograms, money, properties

_ROOT = "Кромка и клей"
_DECORS = (
    ("BS", "белый снег", "white"),
    ("DN", "дуб натуральный", "oak"),
    ("DM", "дуб мокко", "walnut"),
    ("DS", "дуб сонома", "oak"),
    ("OR", "орех тёмный", "walnut"),
    ("YS", "ясень светлый", "ash"),
    ("BT", "бетон светлый", "stone"),
    ("KM", "кашемир", "ash"),
    ("GF", "графит", "ink"),
    ("CH", "чёрный", "ink"),
    ("SH", "шалфей", "sage"),
    ("TM", "туман", "fog"),
    ("KS", "камень серый", "stone"),
    ("MB", "мрамор белый", "white"),
    ("TZ", "терраццо", "stone"),
    ("AL", "алюминий", "fog"),
)
_SIZES = (("0,4", 19, 9.8, 200), ("1", 22, 17.4, 100), ("2", 22, 31.4, 100))


def goods() -> Iterator[Good]:
    """Each decor in three thicknesses, then glue and cleaner."""
    for thickness, width, price, pack in _SIZES:
        for code, decor, tint in _DECORS:
            short = thickness.replace(",", "")
            yield Good(
                sku=f"KR{short}-{width}-{code}",
                name=f"Кромка ABS {thickness} × {width} мм, {decor}",
                category=(_ROOT, f"ABS {thickness} мм"),
                brand="Контур",
                series="ABS",
                price=money(price * (1.08 if tint == "ink" else 1)),
                description=(
                    f"Кромка в декор «{decor}», толщина {thickness} мм, ширина {width} мм. Праймер "
                    "на изнанке ложится под любой клей-расплав, радиус после фрезы остаётся в "
                    f"цвет. Бухта {pack} м."
                ),
                drawing=Drawing("edge", tint=tint, across=str(width), down=thickness),
                unit="м",
                pack=pack,
                weight=kilograms(float(thickness.replace(",", ".")) * width * 0.0000011 * 1000),
                properties=properties(
                    {
                        "Толщина, мм": thickness.replace(",", "."),
                        "Ширина, мм": width,
                        "Цвет": decor,
                        "Материал": "ABS-пластик",
                    }
                ),
                pace=3 if code in {"BS", "DN"} else 1,
            )
    yield from _glue()


def _glue() -> Iterator[Good]:
    rows = (
        (
            "KG-EVA",
            "Клей-расплав EVA гранулы, мешок 25 кг",
            9800,
            25.4,
            "мешок",
            "Для станков с подачей от 12 м/мин, расход 180 г на квадратный метр торца.",
        ),
        (
            "KG-PUR",
            "Клей-расплав PUR картридж 2 кг",
            6400,
            2.2,
            "шт",
            "Влагостойкий шов для кухонь и ванных: после суток не боится пара и кипятка.",
        ),
        (
            "KG-K05",
            "Клей контактный для кромки, 0,5 л",
            720,
            0.6,
            "шт",
            "Ручная приклейка радиусов и ремонт торцов на объекте.",
        ),
        (
            "KG-CL",
            "Очиститель кромки антистатический, 1 л",
            860,
            1.05,
            "шт",
            "Снимает следы клея и карандаша, не мутит плёнку и эмаль.",
        ),
    )
    for sku, name, price, weight, unit, text in rows:
        yield Good(
            sku=sku,
            name=name,
            category=(_ROOT, "Клей и уход"),
            brand="Контур",
            series="Шов",
            price=money(price),
            description=text,
            drawing=Drawing("can", tint="sage" if sku == "KG-CL" else "", across=""),
            unit=unit,
            weight=kilograms(weight),
            properties=properties({"Гарантия": "12 месяцев со дня выпуска"}),
        )
