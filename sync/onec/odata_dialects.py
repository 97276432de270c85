"""Under which names УТ 11 (КА 2, ERP 2) and УНФ keep what the portal asks their OData for.

The names of registers, dimensions and resources are those of the configurations УТ 11.5 and УНФ.
Where releases differ, a part lists the names from the newest to the oldest.
"""

from __future__ import annotations

from collections.abc import Mapping

from sync.onec.odata_queries import Dialect, Lookup, Part

_CURRENCIES = Lookup("currency", ("Catalog_Валюты",), ("Code", "Description"))
_NEEDED_CURRENCIES = Lookup("currency", ("Catalog_Валюты",), ("Code", "Description"), needed=True)
_ORGANISATIONS = Lookup(
    "organisation", ("Catalog_Организации",), ("Description",), of=("Организация_Key",)
)
_CATALOG = ("DataVersion", "DeletionMark")
_DOCUMENT = ("DataVersion", "DeletionMark", "Posted", "Number", "Date")
_MOVED = ("Recorder", "Recorder_Type", "Recorder____Presentation", "Active", "RecordType")

_UT_KEYS = Lookup(
    "party",
    ("Catalog_КлючиАналитикиУчетаПоПартнерам",),
    ("Партнер_Key", "Организация_Key", "Контрагент_Key", "Договор_Key"),
    of=("АналитикаУчетаПоПартнерам_Key",),
    needed=True,
)
_UT_OBJECTS = Lookup(
    "object",
    ("Catalog_ОбъектыРасчетов",),
    (
        "Объект",
        "Объект_Type",
        "Номер",
        "Дата",
        "Организация_Key",
        "Контрагент_Key",
        "Договор_Key",
    ),
    of=("ОбъектРасчетов_Key",),
    needed=True,
)
_UT_SETTLED = {
    "party": "АналитикаУчетаПоПартнерам_Key",
    "object": "ОбъектРасчетов_Key",
    "currency": "Валюта_Key",
}

UT11 = Dialect(
    name="ut11",
    parts={
        "counterparties": (
            Part("partner", ("Catalog_Партнеры",), {"name": "Description"}, extra=_CATALOG),
            Part(
                "counterparty",
                ("Catalog_Контрагенты",),
                {
                    "name": "Description",
                    "full_name": "НаименованиеПолное",
                    "inn": "ИНН",
                    "kpp": "КПП",
                    "kind": "ЮрФизЛицо",
                    "partner": "Партнер_Key",
                },
                extra=_CATALOG,
            ),
        ),
        "contracts": (
            Part(
                "agreement",
                ("Catalog_СоглашенияСКлиентами",),
                {
                    "name": "Description",
                    "partner": "Партнер_Key",
                    "price_type": "ВидЦен_Key",
                    "warehouse": "Склад_Key",
                    "currency": "Валюта_Key",
                    "status": "Статус",
                },
                extra=_CATALOG,
                lookups=(_CURRENCIES,),
            ),
            Part(
                "contract",
                ("Catalog_ДоговорыКонтрагентов",),
                {
                    "name": "Description",
                    "counterparty": "Контрагент_Key",
                    "partner": "Партнер_Key",
                    "organisation": "Организация_Key",
                    "number": "Номер",
                    "signed_on": "Дата",
                    "currency": "ВалютаВзаиморасчетов_Key",
                    "is_limited": "ОграничиватьСуммуЗадолженности",
                    "credit_limit": "ДопустимаяСуммаЗадолженности",
                    "deferral_days": "СрокОплаты",
                    "status": "Статус",
                    "type": "ТипДоговора",
                },
                extra=_CATALOG,
                lookups=(_CURRENCIES, _ORGANISATIONS),
            ),
        ),
        "settlements": (
            Part(
                "balance",
                ("AccumulationRegister_РасчетыСКлиентамиПоСрокам",),
                {
                    **_UT_SETTLED,
                    "document": "РасчетныйДокумент",
                    "document_type": "РасчетныйДокумент_Type",
                    "presentation": "РасчетныйДокумент____Presentation",
                    "due_on": "ДатаПлановогоПогашения",
                    "debt": "ДолгBalance",
                    "advance": "ПредоплатаBalance",
                    "base_debt": "ДолгРеглBalance",
                    "base_advance": "ПредоплатаРеглBalance",
                },
                function="Balance",
                dimensions=(
                    "АналитикаУчетаПоПартнерам",
                    "ОбъектРасчетов",
                    "Валюта",
                    "РасчетныйДокумент",
                    "ДатаПлановогоПогашения",
                ),
                key="АналитикаУчетаПоПартнерам_Key",
                repeats=True,
                whole=True,
                lookups=(_NEEDED_CURRENCIES, _UT_KEYS, _UT_OBJECTS),
            ),
            Part(
                "settlement",
                ("AccumulationRegister_РасчетыСКлиентамиПоСрокам_RecordType",),
                {
                    **_UT_SETTLED,
                    "debt": "Долг",
                    "advance": "Предоплата",
                    "base_debt": "ДолгРегл",
                    "base_advance": "ПредоплатаРегл",
                },
                extra=_MOVED,
                key="Period",
                repeats=True,
                since="Period",
                days=92,
                lookups=(_NEEDED_CURRENCIES, _UT_KEYS, _UT_OBJECTS),
            ),
        ),
        "statuses": (
            Part(
                "status",
                ("Document_ЗаказКлиента",),
                {"status": "Статус", "amount": "СуммаДокумента", "currency": "Валюта_Key"},
                extra=_DOCUMENT,
                since="Date",
                days=92,
                lookups=(
                    _CURRENCIES,
                    Lookup(
                        "state",
                        ("InformationRegister_СостоянияЗаказовКлиентов",),
                        ("Состояние", "ПроцентОплаты", "ПроцентОтгрузки"),
                        of=("Ref_Key",),
                        key="Заказ",
                        casts_to="Document_ЗаказКлиента",
                    ),
                ),
            ),
        ),
        "payments": (
            Part(
                "payment",
                ("Document_ПоступлениеБезналичныхДенежныхСредств",),
                {
                    "amount": "СуммаДокумента",
                    "currency": "Валюта_Key",
                    "counterparty": "Контрагент",
                    "purpose": "НазначениеПлатежа",
                    "number": "НомерВходящегоДокумента",
                    "paid_on": "ДатаВходящегоДокумента",
                },
                extra=_DOCUMENT,
                since="Date",
                days=92,
                lookups=(_CURRENCIES,),
            ),
        ),
        "prices": (
            Part(
                "price",
                (
                    "InformationRegister_ЦеныНоменклатуры25_RecordType",
                    "InformationRegister_ЦеныНоменклатуры_RecordType",
                    "InformationRegister_ЦеныНоменклатуры",
                ),
                {
                    "product": "Номенклатура_Key",
                    "variant": "Характеристика_Key",
                    "price_type": "ВидЦены_Key",
                    "amount": "Цена",
                    "package": "Упаковка_Key",
                    "currency": "Валюта_Key",
                },
                function="SliceLast",
                key="Номенклатура_Key",
                repeats=True,
                lookups=(
                    _CURRENCIES,
                    Lookup(
                        "package",
                        ("Catalog_УпаковкиЕдиницыИзмерения", "Catalog_УпаковкиНоменклатуры"),
                        ("Числитель", "Знаменатель"),
                        of=("Упаковка_Key",),
                    ),
                ),
            ),
        ),
        "stock": (
            Part(
                "stock",
                ("AccumulationRegister_ТоварыНаСкладах",),
                {
                    "product": "Номенклатура_Key",
                    "variant": "Характеристика_Key",
                    "warehouse": "Склад_Key",
                    "quantity": "ВНаличииBalance",
                    "reserved": "КОтгрузкеBalance",
                },
                function="Balance",
                dimensions=("Номенклатура", "Характеристика", "Склад"),
                key="Номенклатура_Key",
                repeats=True,
                whole=True,
            ),
        ),
    },
)

_UNF_CONTRACTS = Lookup(
    "contract",
    ("Catalog_ДоговорыКонтрагентов",),
    ("ВалютаРасчетов_Key", "СрокОплатыПокупателя"),
    of=("Договор_Key",),
    needed=True,
)
_UNF_SETTLED = {
    "counterparty": "Контрагент_Key",
    "contract": "Договор_Key",
    "organisation": "Организация_Key",
    "order": "Заказ",
    "order_presentation": "Заказ____Presentation",
}

UNF = Dialect(
    name="unf",
    parts={
        "counterparties": (
            Part(
                "counterparty",
                ("Catalog_Контрагенты",),
                {
                    "name": "Description",
                    "full_name": "НаименованиеПолное",
                    "inn": "ИНН",
                    "kpp": "КПП",
                    "kind": "ВидКонтрагента",
                    "is_void": "Недействителен",
                },
                extra=("IsFolder", *_CATALOG),
            ),
        ),
        "contracts": (
            Part(
                "contract",
                ("Catalog_ДоговорыКонтрагентов",),
                {
                    "name": "Description",
                    "counterparty": "Owner_Key",
                    "organisation": "Организация_Key",
                    "number": "НомерДоговора",
                    "signed_on": "ДатаДоговора",
                    "currency": "ВалютаРасчетов_Key",
                    "price_type": "ВидЦен_Key",
                    "deferral_days": "СрокОплатыПокупателя",
                    "type": "ВидДоговора",
                    "is_void": "Недействителен",
                },
                extra=_CATALOG,
                lookups=(_CURRENCIES, _ORGANISATIONS),
            ),
        ),
        "settlements": (
            Part(
                "balance",
                ("AccumulationRegister_РасчетыСПокупателями",),
                {
                    **_UNF_SETTLED,
                    "document": "Документ",
                    "document_type": "Документ_Type",
                    "presentation": "Документ____Presentation",
                    "settled_as": "ТипРасчетов",
                    "amount": "СуммаВалBalance",
                    "base_amount": "СуммаBalance",
                },
                function="Balance",
                dimensions=(
                    "Организация",
                    "ТипРасчетов",
                    "Контрагент",
                    "Договор",
                    "Документ",
                    "Заказ",
                ),
                key="Контрагент_Key",
                repeats=True,
                whole=True,
                lookups=(_NEEDED_CURRENCIES, _UNF_CONTRACTS),
            ),
            Part(
                "settlement",
                ("AccumulationRegister_РасчетыСПокупателями_RecordType",),
                {**_UNF_SETTLED, "amount": "СуммаВал", "base_amount": "Сумма"},
                extra=_MOVED,
                key="Period",
                repeats=True,
                since="Period",
                days=92,
                lookups=(_NEEDED_CURRENCIES, _UNF_CONTRACTS),
            ),
        ),
        "statuses": (
            Part(
                "status",
                ("Document_ЗаказПокупателя",),
                {
                    "state": "СостояниеЗаказа_Key",
                    "ended": "ВариантЗавершения",
                    "amount": "СуммаДокумента",
                    "currency": "ВалютаДокумента_Key",
                },
                extra=_DOCUMENT,
                since="Date",
                days=92,
                lookups=(
                    _CURRENCIES,
                    Lookup(
                        "state",
                        ("Catalog_СостоянияЗаказовПокупателей",),
                        ("Description",),
                        of=("СостояниеЗаказа_Key",),
                    ),
                ),
            ),
        ),
        "payments": (
            Part(
                "payment",
                ("Document_ПоступлениеНаСчет",),
                {
                    "amount": "СуммаДокумента",
                    "currency": "ВалютаДенежныхСредств_Key",
                    "counterparty": "Контрагент_Key",
                    "purpose": "НазначениеПлатежа",
                    "number": "НомерВходящегоДокумента",
                    "paid_on": "ДатаВходящегоДокумента",
                },
                extra=_DOCUMENT,
                since="Date",
                days=92,
                lookups=(_CURRENCIES,),
            ),
        ),
        "prices": (
            Part(
                "price",
                (
                    "InformationRegister_ЦеныНоменклатуры",
                    "InformationRegister_ЦеныНоменклатуры_RecordType",
                ),
                {
                    "product": "Номенклатура_Key",
                    "variant": "Характеристика_Key",
                    "price_type": "ВидЦен_Key",
                    "amount": "Цена",
                    "is_actual": "Актуальность",
                    "package": "ЕдиницаИзмерения",
                    "package_type": "ЕдиницаИзмерения_Type",
                },
                function="SliceLast",
                key="Номенклатура_Key",
                repeats=True,
                lookups=(
                    _CURRENCIES,
                    Lookup(
                        "package",
                        ("Catalog_ЕдиницыИзмерения",),
                        ("Коэффициент",),
                        of=("ЕдиницаИзмерения",),
                        type="Catalog_ЕдиницыИзмерения",
                    ),
                    Lookup("price_type", ("Catalog_ВидыЦен",), ("ВалютаЦены_Key",)),
                ),
            ),
        ),
        "stock": (
            Part(
                "stock",
                ("AccumulationRegister_ЗапасыНаСкладах",),
                {
                    "product": "Номенклатура_Key",
                    "variant": "Характеристика_Key",
                    "warehouse": "СтруктурнаяЕдиница_Key",
                    "quantity": "КоличествоBalance",
                },
                function="Balance",
                dimensions=("Номенклатура", "Характеристика", "СтруктурнаяЕдиница"),
                key="Номенклатура_Key",
                repeats=True,
                whole=True,
            ),
        ),
    },
)

DIALECTS: Mapping[str, Dialect] = {dialect.name: dialect for dialect in (UT11, UNF)}
