"""Light for kitchens: brand "Лумика"."""

from __future__ import annotations

from collections.abc import Iterator

from demo.goods import Drawing, Good, Variant, kilograms, money, properties

_ROOT = "Освещение"
_ALUMINIUM = (
    Variant("AL", (("Цвет", "алюминий"),)),
    Variant("BK", (("Цвет", "чёрный"),), money("1.06")),
)


def goods() -> Iterator[Good]:
    """Profiles, strips, lamps, their power and switches."""
    yield from _profiles()
    yield from _strips()
    yield from _lamps()
    yield from _power()
    yield from _switches()


def _profiles() -> Iterator[Good]:
    shapes = (
        (
            "LM-P",
            "врезной",
            16,
            820,
            "Утапливается в дно шкафа фрезой 16 мм и светит ровной линией без точек.",
        ),
        (
            "LM-N",
            "накладной",
            17,
            690,
            "Клеится или прикручивается под шкаф, когда фрезеровать уже поздно.",
        ),
        (
            "LM-U",
            "угловой 45°",
            18,
            760,
            "Светит на рабочую зону, а не в пол: линза наклонена на 45 градусов.",
        ),
        (
            "LM-S",
            "для полки 8 мм",
            12,
            980,
            "Надевается на край стеклянной или деревянной полки и подсвечивает её вниз.",
        ),
    )
    for code, words, width, price, text in shapes:
        for length in (2000, 3000):
            yield Good(
                sku=f"{code}{length}",
                name=f"Профиль {words} «Лумика», {length} мм",
                category=(_ROOT, "Профили"),
                brand="Лумика",
                series="Линия",
                price=money(price * length / 2000),
                description=(
                    f"{text} Молочный рассеиватель, заглушки и клипсы в комплекте. Лента шириной "
                    f"до {width - 6} мм."
                ),
                drawing=Drawing("light-profile", across=str(length)),
                pack=5,
                weight=kilograms(length * 0.00021),
                properties=properties(
                    {"Длина, мм": length, "Ширина, мм": width, "Материал": "алюминий"}
                ),
                variants=_ALUMINIUM,
                pace=2,
            )


def _strips() -> Iterator[Good]:
    for watts, price in ((5, 1180), (10, 1690), (14, 2140)):
        for kelvin, word in ((2700, "тёплый"), (3000, "тёплый белый"), (4000, "нейтральный")):
            yield Good(
                sku=f"LT-{watts}-{kelvin // 100}",
                name=f"Лента светодиодная «Лумика» {watts} Вт/м, {kelvin} К, 5 м",
                category=(_ROOT, "Ленты"),
                brand="Лумика",
                series="Лента",
                price=money(price),
                description=(
                    f"Катушка 5 метров, {word} свет, цветопередача выше 90: зелень "
                    "остаётся зелёной. "
                    "Режется через 50 мм, питание 24 В, клейкий слой держит на очищенном металле."
                ),
                drawing=Drawing("strip", across="5 м"),
                pack=1,
                weight=kilograms(0.16),
                properties=properties(
                    {
                        "Мощность, Вт": watts,
                        "Напряжение, В": 24,
                        "Цветовая температура, К": kelvin,
                        "Степень защиты": "IP20",
                        "Длина, мм": 5000,
                        "Гарантия": "3 года",
                    }
                ),
                pace=2 if kelvin == 4000 else 1,
            )


def _lamps() -> Iterator[Good]:
    rows = (
        ("LS-60", "Светильник точечный «Лумика Капля», 60 мм", 890, 3, "spot", "60"),
        ("LS-68K", "Светильник точечный «Лумика Капля» накладной, 68 мм", 940, 3, "spot", "68"),
        ("LS-TR", "Комплект из трёх светильников «Лумика Капля» с блоком", 2960, 9, "spot", "60"),
        ("LB-450", "Светильник линейный «Лумика Штрих», 450 мм", 1540, 6, "light", "450"),
        ("LB-600", "Светильник линейный «Лумика Штрих», 600 мм", 1780, 8, "light", "600"),
        ("LB-900", "Светильник линейный «Лумика Штрих», 900 мм", 2230, 12, "light", "900"),
        (
            "LD-450",
            "Светильник для ящика «Лумика Тень» с датчиком, 450 мм",
            1960,
            4,
            "light",
            "450",
        ),
        (
            "LD-600",
            "Светильник для ящика «Лумика Тень» с датчиком, 600 мм",
            2180,
            5,
            "light",
            "600",
        ),
    )
    for sku, name, price, watts, drawing, size in rows:
        yield Good(
            sku=sku,
            name=name,
            category=(_ROOT, "Светильники"),
            brand="Лумика",
            series=name.split("«Лумика ")[1].split("»")[0],
            price=money(price),
            description=(
                "Ровный свет на столешницу без теней от руки. Разъём защёлкивается в любой блок "
                "«Лумика» 24 В, паять не нужно; кабель два метра."
            ),
            drawing=Drawing(drawing, across=size),
            unit="компл" if "Комплект" in name else "шт",
            weight=kilograms(0.1 + watts * 0.02),
            properties=properties(
                {
                    "Мощность, Вт": watts,
                    "Напряжение, В": 24,
                    "Цветовая температура, К": 4000,
                    "Степень защиты": "IP44",
                    "Гарантия": "3 года",
                }
            ),
            pace=2,
        )


def _power() -> Iterator[Good]:
    for watts, price in ((15, 980), (30, 1240), (60, 1760), (100, 2480), (150, 3290)):
        yield Good(
            sku=f"LP-{watts}",
            name=f"Блок питания «Лумика» 24 В, {watts} Вт",
            category=(_ROOT, "Блоки питания"),
            brand="Лумика",
            series="Ток",
            price=money(price),
            description=(
                f"Тонкий блок 16 мм встаёт над шкафом или за цоколем. {watts} Вт с запасом в пятую "
                "часть, распределитель на шесть разъёмов, защита от замыкания."
            ),
            drawing=Drawing("power", across=str(110 + watts)),
            weight=kilograms(0.2 + watts * 0.003),
            properties=properties(
                {
                    "Мощность, Вт": watts,
                    "Напряжение, В": 24,
                    "Степень защиты": "IP20",
                    "Гарантия": "3 года",
                }
            ),
            pace=2 if watts in {30, 60} else 1,
        )


def _switches() -> Iterator[Good]:
    rows = (
        (
            "LK-H",
            "Выключатель на взмах руки «Лумика»",
            690,
            "Реагирует на ладонь в трёх сантиметрах, мокрые руки не мешают.",
        ),
        (
            "LK-T",
            "Диммер сенсорный «Лумика» под столешницу",
            840,
            "Работает через камень до 30 мм: на столе ничего не видно, касание ловит метка.",
        ),
        (
            "LK-D",
            "Датчик открывания двери «Лумика»",
            420,
            "Включает свет, когда открыли шкаф, и гасит, когда закрыли.",
        ),
        (
            "LK-P",
            "Датчик движения «Лумика»",
            760,
            "Ночной свет по цоколю: видит шаг в двух метрах, гаснет через минуту.",
        ),
        (
            "LK-R",
            "Пульт и приёмник «Лумика», 4 зоны",
            2340,
            "Радиопульт держит связь через стену, четыре группы света настраиваются порознь.",
        ),
    )
    for sku, name, price, text in rows:
        yield Good(
            sku=sku,
            name=name,
            category=(_ROOT, "Датчики и выключатели"),
            brand="Лумика",
            series="Ток",
            price=money(price),
            description=f"{text} Питание 12–24 В, нагрузка до 60 Вт, разъёмы «Лумика».",
            drawing=Drawing("switch", across="40"),
            pack=5,
            weight=kilograms(0.05),
            properties=properties({"Напряжение, В": 24, "Степень защиты": "IP20"}),
            pace=1,
        )
