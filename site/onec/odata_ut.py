"""A made-up base of УТ 11.5: debt and advance apart, behind keys of analytics."""

from __future__ import annotations

from datetime import datetime, timedelta
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


def make_ut(maker: Maker) -> None:
    """Fill the base as УТ 11.5 keeps things."""
    base = maker.base
    settled = "AccumulationRegister_РасчетыСКлиентамиПоСрокам"
    stock = "AccumulationRegister_ТоварыНаСкладах"
    base.virtual[settled] = Virtual(
        "Balance",
        (
            "АналитикаУчетаПоПартнерам",
            "ОбъектРасчетов",
            "Валюта",
            "РасчетныйДокумент",
            "ДатаПлановогоПогашения",
            "ДатаВозникновения",
        ),
        ("Долг", "ДолгУпр", "ДолгРегл", "Предоплата", "ПредоплатаУпр", "ПредоплатаРегл"),
    )
    base.virtual[stock] = Virtual(
        "Balance",
        ("Номенклатура", "Характеристика", "Назначение", "Склад"),
        ("ВНаличии", "КОтгрузке"),
    )
    maker.object(
        "Catalog_УпаковкиЕдиницыИзмерения", BOX, "коробка (12 шт)", Числитель=12, Знаменатель=1
    )
    for number in range(maker.clients):
        _ut_client(maker, number, settled)
    prices = "InformationRegister_ЦеныНоменклатуры_RecordType"
    base.virtual[prices] = Virtual(
        "SliceLast", ("Номенклатура_Key", "Характеристика_Key", "ВидЦены_Key")
    )
    for number, offer in enumerate(maker.goods):
        product, _hash, variant = offer.partition("#")
        for column, price_type in enumerate(PRICE_TYPES):
            price = Decimal(100 + number * 7 + column * 30)
            boxed = column == 0 and number % 10 == 3
            base.insert(
                prices,
                {
                    "Period": f"{maker.today - timedelta(days=60):%FT%T}",
                    "Recorder": guid("prices", number),
                    "Active": True,
                    "Номенклатура_Key": product,
                    "Характеристика_Key": variant or NOTHING,
                    "ВидЦены_Key": price_type,
                    "Цена": price * 12 if boxed else price,
                    "Упаковка_Key": BOX if boxed else NOTHING,
                    "Валюта_Key": RUB,
                },
            )
        for place, warehouse in enumerate(WAREHOUSES):
            maker.record(
                stock,
                maker.today - timedelta(days=30),
                "Receipt",
                1,
                Recorder=guid("arrival", number, place),
                Recorder_Type="StandardODATA.Document_ПриобретениеТоваровУслуг",
                Номенклатура_Key=product,
                Характеристика_Key=variant or NOTHING,
                Назначение_Key=NOTHING,
                Склад_Key=warehouse,
                ВНаличии=Decimal(number % 50 + place * 5),
                КОтгрузке=Decimal(number % 3) if number % 50 > 3 else Decimal(0),
            )


def _ut_client(maker: Maker, number: int, settled: str) -> None:
    name = client_name(number)
    partner = maker.object("Catalog_Партнеры", guid("partner", number), name, Клиент=True)
    party = maker.object(
        "Catalog_Контрагенты",
        guid("party", number),
        f"ООО «{name}»",
        НаименованиеПолное=f"Общество с ограниченной ответственностью «{name}»",
        ИНН=inn(number),
        КПП="770101001",
        ЮрФизЛицо="ЮрЛицо",
        Партнер_Key=partner,
    )
    currency = CNY if number % 7 == 6 else RUB
    maker.object(
        "Catalog_СоглашенияСКлиентами",
        guid("agreement", number),
        f"Соглашение с «{name}»",
        Партнер_Key=partner,
        ВидЦен_Key=PRICE_TYPES[0],
        Склад_Key=WAREHOUSES[0],
        Валюта_Key=currency,
        Статус="Действует",
    )
    contract = maker.object(
        "Catalog_ДоговорыКонтрагентов",
        guid("contract", number),
        f"Договор {number + 1}/26",
        Контрагент_Key=party,
        Партнер_Key=partner,
        Организация_Key=COMPANY,
        Номер=f"{number + 1}/26",
        Дата="2026-01-15T00:00:00",
        ВалютаВзаиморасчетов_Key=currency,
        ОграничиватьСуммуЗадолженности=True,
        ДопустимаяСуммаЗадолженности=500000,
        СрокОплаты=14,
        Статус="Действует",
        ТипДоговора="СПокупателем",
    )
    key = maker.object(
        "Catalog_КлючиАналитикиУчетаПоПартнерам",
        guid("key", number),
        f"{name}; Поставщик",
        Партнер_Key=partner,
        Организация_Key=COMPANY,
        Контрагент_Key=party,
        Договор_Key=contract,
    )
    rate = Decimal("12.5") if currency == CNY else Decimal(1)
    for line in range(1, 4):
        at = maker.today - timedelta(days=12 * line, minutes=number)
        code = f"00УТ-{number * 3 + line:06d}"
        order = _ut_order(maker, code, at, partner, party, contract, currency)
        amount = some_sum(maker)
        where = {
            "АналитикаУчетаПоПартнерам_Key": key,
            "ОбъектРасчетов_Key": maker.object(
                "Catalog_ОбъектыРасчетов",
                guid("object", code),
                f"Заказ клиента {code}",
                Объект=order,
                Объект_Type="StandardODATA.Document_ЗаказКлиента",
                Номер=code,
                Дата=f"{at:%FT%T}",
                Организация_Key=COMPANY,
                Контрагент_Key=party,
                Договор_Key=contract,
            ),
            "Валюта_Key": currency,
            "РасчетныйДокумент": guid("shipment", code),
            "РасчетныйДокумент_Type": "StandardODATA.Document_РеализацияТоваровУслуг",
            "РасчетныйДокумент____Presentation": (
                f"Реализация товаров и услуг {code} от {at:%d.%m.%Y %H:%M:%S}"
            ),
            "ДатаПлановогоПогашения": f"{at + timedelta(days=14):%F}T00:00:00",
            "ДатаВозникновения": f"{at:%FT%T}",
        }
        maker.record(
            settled,
            at,
            "Receipt",
            1,
            Recorder=guid("shipment", code),
            Recorder_Type="StandardODATA.Document_РеализацияТоваровУслуг",
            Recorder____Presentation=where["РасчетныйДокумент____Presentation"],
            **where,
            **_ut_sums(amount, rate),
        )
        if line == 3:
            continue
        paid = amount if line == 2 else amount / 2
        paid = paid.quantize(Decimal("0.01"))
        when = at + timedelta(days=5)
        maker.record(
            settled,
            when,
            "Expense",
            1,
            Recorder=guid("payment", code),
            Recorder_Type="StandardODATA.Document_ПоступлениеБезналичныхДенежныхСредств",
            Recorder____Presentation=(
                f"Поступление безналичных ДС {code} от {when:%d.%m.%Y %H:%M:%S}"
            ),
            **where,
            **_ut_sums(paid, rate),
        )
        pay(
            maker,
            "Document_ПоступлениеБезналичныхДенежныхСредств",
            code,
            when,
            paid,
            Валюта_Key=currency,
            Контрагент=party,
            Контрагент_Type="StandardODATA.Catalog_Контрагенты",
        )


def _ut_sums(amount: Decimal, rate: Decimal) -> dict[str, Decimal]:
    base = (amount * rate).quantize(Decimal("0.01"))
    return {
        "Долг": amount,
        "ДолгУпр": base,
        "ДолгРегл": base,
        "Предоплата": Decimal(0),
        "ПредоплатаУпр": Decimal(0),
        "ПредоплатаРегл": Decimal(0),
    }


def _ut_order(
    maker: Maker,
    code: str,
    at: datetime,
    partner: str,
    party: str,
    contract: str,
    currency: str,
) -> str:
    order = guid("order", code)
    maker.base.insert(
        "Document_ЗаказКлиента",
        {
            "Ref_Key": order,
            "DeletionMark": False,
            "Number": code,
            "Date": f"{at:%FT%T}",
            "Posted": True,
            "Партнер_Key": partner,
            "Контрагент_Key": party,
            "Договор_Key": contract,
            "Валюта_Key": currency,
            "СуммаДокумента": some_sum(maker),
            "Статус": "КОтгрузке",
            "НомерПоДаннымКлиента": "",
        },
    )
    maker.base.insert(
        "InformationRegister_СостоянияЗаказовКлиентов",
        {
            "Заказ": order,
            "Заказ_Type": "StandardODATA.Document_ЗаказКлиента",
            "Состояние": "ГотовКЗакрытию" if code.endswith("2") else "ГотовКОтгрузке",
            "ПроцентОплаты": 100 if code.endswith("2") else 50,
            "ПроцентОтгрузки": 100,
            "ДатаСобытия": f"{at:%FT%T}",
        },
    )
    return order
