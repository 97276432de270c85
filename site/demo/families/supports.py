"""Feet, plinths and fasteners: what holds a kitchen level and together."""

from __future__ import annotations

from collections.abc import Iterator

from demo.goods import Drawing, Good, Variant, kilograms, money, properties

_ROOT = "Опоры и крепёж"
_PLINTH_COLOURS = (
    Variant("AL", (("Цвет", "алюминий"),)),
    Variant("BK", (("Цвет", "чёрный"),)),
    Variant("WH", (("Цвет", "белый"),)),
)


def goods() -> Iterator[Good]:
    """Feet by height, plinths, hangers, then fasteners by the bag."""
    yield from _feet()
    yield from _plinths()
    yield from _hangers()
    yield from _fasteners()


def _feet() -> Iterator[Good]:
    for height in (60, 80, 100, 120, 150):
        yield Good(
            sku=f"OP-{height}",
            name=f"Опора регулируемая {height} мм",
            category=(_ROOT, "Опоры"),
            brand="Контур",
            series="Уровень",
            price=money(26 + height * 0.22),
            description=(
                f"Пластиковая опора высотой {height} мм, ход регулировки −5…+20 мм, "
                "нагрузка 160 кг. "
                "Клипса цоколя защёлкивается на ножку, площадка на четыре шурупа или дюбель."
            ),
            drawing=Drawing("leg", down=str(height)),
            pack=100,
            weight=kilograms(0.03 + height * 0.0003),
            properties=properties(
                {"Высота, мм": height, "Нагрузка, кг": 160, "Материал": "пластик", "Цвет": "чёрный"}
            ),
            pace=3 if height == 100 else 1,
        )


def _plinths() -> Iterator[Good]:
    for height in (100, 120, 150):
        yield Good(
            sku=f"OC-{height}",
            name=f"Цоколь пластиковый {height} мм, 4000 мм",
            category=(_ROOT, "Цоколи"),
            brand="Контур",
            series="Уровень",
            price=money(690 + height * 3.4),
            description=(
                f"Цоколь высотой {height} мм с уплотнителем у пола: вода не уходит под шкафы. "
                "Клипсы и угол на четыре метра в комплекте."
            ),
            drawing=Drawing("plinth", across="4000", down=str(height)),
            pack=1,
            weight=kilograms(2.1 + height * 0.006),
            properties=properties({"Длина, мм": 4000, "Высота, мм": height, "Материал": "ПВХ"}),
            variants=_PLINTH_COLOURS,
            pace=2,
        )
    yield Good(
        sku="OC-V",
        name="Решётка вентиляционная в цоколь, 440 мм",
        category=(_ROOT, "Цоколи"),
        brand="Контур",
        series="Уровень",
        price=money(390),
        description=(
            "Вырез 420 × 60 мм, пропускает воздух к холодильнику и духовке, пыль снимается щёткой."
        ),
        drawing=Drawing("grille", across="440"),
        pack=10,
        weight=kilograms(0.14),
        properties=properties({"Длина, мм": 440, "Материал": "алюминий"}),
        variants=_PLINTH_COLOURS[:2],
    )


def _hangers() -> Iterator[Good]:
    rows = (
        ("OH-130", "Навес скрытый регулируемый, 130 кг, пара", 286, "пар", 20, 130),
        ("OH-80", "Навес регулируемый с заглушкой, 80 кг, пара", 118, "пар", 50, 80),
        ("OH-R2", "Шина монтажная стальная, 2000 мм", 264, "шт", 20, 0),
        ("OH-AN", "Уголок против опрокидывания для пенала", 34, "шт", 50, 0),
    )
    for sku, name, price, unit, pack, load in rows:
        yield Good(
            sku=sku,
            name=name,
            category=(_ROOT, "Навесы"),
            brand="Контур",
            series="Уровень",
            price=money(price),
            description=(
                "Вешает шкаф на шину и выравнивает его отвёрткой изнутри по высоте и глубине, уже "
                "на стене и с посудой."
            ),
            drawing=Drawing("hanger", across="62"),
            unit=unit,
            pack=pack,
            weight=kilograms(0.19),
            properties=properties({"Нагрузка, кг": load or "", "Материал": "сталь"}),
        )


def _fasteners() -> Iterator[Good]:
    rows = (
        (
            "KF-7050",
            "Конфирмат 7 × 50 мм",
            1.9,
            1000,
            "Стягивает корпус без металла снаружи, шлиц HEX4.",
        ),
        ("KF-7070", "Конфирмат 7 × 70 мм", 2.6, 500, "Для столешниц и усиленных коробов."),
        (
            "KE-15",
            "Эксцентрик 15 мм с дюбелем",
            11.4,
            500,
            "Разборное соединение плиты 16 мм, держит после десяти разборок.",
        ),
        (
            "KS-3516",
            "Саморез 3,5 × 16 мм с потайной головкой",
            0.7,
            2000,
            "Крепит петли, планки и направляющие, жёлтый цинк.",
        ),
        (
            "KS-4030",
            "Саморез 4 × 30 мм с потайной головкой",
            1.1,
            1000,
            "Для задних стенок и монтажа фурнитуры в толстую плиту.",
        ),
        (
            "KE-EV",
            "Евровинт 6,3 × 13 мм",
            1.2,
            1000,
            "Под отверстие 5 мм системы 32, для планок и направляющих.",
        ),
        (
            "KP-05",
            "Полкодержатель стальной 5 мм",
            2.2,
            500,
            "С упором против выпадения полки при резком выдвижении.",
        ),
        (
            "KM-34",
            "Стяжка межсекционная М4, 27–37 мм",
            8.6,
            200,
            "Соединяет соседние шкафы через боковины заподлицо.",
        ),
        (
            "KT-150",
            "Стяжка столешницы угловая, 150 мм",
            48,
            50,
            "Сводит угол столешниц под 90 градусов, ключ в комплекте.",
        ),
        ("KW-08", "Шкант берёзовый 8 × 30 мм", 0.6, 2000, "Насечка держит клей, влажность 6–8 %."),
    )
    for sku, name, price, pack, text in rows:
        yield Good(
            sku=sku,
            name=name,
            category=(_ROOT, "Крепёж"),
            brand="Контур",
            series="Крепёж",
            price=money(price),
            description=f"{text} Упаковка {pack} штук, вес указан за штуку.",
            drawing=Drawing(
                "screw",
                tint="oak" if sku == "KW-08" else "",
                across=name.split("× ")[-1].split()[0] if "×" in name else "",
            ),
            pack=pack,
            minimum=pack,
            weight=kilograms(0.004),
            properties=properties({"Материал": "берёза" if sku == "KW-08" else "сталь"}),
            pace=1,
        )
