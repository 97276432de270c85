"""A made-up base of УНФ: one signed sum of settlements, in two currencies."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from onec.odata_base import NOTHING, Virtual, guid
from onec.odata_maker import (
    BOX,
    CNY,
    COMPANY,
    PRICE_TYPES,
    RUB,
    WAREHOUSES,
    Maker,
    client_name,
    inn,
    pay,
    some_sum,
)


def make_unf(maker: Maker) -> None:
    """Fill the base as УНФ keeps things."""
    base = maker.base
    settled = "AccumulationRegister_РасчетыСПокупателями"
    stock = "AccumulationRegister_ЗапасыНаСкладах"
    base.virtual[settled] = Virtual(
        "Balance",
        ("Организация", "ТипРасчетов", "Контрагент", "Договор", "Документ", "Заказ"),
        ("Сумма", "СуммаВал"),
    )
    base.virtual[stock] = Virtual(
        "Balance",
        ("Организация", "СтруктурнаяЕдиница", "Номенклатура", "Характеристика", "Партия", "Ячейка"),
        ("Количество",),
    )
    for place, name in enumerate(("Оптовая цена", "Розничная цена")):
        maker.object("Catalog_ВидыЦен", PRICE_TYPES[place], name, ВалютаЦены_Key=RUB)
    maker.object("Catalog_ЕдиницыИзмерения", BOX, "кор", Коэффициент=12)
    work = maker.object("Catalog_СостоянияЗаказовПокупателей", guid("state", 1), "В работе")
    for number in range(maker.clients):
        _unf_client(maker, number, settled, work)
    prices = "InformationRegister_ЦеныНоменклатуры"
    base.virtual[prices] = Virtual(
        "SliceLast", ("ВидЦен_Key", "Номенклатура_Key", "Характеристика_Key")
    )
    for number, offer in enumerate(maker.goods):
        product, _hash, variant = offer.partition("#")
        for column, price_type in enumerate(PRICE_TYPES):
            boxed = column == 0 and number % 10 == 3
            kind = "ЕдиницыИзмерения" if boxed else "КлассификаторЕдиницИзмерения"
            price = Decimal(100 + number * 7 + column * 30)
            base.insert(
                prices,
                {
                    "Period": f"{maker.today - timedelta(days=60):%FT%T}",
                    "ВидЦен_Key": price_type,
                    "Номенклатура_Key": product,
                    "Характеристика_Key": variant or NOTHING,
                    "Цена": price * 12 if boxed else price,
                    "Актуальность": True,
                    "ЕдиницаИзмерения": BOX if boxed else guid("unit"),
                    "ЕдиницаИзмерения_Type": f"StandardODATA.Catalog_{kind}",
                },
            )
        for place, warehouse in enumerate(WAREHOUSES):
            maker.record(
                stock,
                maker.today - timedelta(days=30),
                "Receipt",
                1,
                Recorder=guid("arrival", number, place),
                Recorder_Type="StandardODATA.Document_ПриходнаяНакладная",
                Организация_Key=COMPANY,
                СтруктурнаяЕдиница_Key=warehouse,
                Номенклатура_Key=product,
                Характеристика_Key=variant or NOTHING,
                Партия_Key=NOTHING,
                Ячейка_Key=NOTHING,
                Количество=Decimal(number % 50 + place * 5),
            )


def _unf_client(maker: Maker, number: int, settled: str, state: str) -> None:
    name = client_name(number)
    party = maker.object(
        "Catalog_Контрагенты",
        guid("party", number),
        f"ООО «{name}»",
        IsFolder=False,
        НаименованиеПолное=f"Общество с ограниченной ответственностью «{name}»",
        ИНН=inn(number),
        КПП="770101001",
        ВидКонтрагента="ЮридическоеЛицо",
        Недействителен=False,
        Покупатель=True,
    )
    currency = CNY if number % 7 == 6 else RUB
    contract = maker.object(
        "Catalog_ДоговорыКонтрагентов",
        guid("contract", number),
        f"Договор {number + 1}/26",
        Owner_Key=party,
        Организация_Key=COMPANY,
        НомерДоговора=f"{number + 1}/26",
        ДатаДоговора="2026-01-15T00:00:00",
        ВалютаРасчетов_Key=currency,
        ВидЦен_Key=PRICE_TYPES[0],
        СрокОплатыПокупателя="14",
        ВидДоговора="СПокупателем",
        Недействителен=False,
    )
    rate = Decimal("12.5") if currency == CNY else Decimal(1)
    for line in range(1, 3):
        at = maker.today - timedelta(days=12 * line, minutes=number)
        code = f"НФ00-{number * 2 + line:06d}"
        order = guid("order", code)
        amount = some_sum(maker)
        base_amount = (amount * rate).quantize(Decimal("0.01"))
        maker.base.insert(
            "Document_ЗаказПокупателя",
            {
                "Ref_Key": order,
                "DeletionMark": False,
                "Number": code,
                "Date": f"{at:%FT%T}",
                "Posted": True,
                "Контрагент_Key": party,
                "Договор_Key": contract,
                "ВалютаДокумента_Key": currency,
                "СуммаДокумента": amount,
                "СостояниеЗаказа_Key": state,
                "ВариантЗавершения": "Отменен" if number % 11 == 10 else "",
            },
        )
        shown = f"Расходная накладная {code} от {at:%d.%m.%Y %H:%M:%S}"
        maker.record(
            settled,
            at,
            "Receipt",
            1,
            Recorder=guid("shipment", code),
            Recorder_Type="StandardODATA.Document_РасходнаяНакладная",
            Recorder____Presentation=shown,
            Организация_Key=COMPANY,
            ТипРасчетов="Долг",
            Контрагент_Key=party,
            Договор_Key=contract,
            Документ=guid("shipment", code),
            Документ_Type="StandardODATA.Document_РасходнаяНакладная",
            Документ____Presentation=shown,
            Заказ=order,
            Заказ_Type="StandardODATA.Document_ЗаказПокупателя",
            Заказ____Presentation=f"Заказ покупателя {code} от {at:%d.%m.%Y %H:%M:%S}",
            Сумма=base_amount,
            СуммаВал=amount,
        )
    if number % 5 == 4:
        _unf_advance(maker, number, settled, party, contract, rate)
        pay(
            maker,
            "Document_ПоступлениеНаСчет",
            f"НФ00-{900000 + number}",
            maker.today - timedelta(days=3),
            Decimal(10_000),
            ВалютаДенежныхСредств_Key=currency,
            Контрагент_Key=party,
        )


def _unf_advance(
    maker: Maker, number: int, settled: str, party: str, contract: str, rate: Decimal
) -> None:
    """An advance: УНФ keeps it as an expense of another kind of settlements."""
    at = maker.today - timedelta(days=3, minutes=number)
    shown = f"Поступление на счет НФ00-{900000 + number} от {at:%d.%m.%Y %H:%M:%S}"
    amount = Decimal(10_000)
    maker.record(
        settled,
        at,
        "Expense",
        1,
        Recorder=guid("advance", number),
        Recorder_Type="StandardODATA.Document_ПоступлениеНаСчет",
        Recorder____Presentation=shown,
        Организация_Key=COMPANY,
        ТипРасчетов="Аванс",
        Контрагент_Key=party,
        Договор_Key=contract,
        Документ=guid("advance", number),
        Документ_Type="StandardODATA.Document_ПоступлениеНаСчет",
        Документ____Presentation=shown,
        Заказ=NOTHING,
        Заказ_Type="StandardODATA.Undefined",
        Заказ____Presentation="",
        Сумма=amount * rate,
        СуммаВал=amount,
    )
