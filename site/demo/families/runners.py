"""Drawer runners and drawer systems: brand "Рейлан", plain ones of "Норма"."""

from __future__ import annotations

from collections.abc import Iterator

from demo.goods import Drawing, Good, Variant, kilograms, money, properties

_ROOT = "Направляющие и ящики"
_BOX_COLOURS = (
    Variant("W", (("Цвет", "белый"),)),
    Variant("S", (("Цвет", "серый шёлк"),)),
    Variant("A", (("Цвет", "антрацит"),), money("1.06")),
)


def goods() -> Iterator[Good]:
    """From roller runners to drawers with metal sides."""
    yield from _rollers()
    yield from _balls()
    yield from _hidden()
    yield from _boxes()
    yield from _pull_outs()
    yield from _parts()


def _rollers() -> Iterator[Good]:
    for length in range(250, 601, 50):
        yield Good(
            sku=f"NRR-{length}",
            name=f"Направляющие роликовые {length} мм",
            category=(_ROOT, "Роликовые"),
            brand="Норма",
            series="",
            price=money(118 + length * 0.16),
            description=(
                f"Пара роликовых направляющих длиной {length} мм для ящика на 25 кг. Неполное "
                "выдвижение, самозакрывание на последних 60 мм, порошковая окраска. Для "
                "недорогих тумб и гардеробных."
            ),
            drawing=Drawing("runner", tint="white", across=str(length)),
            unit="пар",
            pack=20,
            weight=kilograms(length * 0.00072),
            properties=_facts(length, "неполное", 25, "нет", "белый"),
            pace=2 if length in {400, 450, 500} else 1,
        )


def _balls() -> Iterator[Good]:
    for length in range(250, 601, 50):
        for soft in (False, True):
            if soft and length < 300:
                continue
            yield Good(
                sku=f"RB45-{length}{'S' if soft else ''}",
                name=f"Направляющие шариковые 45 мм, {length} мм"
                + (" с доводчиком" if soft else ""),
                category=(_ROOT, "Шариковые"),
                brand="Рейлан",
                series="Болл",
                price=money(262 + length * 0.48 + (248 if soft else 0)),
                description=(
                    "Телескоп из трёх рельсов: ящик выходит целиком, видно всё до задней стенки. "
                    + (
                        "Доводчик подхватывает ящик за 40 мм до упора. "
                        if soft
                        else "Шарики в обойме не выпадают при снятии ящика. "
                    )
                    + f"Длина {length} мм, нагрузка 45 кг на пару, цинк."
                ),
                drawing=Drawing("runner-soft" if soft else "runner", across=str(length)),
                unit="пар",
                pack=10,
                weight=kilograms(length * 0.00142),
                properties=_facts(length, "полное", 45, "встроенный" if soft else "нет", "цинк"),
                pace=3 if length in {450, 500} else 1,
            )

    for length in range(250, 501, 50):
        yield Good(
            sku=f"RB35-{length}",
            name=f"Направляющие шариковые 35 мм, {length} мм",
            category=(_ROOT, "Шариковые"),
            brand="Рейлан",
            series="Болл",
            price=money(214 + length * 0.36),
            description=(
                f"Узкий рельс 35 мм для лёгких ящиков и выдвижных полок, длина {length} мм. Полное "
                "выдвижение, нагрузка 25 кг на пару, снимается рычажком."
            ),
            drawing=Drawing("runner", across=str(length)),
            unit="пар",
            pack=15,
            weight=kilograms(length * 0.00104),
            properties=_facts(length, "полное", 25, "нет", "цинк"),
            pace=1,
        )


def _hidden() -> Iterator[Good]:
    kinds = (
        (
            "SC",
            "с доводчиком",
            "Софт",
            1490,
            "полное",
            "встроенный",
            "Направляющая стоит под дном и не видна. Ящик выходит целиком, закрывается тихо и "
            "снимается нажатием двух рычажков.",
        ),
        (
            "PU",
            "с отталкивателем",
            "Пуш",
            1620,
            "полное",
            "нет",
            "Для фасадов без ручек: нажали, ящик вышел на ладонь. Полное выдвижение, сила толчка "
            "настраивается колёсиком.",
        ),
        (
            "PC",
            "с доводчиком, неполное выдвижение",
            "Софт",
            980,
            "неполное",
            "встроенный",
            "Экономный вариант скрытой направляющей: выходит на три четверти, доводчик тот же, что "
            "у старшей сестры.",
        ),
    )
    for mark, words, series, price, travel, closer, text in kinds:
        for length in range(300, 551, 50):
            yield Good(
                sku=f"RS{length}-{mark}",
                name=f"Направляющие скрытого монтажа {length} мм {words}",
                category=(_ROOT, "Скрытого монтажа"),
                brand="Рейлан",
                series=series,
                price=money(price + (length - 300) * 1.9),
                description=(
                    f"{text} Длина {length} мм, нагрузка 40 кг. Регулировка фасада по высоте и "
                    "наклону без инструмента, замки и заглушки в комплекте."
                ),
                drawing=Drawing("runner-hidden", across=str(length)),
                details=(Drawing("drawer", across="600"),),
                unit="компл",
                pack=4,
                weight=kilograms(length * 0.0034),
                properties=_facts(length, travel, 40, closer, "цинк"),
                pace=4 if length in {450, 500} and mark == "SC" else 1,
            )


def _boxes() -> Iterator[Good]:
    for height, name, base in (
        (84, "низкий", 3180),
        (135, "средний", 3790),
        (199, "высокий", 4640),
    ):
        for length in (350, 400, 450, 500):
            yield Good(
                sku=f"RX{height}-{length}",
                name=f"Ящик с бортами «Рейлан Бокс» {name}, {length} мм",
                category=(_ROOT, "Ящики с бортами"),
                brand="Рейлан",
                series="Бокс",
                price=money(base + (length - 350) * 2.4),
                description=(
                    f"Тонкий стальной борт 13 мм высотой {height} мм даёт на 30 мм больше места "
                    "внутри, чем ящик из плиты. Скрытые направляющие с доводчиком, держатели "
                    "фасада и задней стенки в комплекте; дно 16 мм пилите сами по схеме."
                ),
                drawing=Drawing("drawer-box", tint="silk", across=str(length), down=str(height)),
                unit="компл",
                pack=2,
                weight=kilograms(2.1 + height * 0.006 + length * 0.0018),
                properties=_facts(length, "полное", 40, "встроенный", "")
                + properties({"Высота, мм": height}),
                variants=_BOX_COLOURS,
                pace=2 if length in {450, 500} else 1,
            )


def _pull_outs() -> Iterator[Good]:
    for width, price in ((150, 4980), (200, 5460), (300, 6890)):
        for levels, words in ((2, "двухъярусная"), (3, "трёхъярусная")):
            yield Good(
                sku=f"RBT-{width}-{levels}",
                name=f"Бутылочница {words} для секции {width} мм",
                category=(_ROOT, "Бутылочницы"),
                brand="Рейлан",
                series="Карго",
                price=money(price * (1 if levels == 2 else 1.24)),
                description=(
                    f"Выдвижная корзина для узкой секции {width} мм: масла, соусы и противни стоят "
                    "у плиты. Полное выдвижение с доводчиком, поддоны из нескользящего пластика "
                    "вынимаются и моются."
                ),
                drawing=Drawing("cargo", across=str(width)),
                unit="компл",
                weight=kilograms(4.2 + width * 0.008 + levels * 0.6),
                properties=properties(
                    {
                        "Ширина корпуса, мм": width,
                        "Выдвижение": "полное",
                        "Доводчик": "встроенный",
                        "Нагрузка, кг": 16,
                        "Покрытие": "хром",
                        "Гарантия": "5 лет",
                    }
                ),
                pace=1,
            )


def _parts() -> Iterator[Good]:
    rows = (
        ("RX-R1", "Рейлинг продольный для «Рейлан Бокс», 500 мм, пара", 690, "пар", 4),
        ("RX-D1", "Разделитель поперечный для «Рейлан Бокс», 600 мм", 540, "шт", 4),
        (
            "RS-SY",
            "Синхронизатор для скрытых направляющих с отталкивателем, 1200 мм",
            480,
            "компл",
            4,
        ),
        ("RS-JG", "Шаблон присадки скрытых направляющих", 1260, "шт", 1),
    )
    for sku, name, price, unit, pack in rows:
        yield Good(
            sku=sku,
            name=name,
            category=(_ROOT, "Принадлежности"),
            brand="Рейлан",
            series="Бокс" if sku.startswith("RX") else "Софт",
            price=money(price),
            description=(
                "Дополняет ящики «Рейлан»: ставится на готовые отверстия борта и направляющей, "
                "сверлить не нужно."
            ),
            drawing=Drawing("rail", across="500"),
            unit=unit,
            pack=pack,
            weight=kilograms(0.24),
            properties=properties({"Материал": "сталь", "Покрытие": "цинк"}),
            pace=1,
        )


def _facts(
    length: int, travel: str, load: int, closer: str, finish: str
) -> tuple[tuple[str, str], ...]:
    return properties(
        {
            "Длина, мм": length,
            "Выдвижение": travel,
            "Нагрузка, кг": load,
            "Доводчик": closer,
            "Покрытие": finish,
            "Материал": "сталь",
            "Гарантия": "5 лет",
        }
    )
