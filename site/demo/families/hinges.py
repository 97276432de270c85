"""Hinges and mounting plates: brand "Ярга" and its plain sister "Норма"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from demo.goods import Drawing, Good, Variant, kilograms, money, properties

_ROOT = ("Петли и подъёмники", "Петли")
_WAYS = {
    "N": ("накладная", "Накладные", 0),
    "P": ("полунакладная", "Полунакладные и вкладные", 4),
    "V": ("вкладная", "Полунакладные и вкладные", 4),
}
_WAY_TEXT = {
    "N": "Фасад полностью закрывает торец боковины: основной вариант для крайних дверей.",
    "P": "Два фасада делят одну боковину, каждому остаётся половина торца.",
    "V": "Фасад стоит внутри корпуса вровень с боковиной, зазор настраивается отвёрткой.",
}
_FINISHES = (
    Variant("", (("Покрытие", "никель"),)),
    Variant("B", (("Покрытие", "чёрный"),), money("1.12")),
)


def goods() -> Iterator[Good]:
    """All hinges, then the plates they stand on."""
    yield from _click()
    yield from _wide()
    yield from _norma()
    yield from _special()
    yield from _plates()


def _click() -> Iterator[Good]:
    for way, (adjective, category, extra) in _WAYS.items():
        for soft in (True, False):
            closer = "с доводчиком" if soft else "без доводчика"
            yield Good(
                sku=f"YK110-{way}{'D' if soft else ''}",
                name=f"Петля {adjective} 110° {closer}",
                category=(*_ROOT, category),
                brand="Ярга",
                series="Клик",
                price=money((366 if soft else 243) + extra * 1.7),
                description=(
                    f"{_WAY_TEXT[way]} Плечо защёлкивается на планке без инструмента, дверь "
                    f"снимается одной рукой. "
                    + (
                        "Доводчик спрятан в чашке и отключается рычажком: на лёгких дверях "
                        "достаточно одного на две петли. "
                        if soft
                        else "Пружина держит дверь закрытой и не даёт ей хлопать от сквозняка. "
                    )
                    + "Регулировка по трём осям, ресурс 80 000 циклов. Планка заказывается "
                    "отдельно."
                ),
                drawing=Drawing("hinge-soft" if soft else "hinge", across="118"),
                details=(Drawing("hinge-drill"), Drawing("hinge-open", across="110°")),
                pack=12 if soft else 50,
                weight=kilograms(0.092 if soft else 0.074),
                properties=_facts(adjective, 110, "встроенный" if soft else "нет", 35, "16–26"),
                variants=_FINISHES if soft else (),
                pace=16 if way == "N" else 7,
            )


def _wide() -> Iterator[Good]:
    for way, adjective, price in (("N", "накладная", 708), ("P", "полунакладная", 724)):
        for soft in (True, False):
            closer = "с доводчиком" if soft else "без доводчика"
            yield Good(
                sku=f"YK165-{way}{'D' if soft else ''}",
                name=f"Петля {adjective} 165° {closer}",
                category=(*_ROOT, "Угловые и специальные"),
                brand="Ярга",
                series="Клик",
                price=money(price + (161 if soft else 0)),
                description=(
                    "Для углового шкафа и выдвижных корзин: дверь уходит в сторону почти вдоль "
                    "боковины и не мешает ящику выехать. Нулевой выступ, плавный ход на всём "
                    "угле. Ставится на ту же крестовую планку, что и петля 110°."
                ),
                drawing=Drawing("hinge-165", across="126"),
                details=(Drawing("hinge-open", across="165°"),),
                pack=6,
                weight=kilograms(0.168 if soft else 0.151),
                properties=_facts(adjective, 165, "встроенный" if soft else "нет", 35, "16–24"),
                pace=3,
            )


def _norma() -> Iterator[Good]:
    for way, (adjective, category, extra) in _WAYS.items():
        for soft in (True, False):
            closer = "с доводчиком" if soft else "без доводчика"
            yield Good(
                sku=f"NR105-{way}{'D' if soft else ''}",
                name=f"Петля {adjective} 105° {closer}",
                category=(*_ROOT, category),
                brand="Норма",
                series="",
                price=money((279 if soft else 164) + extra),
                description=(
                    f"{_WAY_TEXT[way]} Простая и честная петля для серийных кухонь: надевается на "
                    "планку сдвигом, фиксируется винтом. Сталь 1,2 мм, ресурс 50 000 циклов."
                ),
                drawing=Drawing("hinge-soft" if soft else "hinge", across="114"),
                pack=50,
                minimum=50,
                weight=kilograms(0.081 if soft else 0.066),
                properties=_facts(adjective, 105, "встроенный" if soft else "нет", 35, "16–22"),
                pace=5 if way == "N" else 2,
            )
    for way, adjective, price in (("N", "накладная", 211), ("V", "вкладная", 219)):
        yield Good(
            sku=f"NR26-{way}",
            name=f"Петля {adjective} 95°, чашка 26 мм",
            category=(*_ROOT, _WAYS[way][1]),
            brand="Норма",
            series="",
            price=money(price),
            description=(
                "Малая чашка для узких рамок и лёгких дверок: хватает перемычки 34 мм. "
                "Подходит для рамочных фасадов со стеклом и мебели для ванной."
            ),
            drawing=Drawing("hinge", across="96"),
            pack=25,
            weight=kilograms(0.048),
            properties=_facts(adjective, 95, "нет", 26, "14–19"),
            pace=1,
        )


class _Special(NamedTuple):
    sku: str
    name: str
    series: str
    price: float
    angle: int
    cup: int
    front: str
    pack: int
    way: str
    closer: str
    text: str


_SPECIAL = (
    _Special(
        "YKG94-N",
        "Петля для стеклянной двери 94°, накладная",
        "Гласс",
        593,
        94,
        26,
        "4–6",
        2,
        "накладная",
        "нет",
        "Держит стекло винтом через пластиковую чашку. Отверстие 26 мм сверлит стекольная "
        "мастерская. В комплекте две декоративные заглушки.",
    ),
    _Special(
        "YKG94-V",
        "Петля для стеклянной двери 94°, вкладная",
        "Гласс",
        608,
        94,
        26,
        "4–6",
        2,
        "вкладная",
        "нет",
        "Для витрин без рамы: стекло стоит внутри корпуса. Прокладки из силикона берегут "
        "кромку стекла. В комплекте две декоративные заглушки.",
    ),
    _Special(
        "YKG94-ND",
        "Петля для стеклянной двери 94° с доводчиком",
        "Гласс",
        742,
        94,
        26,
        "4–6",
        2,
        "накладная",
        "накладной",
        "Та же стеклянная петля, но дверь закрывается без удара: доводчик стоит на плече и "
        "настраивается под вес стекла.",
    ),
    _Special(
        "YKF45-ND",
        "Петля для фальшпанели 90° с доводчиком",
        "Клик",
        759,
        90,
        35,
        "16–26",
        4,
        "для фальшпанели",
        "встроенный",
        "Связывает дверь с глухой панелью в один угловой фасад. Панель и дверь настраиваются "
        "порознь, зазор остаётся ровным по всей высоте.",
    ),
    _Special(
        "YKT95-ND",
        "Петля для толстых фасадов 95° с доводчиком",
        "Клик",
        554,
        95,
        40,
        "20–32",
        4,
        "накладная",
        "встроенный",
        "Чашка 40 мм и длинный вынос плеча выводят массивную дверь до 32 мм без трения о "
        "соседнюю. Для массива, рамок с фрезеровкой и облицовки керамикой.",
    ),
    _Special(
        "YKT95-PD",
        "Петля для толстых фасадов 95° с доводчиком, полунакладная",
        "Клик",
        566,
        95,
        40,
        "20–32",
        4,
        "полунакладная",
        "встроенный",
        "Полунакладная сестра петли для толстых дверей: два массивных фасада на одной "
        "боковине открываются независимо.",
    ),
    _Special(
        "YKA30-ND",
        "Петля угловая +30° с доводчиком",
        "Клик",
        488,
        110,
        35,
        "16–24",
        6,
        "угловая",
        "встроенный",
        "Для скошенных шкафов с углом 120° между фасадом и боковиной: торцевые секции, "
        "барные стойки, эркеры.",
    ),
    _Special(
        "YKA45-ND",
        "Петля угловая +45° с доводчиком",
        "Клик",
        488,
        110,
        35,
        "16–24",
        6,
        "угловая",
        "встроенный",
        "Для угловых секций с фасадом под 45°. Открывает дверь полностью, ниша остаётся "
        "доступной до самого угла.",
    ),
    _Special(
        "YKA45-N",
        "Петля угловая +45° без доводчика",
        "Клик",
        352,
        110,
        35,
        "16–24",
        10,
        "угловая",
        "нет",
        "Угловая петля с пружиной для скошенных секций. Берите, когда дверь узкая и лёгкая.",
    ),
    _Special(
        "YKA-45-ND",
        "Петля угловая −45° с доводчиком",
        "Клик",
        502,
        95,
        35,
        "16–24",
        6,
        "угловая",
        "встроенный",
        "Обратный угол: фасад утоплен внутрь скошенной секции. Редкая, но незаменимая на "
        "трапециевидных шкафах.",
    ),
    _Special(
        "YKP110-N",
        "Петля накладная 110° с отталкивателем",
        "Клик",
        318,
        110,
        35,
        "16–22",
        12,
        "накладная",
        "нет",
        "Обратная пружина: дверь без ручки открывается лёгким нажатием. Работает в паре с "
        "механизмом «Ярга Пуш».",
    ),
    _Special(
        "YKR110-ND",
        "Петля накладная 110° с доводчиком для холодильника",
        "Клик",
        812,
        110,
        35,
        "16–26",
        2,
        "накладная",
        "встроенный",
        "Усиленная сталь 2 мм и двойная пружина для навесного фасада встроенной техники "
        "весом до 28 кг.",
    ),
)


def _special() -> Iterator[Good]:
    for row in _SPECIAL:
        glass = row.series == "Гласс"
        yield Good(
            sku=row.sku,
            name=row.name,
            category=(*_ROOT, "Для стекла" if glass else "Угловые и специальные"),
            brand="Ярга",
            series=row.series,
            price=money(row.price),
            description=row.text,
            drawing=Drawing("hinge-glass" if glass else "hinge-165", across=f"{row.angle}°"),
            pack=row.pack,
            weight=kilograms(0.06 + row.cup * 0.002),
            properties=_facts(row.way, row.angle, row.closer, row.cup, row.front),
            pace=2,
        )


def _plates() -> Iterator[Good]:
    fixings = (
        ("", "под евровинт", 55, "E"),
        ("S", "под шуруп", 49, "S"),
        ("X", "эксцентриковая", 71, "X"),
    )
    for height in (0, 2, 4):
        for mark, fixing, price, _sign in fixings:
            yield Good(
                sku=f"YP-H{height}{mark}",
                name=f"Планка монтажная крестовая H{height} {fixing}",
                category=(*_ROOT, "Монтажные планки"),
                brand="Ярга",
                series="Клик",
                price=money(price + height * 0.5),
                description=(
                    f"Крестовая планка высотой {height} мм с шагом крепления 32 мм. "
                    + (
                        "Эксцентрик поднимает и опускает дверь на 2 мм одним поворотом. "
                        if mark == "X"
                        else "Овальные отверстия дают запас по высоте до закручивания. "
                    )
                    + "Подходит ко всем петлям «Ярга Клик», нужна одна на петлю."
                ),
                drawing=Drawing("hinge-plate", down="32"),
                pack=100,
                weight=kilograms(0.021 + height * 0.002),
                properties=properties(
                    {"Материал": "сталь", "Покрытие": "никель", "Высота, мм": height}
                ),
                pace=4 if height == 0 else 1,
            )
    caps = (
        ("YZ-K", "Заглушка на плечо петли", "никель", 9),
        ("YZ-C", "Заглушка на чашку петли", "никель", 8),
        ("YZ-KB", "Заглушка на плечо петли, чёрная", "чёрный", 11),
    )
    for sku, name, finish, price in caps:
        yield Good(
            sku=sku,
            name=name,
            category=(*_ROOT, "Монтажные планки"),
            brand="Ярга",
            series="Клик",
            price=money(price),
            description=(
                "Закрывает винты и рычажок доводчика, снимается ногтем. На заглушке можно "
                "заказать лазерную гравировку вашего салона от 1 000 штук."
            ),
            drawing=Drawing("cap", tint="black" if finish == "чёрный" else "", across="58"),
            pack=100,
            weight=kilograms(0.003),
            properties=properties({"Материал": "сталь", "Покрытие": finish}),
            pace=1,
        )


def _facts(way: str, angle: int, closer: str, cup: int, front: str) -> tuple[tuple[str, str], ...]:
    return properties(
        {
            "Тип наложения": way,
            "Угол открывания, °": angle,
            "Доводчик": closer,
            "Диаметр чашки, мм": cup,
            "Толщина фасада, мм": front,
            "Материал": "сталь",
            "Гарантия": "10 лет",
        }
    )
