"""Lifts of upper doors: gas springs, folding and turning mechanisms."""

from __future__ import annotations

from collections.abc import Iterator

from demo.goods import Drawing, Good, Variant, kilograms, money, properties

_ROOT = ("Петли и подъёмники", "Подъёмники")
_COVERS = (
    Variant("W", (("Цвет", "белый"),)),
    Variant("G", (("Цвет", "светло-серый"),)),
    Variant("A", (("Цвет", "антрацит"),), money("1.04")),
)


def goods() -> Iterator[Good]:
    """Gas springs by force, then mechanisms by the weight they carry, then small parts."""
    yield from _springs()
    yield from _mechanisms()
    yield from _pushes()


def _springs() -> Iterator[Good]:
    for force in (50, 60, 80, 100, 120, 150):
        for soft in (False, True):
            yield Good(
                sku=f"YG-{force}{'S' if soft else ''}",
                name=f"Газовый лифт {force} Н" + (" с мягким закрыванием" if soft else ""),
                category=(*_ROOT, "Газовые лифты"),
                brand="Ярга",
                series="Газ",
                price=money(214 + force * 0.9 + (96 if soft else 0)),
                description=(
                    f"Поднимает фасад массой до {force // 10 + 1} кг при высоте двери 400 мм и "
                    "держит его в любой точке последней трети хода. "
                    + (
                        "Масляный тормоз опускает дверь без удара. "
                        if soft
                        else "Шток азотирован и не течёт после 30 000 циклов. "
                    )
                    + "Крепления на фасад и боковину в комплекте."
                ),
                drawing=Drawing("lift", across="244"),
                pack=10,
                weight=kilograms(0.19 + force * 0.0004),
                properties=properties(
                    {
                        "Усилие, Н": force,
                        "Доводчик": "встроенный" if soft else "нет",
                        "Материал": "сталь",
                        "Длина, мм": 244,
                        "Гарантия": "3 года",
                    }
                ),
                pace=3 if force in {80, 100} else 1,
            )


def _mechanisms() -> Iterator[Good]:
    kinds = (
        (
            "F",
            "Складной подъёмник «Ярга Фолд»",
            "Фолд",
            6480,
            "lift-fold",
            "Складные",
            "Складывает фасад из двух частей и поднимает его выше головы: секция открыта целиком, "
            "ручка остаётся в зоне руки.",
        ),
        (
            "T",
            "Поворотный подъёмник «Ярга Арк»",
            "Арк",
            5290,
            "lift-arm",
            "Откидные",
            "Одна дверь поднимается вверх и останавливается там, где её отпустили. Узкие рычаги "
            "прячутся за боковиной и не съедают полку.",
        ),
        (
            "P",
            "Параллельный подъёмник «Ярга Лайн»",
            "Лайн",
            7940,
            "lift-arm",
            "Откидные",
            "Поднимает фасад параллельно корпусу: над дверью достаточно 30 мм до карниза или "
            "светильника.",
        ),
    )
    loads = (("1", "1,5–3,5", 390), ("2", "3–6,5", 480), ("3", "6–10,5", 600), ("4", "10–15", 720))
    for letter, name, series, price, drawing, category, text in kinds:
        for number, load, height in loads:
            yield Good(
                sku=f"YL-{letter}{number}",
                name=f"{name}, фасад {load} кг",
                category=(*_ROOT, category),
                brand="Ярга",
                series=series,
                price=money(price * (0.86 + int(number) * 0.09)),
                description=(
                    f"{text} Рассчитан на фасад {load} кг высотой до {height} мм, усилие "
                    "настраивается шестигранником без снятия двери. В комплекте левый и правый "
                    "механизмы, тяги и заглушки."
                ),
                drawing=Drawing(drawing, across=str(height)),
                unit="компл",
                weight=kilograms(1.9 + int(number) * 0.35),
                properties=properties(
                    {
                        "Нагрузка, кг": load.split("–")[1].replace(",", "."),
                        "Высота, мм": height,
                        "Доводчик": "встроенный",
                        "Материал": "сталь",
                        "Гарантия": "10 лет",
                    }
                ),
                variants=_COVERS,
                pace=2 if number in "23" else 1,
            )


def _pushes() -> Iterator[Good]:
    rows = (
        ("YU-20", "Толкатель «Ярга Пуш» врезной, ход 20 мм", 118, "белый", 25),
        ("YU-38", "Толкатель «Ярга Пуш» накладной, ход 38 мм", 186, "серый", 20),
        ("YU-38B", "Толкатель «Ярга Пуш» накладной, ход 38 мм, чёрный", 194, "чёрный", 20),
        ("YD-8", "Демпфер врезной «Ярга», диаметр 8 мм", 64, "прозрачный", 50),
        ("YS-90", "Ограничитель открывания двери 90°", 41, "серый", 50),
    )
    for sku, name, price, colour, pack in rows:
        yield Good(
            sku=sku,
            name=name,
            category=(*_ROOT, "Толкатели и демпферы"),
            brand="Ярга",
            series="Пуш",
            price=money(price),
            description=(
                "Мелочь, которая решает, как закрывается кухня. Ставится в отверстие боковины или "
                "на два шурупа, под наконечником магнит или мягкая вставка из полиуретана."
            ),
            drawing=Drawing(
                "push", tint="black" if colour == "чёрный" else "", across=sku[3:5].strip("B")
            ),
            pack=pack,
            weight=kilograms(0.018),
            properties=properties({"Цвет": colour, "Материал": "пластик"}),
            pace=1,
        )
