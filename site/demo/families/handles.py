"""Handles: brand "Рельеф", bow and profile handles, knobs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from demo.goods import Drawing, Good, Variant, kilograms, money, properties

_ROOT = "Ручки"
_METALS = {
    "BK": ("чёрный матовый", "1.00"),
    "NS": ("никель сатин", "1.00"),
    "BR": ("латунь брашированная", "1.14"),
    "GR": ("графит", "1.05"),
    "WH": ("белый матовый", "1.00"),
    "AL": ("алюминий", "1.00"),
}


class _Bow(NamedTuple):
    model: str
    sizes: tuple[int, ...]
    base: float
    finishes: tuple[str, ...]
    drawing: str
    text: str


_BOWS = (
    _Bow(
        "12",
        (96, 128, 160, 192, 320),
        268,
        ("BK", "NS", "BR"),
        "handle-bar",
        "Круглый пруток 12 мм на двух ножках, спокойная форма для любого фасада. Рука проходит "
        "целиком, кольцо за ручку не цепляется.",
    ),
    _Bow(
        "20",
        (128, 160, 224, 320),
        342,
        ("BK", "NS", "GR"),
        "handle-flat",
        "Плоская планка 20 × 6 мм с мягкой фаской. Держит тяжёлый ящик и не режет пальцы.",
    ),
    _Bow(
        "Арка",
        (96, 128, 160),
        296,
        ("NS", "BR"),
        "handle-arc",
        "Плавная дуга переменного сечения: у основания тоньше, в середине под ладонь. Хорошо "
        "смотрится на рамочных фасадах «Нева» и «Мста».",
    ),
    _Bow(
        "Кант",
        (128, 160, 192),
        374,
        ("BK", "BR", "WH"),
        "handle-flat",
        "Прямоугольное сечение и острый кант. Отлита из цамака, поэтому на изломе нет шва.",
    ),
    _Bow(
        "Нить",
        (160, 224, 320),
        312,
        ("BK", "BR"),
        "handle-bar",
        "Пруток 8 мм с мелкой насечкой: пальцы не скользят, даже мокрые. Насечка режется на "
        "станке, а не накатывается, и остаётся чёткой.",
    ),
    _Bow(
        "Волна",
        (128, 160, 192),
        336,
        ("NS", "GR"),
        "handle-arc",
        "Лёгкий изгиб с подхватом снизу: открывается одним пальцем. Подходит к гладким фасадам "
        "«Волхов» и «Ладога».",
    ),
    _Bow(
        "Брус",
        (160, 224, 320),
        418,
        ("BK", "NS", "WH"),
        "handle-flat",
        "Квадратное сечение 12 × 12 мм без видимых винтов. На ряду ящиков складывается в одну "
        "линию.",
    ),
    _Bow(
        "Дуб",
        (128, 160),
        520,
        ("BR", "BK"),
        "handle-wood",
        "Брусок дуба под маслом на металлических ножках. Масло обновляют раз в год тряпкой.",
    ),
)


def goods() -> Iterator[Good]:
    """Bow handles by model and size, then profiles, edge handles and knobs."""
    yield from _bows()
    yield from _edges()
    yield from _profiles()
    yield from _knobs()
    yield from _recessed()


def _bows() -> Iterator[Good]:
    for bow in _BOWS:
        for size in bow.sizes:
            code = {
                "Арка": "AR",
                "Кант": "KT",
                "Нить": "NT",
                "Дуб": "DB",
                "Волна": "VL",
                "Брус": "BR",
            }.get(bow.model, bow.model)
            yield Good(
                sku=f"RL{code}-{size}",
                name=f"Ручка-скоба «Рельеф {bow.model}», {size} мм",
                category=(_ROOT, "Скобы"),
                brand="Рельеф",
                series=bow.model,
                price=money(bow.base + size * 0.92),
                description=(
                    f"{bow.text} Межцентровое расстояние {size} мм, винты М4 × 22 в комплекте."
                ),
                drawing=Drawing(
                    bow.drawing,
                    tint="brass" if bow.finishes[0] == "BR" else "black",
                    across=str(size),
                ),
                pack=10,
                weight=kilograms(0.04 + size * 0.0005),
                properties=properties(
                    {
                        "Межцентровое расстояние, мм": size,
                        "Длина, мм": size + 24,
                        "Материал": "дуб" if bow.model == "Дуб" else "цамак",
                        "Гарантия": "5 лет",
                    }
                ),
                variants=tuple(_finish(mark) for mark in bow.finishes),
                pace=4 if size in {128, 160} else 2,
            )


def _edges() -> Iterator[Good]:
    for size in (146, 196, 296, 396, 596):
        yield Good(
            sku=f"RLT-{size}",
            name=f"Ручка торцевая «Рельеф Т», {size} мм",
            category=(_ROOT, "Торцевые"),
            brand="Рельеф",
            series="Т",
            price=money(290 + size * 1.05),
            description=(
                f"Надевается на торец фасада шириной {size} мм и видна тонкой линией. Алюминий "
                "1,8 мм, паз под плиту 16 или 19 мм, крепление шурупами с изнанки."
            ),
            drawing=Drawing("handle-edge", across=str(size)),
            pack=5,
            weight=kilograms(size * 0.00042),
            properties=properties(
                {"Длина, мм": size, "Материал": "алюминий", "Толщина фасада, мм": "16–19"}
            ),
            variants=tuple(_finish(mark) for mark in ("AL", "BK", "BR")),
            pace=3 if size in {296, 596} else 1,
        )


def _profiles() -> Iterator[Good]:
    shapes = (
        ("L", "верхний", "под столешницу"),
        ("C", "средний", "между двумя ящиками"),
        ("V", "вертикальный", "для пенала"),
    )
    for letter, place, use in shapes:
        for length in (3000, 4100):
            yield Good(
                sku=f"RLP-{letter}{length}",
                name=f"Профиль-ручка «Рельеф Гола» {place}, {length} мм",
                category=(_ROOT, "Профильные"),
                brand="Рельеф",
                series="Гола",
                price=money(2180 * length / 3000 + (190 if letter == "C" else 0)),
                description=(
                    f"Ниша вместо ручки: {place} профиль {use}. Анодированный алюминий режется под "
                    "размер ряда, стыки закрывают заглушки и уголки той же серии."
                ),
                drawing=Drawing("profile", across=str(length)),
                pack=1,
                minimum=2,
                weight=kilograms(length * 0.00078),
                properties=properties({"Длина, мм": length, "Материал": "алюминий"}),
                variants=tuple(_finish(mark) for mark in ("AL", "BK")),
                pace=1,
            )
    yield Good(
        sku="RLP-K",
        name="Комплект заглушек и уголков «Рельеф Гола»",
        category=(_ROOT, "Профильные"),
        brand="Рельеф",
        series="Гола",
        price=money(640),
        description=(
            "Две торцевые заглушки, внутренний и внешний уголки и четыре кронштейна на секцию."
        ),
        drawing=Drawing("cap", across="57"),
        unit="компл",
        pack=5,
        weight=kilograms(0.11),
        properties=properties({"Материал": "пластик"}),
        variants=tuple(_finish(mark) for mark in ("AL", "BK")),
    )


def _knobs() -> Iterator[Good]:
    rows = (
        ("K24", "Ручка-кнопка «Рельеф Точка», 24 мм", 24, 148, "цамак", ("BK", "NS", "BR")),
        ("K32", "Ручка-кнопка «Рельеф Точка», 32 мм", 32, 172, "цамак", ("BK", "NS", "BR")),
        ("KD34", "Ручка-кнопка «Рельеф Дуб», 34 мм", 34, 238, "дуб", ("BR", "BK")),
        ("KN28", "Ручка-кнопка «Рельеф Нить», 28 мм", 28, 226, "цамак", ("BK", "BR")),
        ("KF36", "Ручка-кнопка фарфоровая «Рельеф Мста», 36 мм", 36, 264, "фарфор", ("BR", "NS")),
    )
    for code, name, size, price, material, finishes in rows:
        yield Good(
            sku=f"RL-{code}",
            name=name,
            category=(_ROOT, "Кнопки"),
            brand="Рельеф",
            series="Точка" if code in {"K24", "K32"} else name.split("«Рельеф ")[1].split("»")[0],
            price=money(price),
            description=(
                f"Кнопка диаметром {size} мм на один винт М4. Ставьте её на двери навесных шкафов, "
                "а на ящики берите скобу той же серии."
            ),
            drawing=Drawing("knob", tint="oak" if material == "дуб" else "black", across=str(size)),
            pack=10,
            weight=kilograms(0.03 + size * 0.0006),
            properties=properties({"Ширина, мм": size, "Материал": material}),
            variants=tuple(_finish(mark) for mark in finishes),
            pace=2,
        )


def _recessed() -> Iterator[Good]:
    for size in (96, 160, 224):
        yield Good(
            sku=f"RLV-{size}",
            name=f"Ручка врезная «Рельеф Паз», {size} мм",
            category=(_ROOT, "Врезные"),
            brand="Рельеф",
            series="Паз",
            price=money(236 + size * 0.7),
            description=(
                "Утоплена в фасад заподлицо, не мешает в узком проходе. Гнездо фрезеруется фрезой "
                "19 мм по нашему шаблону."
            ),
            drawing=Drawing("handle-recess", across=str(size)),
            pack=10,
            weight=kilograms(0.05 + size * 0.0004),
            properties=properties({"Межцентровое расстояние, мм": size, "Материал": "алюминий"}),
            variants=tuple(_finish(mark) for mark in ("AL", "BK")),
        )


def _finish(mark: str) -> Variant:
    name, factor = _METALS[mark]
    return Variant(mark, (("Цвет", name),), money(factor))
