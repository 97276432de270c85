"""The exchange files of `traffic.py`: goods, offers and stock deltas of a base of 1C."""

from __future__ import annotations

import random
import uuid

PRICE_TYPE, WAREHOUSES = "price-type", ("north", "south")
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_2" ВерсияСхемы="2.07">'
)
TAIL = "</КоммерческаяИнформация>"


def ref(number: int) -> str:
    """The GUID of a product."""
    return str(uuid.UUID(int=random.Random(number).getrandbits(128)))


def goods_xml(size: int, edition: int) -> str:
    """`import.xml` with every product; each edition changes a tenth of the names."""
    return "".join(
        (
            HEAD,
            "<Классификатор><Ид>c</Ид><Наименование>К</Наименование><Группы>",
            *(
                f"<Группа><Ид>g{n}</Ид><Наименование>Группа {n}</Наименование></Группа>"
                for n in range(20)
            ),
            "</Группы></Классификатор><Каталог><Ид>c</Ид><Товары>",
            *(
                f"<Товар><Ид>{ref(n)}</Ид><Артикул>Т-{n}</Артикул><Наименование>Товар {n}, "
                f"издание {edition if n % 10 == edition % 10 else 0}</Наименование>"
                f"<Группы><Ид>g{n % 20}</Ид></Группы><БазоваяЕдиница>шт</БазоваяЕдиница></Товар>"
                for n in range(size)
            ),
            "</Товары></Каталог>",
            TAIL,
        )
    )


def offers_xml(stock: dict[str, tuple[int, int]]) -> str:
    """`offers.xml` with prices and the stock of this moment."""
    return "".join(
        (
            HEAD,
            "<ПакетПредложений><Ид>c</Ид><ТипыЦен><ТипЦены>",
            f"<Ид>{PRICE_TYPE}</Ид><Наименование>Дилер</Наименование><Валюта>руб</Валюта>",
            "<Налог><Наименование>НДС</Наименование><УчтеноВСумме>true</УчтеноВСумме></Налог>",
            "</ТипЦены></ТипыЦен><Предложения>",
            *(
                f"<Предложение><Ид>{own}</Ид><Наименование>Товар</Наименование><Цены><Цена>"
                f"<ИдТипаЦены>{PRICE_TYPE}</ИдТипаЦены><ЦенаЗаЕдиницу>100</ЦенаЗаЕдиницу></Цена>"
                f"</Цены>{_stock(quantities)}</Предложение>"
                for own, quantities in stock.items()
            ),
            "</Предложения></ПакетПредложений>",
            TAIL,
        )
    )


def delta_xml(stock: dict[str, tuple[int, int]]) -> str:
    """`offers0_1.xml` that tells stock alone."""
    return "".join(
        (
            HEAD,
            '<ИзмененияПакетаПредложений СодержитТолькоИзменения="true"><Ид>c#</Ид><Предложения>',
            *(
                f"<Предложение><Ид>{own}</Ид>{_stock(quantities)}</Предложение>"
                for own, quantities in stock.items()
            ),
            "</Предложения></ИзмененияПакетаПредложений>",
            TAIL,
        )
    )


def _stock(quantities: tuple[int, int]) -> str:
    rows = "".join(
        f"<Склады><ИдСклада>{place}</ИдСклада><КоличествоНаСкладе>{quantity}</КоличествоНаСкладе>"
        "</Склады>"
        for place, quantity in zip(WAREHOUSES, quantities, strict=True)
        if quantity
    )
    return f"<Количество>{sum(quantities)}</Количество>{rows}"
