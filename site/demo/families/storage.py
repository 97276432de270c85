"""What stands inside: drying racks, baskets, trays, waste sorting."""

from __future__ import annotations

from collections.abc import Iterator

from demo.goods import Drawing, Good, Variant, kilograms, money, properties

_ROOT = "Наполнение"
_TRAY_COLOURS = (
    Variant("G", (("Цвет", "серый"),)),
    Variant("A", (("Цвет", "антрацит"),)),
)


def goods() -> Iterator[Good]:
    """From the drying rack above the sink to the bins below it."""
    yield from _racks()
    yield from _baskets()
    yield from _trays()
    yield from _bins()


def _racks() -> Iterator[Good]:
    for width in (400, 500, 600, 700, 800, 900):
        yield Good(
            sku=f"NS-{width}",
            name=f"Сушка для посуды двухуровневая, секция {width} мм",
            category=(_ROOT, "Сушки"),
            brand="Контур",
            series="Капель",
            price=money(980 + width * 1.3),
            description=(
                f"Два уровня для тарелок и чашек в навесную секцию {width} мм. Нержавеющая "
                "проволока 5 мм, прозрачный поддон вынимается вперёд, крепёж в боковины."
            ),
            drawing=Drawing("rack", across=str(width)),
            unit="компл",
            weight=kilograms(0.9 + width * 0.0013),
            properties=properties(
                {"Ширина корпуса, мм": width, "Материал": "нержавеющая сталь", "Гарантия": "3 года"}
            ),
            pace=2 if width in {600, 800} else 1,
        )


def _baskets() -> Iterator[Good]:
    for width in (300, 400, 450, 500, 600):
        yield Good(
            sku=f"NB-{width}",
            name=f"Корзина выдвижная с доводчиком, секция {width} мм",
            category=(_ROOT, "Корзины"),
            brand="Контур",
            series="Сетка",
            price=money(2380 + width * 2.1),
            description=(
                f"Сетчатая корзина на направляющих полного выдвижения для секции {width} мм. "
                "Крышки, противни и хлеб проветриваются, сетка не гремит."
            ),
            drawing=Drawing("basket", across=str(width)),
            weight=kilograms(2.4 + width * 0.002),
            properties=properties(
                {
                    "Ширина корпуса, мм": width,
                    "Выдвижение": "полное",
                    "Нагрузка, кг": 20,
                    "Покрытие": "хром",
                }
            ),
        )
    for side, word in (("L", "левая"), ("R", "правая")):
        yield Good(
            sku=f"NU-900{side}",
            name=f"Система для углового шкафа «Контур Вынос», {word}",
            category=(_ROOT, "Корзины"),
            brand="Контур",
            series="Вынос",
            price=money(18400),
            description=(
                "Четыре корзины выезжают из глухого угла вслед за дверью: глубина шкафа наконец "
                "работает. Ставится в секцию 900 или 1050 мм, дверь от 450 мм."
            ),
            drawing=Drawing("basket", across="900"),
            unit="компл",
            weight=kilograms(14.8),
            properties=properties(
                {"Ширина корпуса, мм": 900, "Доводчик": "встроенный", "Нагрузка, кг": 36}
            ),
            pace=0,
        )


def _trays() -> Iterator[Good]:
    for width in (300, 400, 450, 500, 600, 800, 900):
        yield Good(
            sku=f"NL-{width}",
            name=f"Лоток для приборов, ящик {width} мм",
            category=(_ROOT, "Лотки"),
            brand="Контур",
            series="Порядок",
            price=money(320 + width * 0.85),
            description=(
                f"Лоток из прочного пластика для ящика {width} мм и глубины от 430 мм. Край "
                "подрезается ножом по насечке, дно шершавое, приборы не ездят."
            ),
            drawing=Drawing("tray", across=str(width)),
            pack=5,
            weight=kilograms(width * 0.0011),
            properties=properties({"Ширина корпуса, мм": width, "Материал": "пластик"}),
            variants=_TRAY_COLOURS,
            pace=2,
        )
    for width in (450, 600, 900):
        yield Good(
            sku=f"NLD-{width}",
            name=f"Лоток деревянный «Контур Порядок», ящик {width} мм",
            category=(_ROOT, "Лотки"),
            brand="Контур",
            series="Порядок",
            price=money(2200 + width * 3.1),
            description=(
                "Ясень под маслом, перегородки переставляются без клея. Ножи стоят в прорезях, "
                "специи лежат под углом."
            ),
            drawing=Drawing("tray", tint="ash", across=str(width)),
            weight=kilograms(width * 0.003),
            properties=properties({"Ширина корпуса, мм": width, "Материал": "ясень"}),
        )


def _bins() -> Iterator[Good]:
    rows = ((300, 2, 4680), (400, 2, 5240), (450, 3, 6120), (600, 3, 7380), (600, 4, 8150))
    for width, count, price in rows:
        yield Good(
            sku=f"NM-{width}-{count}",
            name=f"Система сортировки, {count} ведра, секция {width} мм",
            category=(_ROOT, "Сортировка"),
            brand="Контур",
            series="Чисто",
            price=money(price),
            description=(
                f"Вёдра выезжают вместе с фасадом секции {width} мм, крышка остаётся в корпусе и "
                "держит запах. Пластик моется в посудомоечной машине, пакет прячется под ободом."
            ),
            drawing=Drawing("bin", across=str(width)),
            unit="компл",
            weight=kilograms(3.2 + count * 0.7),
            properties=properties(
                {"Ширина корпуса, мм": width, "Выдвижение": "полное", "Материал": "пластик"}
            ),
        )
