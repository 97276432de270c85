"""Worktops, wall panels and their plinths: brand "Слэб"."""

from __future__ import annotations

from collections.abc import Iterator

from demo.goods import Drawing, Good, kilograms, money, properties

_ROOT = "Столешницы и панели"
_STONES = (
    ("CA", "кальката", 1.0),
    ("AR", "арктика", 0.94),
    ("GR", "гранит серый", 0.97),
    ("NB", "ночной базальт", 1.06),
    ("TR", "травертин", 1.0),
)
_LAMINATES = (
    ("MB", "мрамор белый", "worktop"),
    ("KS", "камень серый", "worktop-grey"),
    ("BT", "бетон светлый", "worktop"),
    ("DN", "дуб натуральный", "worktop-oak"),
    ("DS", "дуб сонома", "worktop-oak"),
    ("OR", "орех тёмный", "worktop-walnut"),
    ("CH", "чёрный сланец", "worktop-dark"),
    ("TZ", "терраццо", "worktop"),
    ("DM", "дуб мокко", "worktop-walnut"),
    ("TR", "травертин", "worktop"),
    ("YS", "ясень светлый", "worktop-oak"),
    ("GF", "графит", "worktop-dark"),
)
_TINTS = {
    "worktop": "",
    "worktop-grey": "stone",
    "worktop-oak": "oak",
    "worktop-walnut": "walnut",
    "worktop-dark": "ink",
}


def goods() -> Iterator[Good]:
    """Quartz, laminate and solid wood, then panels and plinths in the same decors."""
    yield from _quartz()
    yield from _laminate()
    yield from _wood()
    yield from _panels()
    yield from _plinths()


def _quartz() -> Iterator[Good]:
    for code, decor, factor in _STONES:
        for depth in (600, 900):
            yield Good(
                sku=f"SL-30{depth}-{code}",
                name=f"Столешница кварцевая «Слэб» {decor}, 3000 × {depth} × 20 мм",
                category=(_ROOT, "Кварцевый агломерат"),
                brand="Слэб",
                series="Кварц",
                price=money(round(48600 * factor * depth / 600, -2)),
                description=(
                    f"Кварцевый агломерат, декор «{decor}»: не впитывает вино и свёклу, горячую "
                    "сковороду ставят на подставку. Плита 20 мм, кромка с фаской 2 мм, вырез под "
                    "мойку делаем по чертежу за два дня."
                ),
                drawing=Drawing(
                    "worktop", tint="ink" if code == "NB" else "", across="3000", down=str(depth)
                ),
                weight=kilograms(3 * depth / 1000 * 48),
                properties=properties(
                    {
                        "Длина, мм": 3000,
                        "Глубина, мм": depth,
                        "Толщина, мм": 20,
                        "Материал": "кварцевый агломерат",
                        "Цвет": decor,
                        "Гарантия": "10 лет",
                    }
                ),
                pace=1,
            )


def _laminate() -> Iterator[Good]:
    for code, decor, drawing in _LAMINATES:
        for length in (3000, 4200):
            yield Good(
                sku=f"SP-{length // 100}600-{code}",
                name=f"Столешница HPL «Слэб» {decor}, {length} × 600 × 38 мм",
                category=(_ROOT, "Пластик HPL"),
                brand="Слэб",
                series="HPL",
                price=money(round(7900 * length / 3000, -1)),
                description=(
                    f"Пластик высокого давления 0,8 мм на влагостойкой плите, декор «{decor}», "
                    "завал переднего края радиусом 3 мм. Торцы закрывает кромка в цвет из "
                    "комплекта."
                ),
                drawing=Drawing(
                    "worktop-oak" if "oak" in drawing or "walnut" in drawing else "worktop",
                    tint=_TINTS[drawing],
                    across=str(length),
                    down="600",
                ),
                weight=kilograms(length / 1000 * 0.6 * 27),
                properties=properties(
                    {
                        "Длина, мм": length,
                        "Глубина, мм": 600,
                        "Толщина, мм": 38,
                        "Материал": "ДСП, пластик HPL",
                        "Цвет": decor,
                        "Класс эмиссии": "E0,5",
                    }
                ),
                pace=2,
            )


def _wood() -> Iterator[Good]:
    for code, wood, tint, price in (
        ("D", "дуб", "oak", 24800),
        ("J", "ясень", "ash", 22600),
        ("O", "орех", "walnut", 36900),
    ):
        for length in (2400, 3000):
            yield Good(
                sku=f"SM-{length // 100}-{code}",
                name=f"Столешница из массива «Слэб» {wood}, {length} × 600 × 40 мм",
                category=(_ROOT, "Массив"),
                brand="Слэб",
                series="Массив",
                price=money(round(price * length / 3000, -2)),
                description=(
                    f"Цельноламельный щит, {wood} сорта А, под маслом с твёрдым воском. Раз в год "
                    "протирайте маслом, и пятна от чая остаются в чашке."
                ),
                drawing=Drawing("worktop-oak", tint=tint, across=str(length), down="600"),
                weight=kilograms(length / 1000 * 0.6 * 28),
                properties=properties(
                    {
                        "Длина, мм": length,
                        "Глубина, мм": 600,
                        "Толщина, мм": 40,
                        "Материал": wood,
                        "Покрытие": "масло с воском",
                    }
                ),
            )


def _panels() -> Iterator[Good]:
    for code, decor, drawing in _LAMINATES:
        yield Good(
            sku=f"SW-3060-{code}",
            name=f"Стеновая панель «Слэб» {decor}, 3000 × 600 × 6 мм",
            category=(_ROOT, "Стеновые панели"),
            brand="Слэб",
            series="HPL",
            price=money(4380),
            description=(
                f"Фартук в цвет столешницы, декор «{decor}». Компактная плита 6 мм не боится "
                "пара и губки, режется обычным диском, клеится на герметик."
            ),
            drawing=Drawing("wall-panel", tint=_TINTS[drawing], across="3000", down="600"),
            weight=kilograms(14.6),
            properties=properties(
                {
                    "Длина, мм": 3000,
                    "Высота, мм": 600,
                    "Толщина, мм": 6,
                    "Материал": "компакт-плита",
                    "Цвет": decor,
                }
            ),
            pace=1,
        )
    for code, name, price in (("GS", "стекло прозрачное", 6900), ("GM", "стекло матовое", 7600)):
        yield Good(
            sku=f"SW-3060-{code}",
            name=f"Стеновая панель «Слэб» {name}, 3000 × 600 × 6 мм",
            category=(_ROOT, "Стеновые панели"),
            brand="Слэб",
            series="Стекло",
            price=money(price),
            description=(
                "Закалённое стекло 6 мм с полированным торцом. Отверстия под розетки сверлим до "
                "закалки, пришлите развёртку стены."
            ),
            drawing=Drawing("wall-panel", tint="glass", across="3000", down="600"),
            weight=kilograms(27),
            properties=properties(
                {"Длина, мм": 3000, "Высота, мм": 600, "Толщина, мм": 6, "Материал": "стекло"}
            ),
        )


def _plinths() -> Iterator[Good]:
    for code, decor, _drawing in _LAMINATES:
        yield Good(
            sku=f"SK-30-{code}",
            name=f"Плинтус пристеночный «Слэб» {decor}, 3000 мм",
            category=(_ROOT, "Плинтусы"),
            brand="Слэб",
            series="HPL",
            price=money(690),
            description=(
                "Алюминиевый плинтус с вставкой из того же пластика, что столешница. Мягкая губка "
                "прижимается к неровной стене, кабель подсветки прячется внутри."
            ),
            drawing=Drawing("plinth", tint=_TINTS[_drawing], across="3000"),
            pack=5,
            weight=kilograms(0.92),
            properties=properties({"Длина, мм": 3000, "Материал": "алюминий", "Цвет": decor}),
            pace=1,
        )
    yield Good(
        sku="SK-K",
        name="Комплект заглушек и уголков для плинтуса «Слэб»",
        category=(_ROOT, "Плинтусы"),
        brand="Слэб",
        series="HPL",
        price=money(148),
        description="Внутренний и внешний уголки и две заглушки, цвет алюминий или чёрный.",
        drawing=Drawing("cap", across="26"),
        unit="компл",
        pack=20,
        weight=kilograms(0.04),
        properties=properties({"Материал": "пластик"}),
        pace=1,
    )
