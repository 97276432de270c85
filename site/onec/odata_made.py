"""What stands in a made-up base of 1C: clients, contracts, settlements, orders, prices, stock.

The same numbers give the same base at every start. It is made after the structure of УТ 11.5 and of
УНФ: УТ keeps debt and advance apart behind keys of analytics, УНФ one signed sum.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from onec.odata_base import NOTHING, Base, OdataDialect, Virtual, guid

_NAMES = ("Вектор", "Гранит", "Динамика", "Заря", "Импульс", "Каскад", "Ладога", "Меридиан")


@dataclass
class _Maker:
    base: Base
    clients: int
    goods: Sequence[str]
    chance: random.Random
    today: datetime

    def object(self, entity: str, ref: str, name: str, **fields: Any) -> str:
        self.base.insert(
            entity,
            {"Ref_Key": ref, "DeletionMark": False, "Description": name, "Code": "", **fields},
        )
        return ref

    def record(self, register: str, period: datetime, kind: str, line: int, **fields: Any) -> None:
        self.base.insert(
            f"{register}_RecordType",
            {
                "Period": f"{period:%FT%T}",
                "LineNumber": str(line),
                "Active": True,
                "RecordType": kind,
                **fields,
            },
        )


def make_base(
    dialect: OdataDialect,
    *,
    clients: int = 40,
    goods: Sequence[str] = (),
    products: int = 50,
    today: datetime | None = None,
) -> Base:
    """A base with so many clients, and prices and stock of `goods` or of made-up ones.

    `goods` are identifiers of offers, "product" or "product#characteristic". Documents are of the
    weeks before `today`, which is without a zone.
    """
    base = Base(dialect)
    named = list(goods) or [guid("product", number) for number in range(products)]
    at = (today or datetime.now()).replace(hour=12, minute=0, second=0, microsecond=0)
    maker = _Maker(base, clients, named, random.Random(11), at)  # noqa: S311  nothing is secret
    _currencies(maker)
    if dialect == "ut11":
        _ut(maker)
    else:
        _unf(maker)
    return base


RUB, CNY = guid("currency", "RUB"), guid("currency", "CNY")
COMPANY = guid("organisation")
PRICE_TYPES = (guid("price type", "opt"), guid("price type", "retail"))
WAREHOUSES = (guid("warehouse", 1), guid("warehouse", 2))
BOX = guid("package", "box")


def _currencies(maker: _Maker) -> None:
    maker.object("Catalog_Валюты", RUB, "RUB", Code="643")
    maker.object("Catalog_Валюты", CNY, "CNY", Code="156")
    maker.object("Catalog_Организации", COMPANY, "ООО «Поставщик»")


def _inn(number: int) -> str:
    return f"77{number:08d}"


def _client_name(number: int) -> str:
    return f"{_NAMES[number % len(_NAMES)]}-{number + 1}"


def _sum(maker: _Maker) -> Decimal:
    return Decimal(maker.chance.randrange(1_000_00, 900_000_00)) / 100


def _ut(maker: _Maker) -> None:
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


def _ut_client(maker: _Maker, number: int, settled: str) -> None:
    name = _client_name(number)
    partner = maker.object("Catalog_Партнеры", guid("partner", number), name, Клиент=True)
    party = maker.object(
        "Catalog_Контрагенты",
        guid("party", number),
        f"ООО «{name}»",
        НаименованиеПолное=f"Общество с ограниченной ответственностью «{name}»",
        ИНН=_inn(number),
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
        amount = _sum(maker)
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
        _paid(
            maker,
            "Document_ПоступлениеБезналичныхДенежныхСредств",
            code,
            when,
            paid,
            Валюта_Key=currency,
            Контрагент=party,
            Контрагент_Type="StandardODATA.Catalog_Контрагенты",
        )


def _paid(
    maker: _Maker, entity: str, code: str, at: datetime, amount: Decimal, **fields: str
) -> None:
    maker.base.insert(
        entity,
        {
            "Ref_Key": guid("payment", code),
            "DeletionMark": False,
            "Posted": True,
            "Number": code,
            "Date": f"{at:%FT%T}",
            "СуммаДокумента": amount,
            "НазначениеПлатежа": f"Оплата по заказу {code}",
            "НомерВходящегоДокумента": str(int(code[-6:])),
            "ДатаВходящегоДокумента": f"{at:%F}T00:00:00",
            **fields,
        },
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
    maker: _Maker,
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
            "СуммаДокумента": _sum(maker),
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


def _unf(maker: _Maker) -> None:
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


def _unf_client(maker: _Maker, number: int, settled: str, state: str) -> None:
    name = _client_name(number)
    party = maker.object(
        "Catalog_Контрагенты",
        guid("party", number),
        f"ООО «{name}»",
        IsFolder=False,
        НаименованиеПолное=f"Общество с ограниченной ответственностью «{name}»",
        ИНН=_inn(number),
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
        amount = _sum(maker)
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
        _paid(
            maker,
            "Document_ПоступлениеНаСчет",
            f"НФ00-{900000 + number}",
            maker.today - timedelta(days=3),
            Decimal(10_000),
            ВалютаДенежныхСредств_Key=currency,
            Контрагент_Key=party,
        )


def _unf_advance(
    maker: _Maker, number: int, settled: str, party: str, contract: str, rate: Decimal
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
