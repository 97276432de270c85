"""Small exchange files, and taking them as a worker does."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from sync.models import (
    Category,
    ChangeBatch,
    Connection,
    Offer,
    OfferPrices,
    OfferStock,
    PriceType,
    Product,
    Property,
    PropertyValue,
    ReceivedFile,
    Run,
    Warehouse,
)
from sync.runs import importing
from tests.factories.sync import ExchangeSessionFactory

MIRROR = (
    Category,
    Property,
    PropertyValue,
    PriceType,
    Warehouse,
    Product,
    Offer,
    OfferPrices,
    OfferStock,
)


def message(content: str, encoding: str = "UTF-8") -> bytes:
    """A whole file around the children of its root."""
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n'
        '<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_2" ВерсияСхемы="2.07">'
        f"{content}</КоммерческаяИнформация>"
    )
    return text.encode(encoding)


def group(ref: str, name: str, inside: str = "") -> str:
    """A group with those below it."""
    below = f"<Группы>{inside}</Группы>" if inside else ""
    return f"<Группа><Ид>{ref}</Ид><Наименование>{name}</Наименование>{below}</Группа>"


def prop(ref: str, name: str, values: dict[str, str] | None = None) -> str:
    """A property, with a dictionary when it has values."""
    if values is None:
        return (
            f"<Свойство><Ид>{ref}</Ид><Наименование>{name}</Наименование>"
            "<ТипЗначений>Строка</ТипЗначений></Свойство>"
        )
    entries = "".join(
        f"<Справочник><ИдЗначения>{key}</ИдЗначения><Значение>{value}</Значение></Справочник>"
        for key, value in values.items()
    )
    return (
        f"<Свойство><Ид>{ref}</Ид><Наименование>{name}</Наименование>"
        f"<ТипЗначений>Справочник</ТипЗначений><ВариантыЗначений>{entries}</ВариантыЗначений>"
        "</Свойство>"
    )


def classifier(groups: str = "", properties: str = "") -> str:
    """The classifier of a file."""
    return (
        "<Классификатор><Ид>c</Ид><Наименование>Каталог</Наименование>"
        f"<Группы>{groups}</Группы><Свойства>{properties}</Свойства></Классификатор>"
    )


def product(ref: str, name: str = "Ручка", inside: str = "", attributes: str = "") -> str:
    """One product."""
    return f"<Товар{attributes}><Ид>{ref}</Ид><Наименование>{name}</Наименование>{inside}</Товар>"


def goods(*products: str) -> str:
    """The catalogue of a file."""
    return f"<Каталог><Ид>c</Ид><Товары>{''.join(products)}</Товары></Каталог>"


def price(type_ref: str, amount: str, inside: str = "") -> str:
    """One price of an offer."""
    return (
        f"<Цена><ИдТипаЦены>{type_ref}</ИдТипаЦены><ЦенаЗаЕдиницу>{amount}</ЦенаЗаЕдиницу>"
        f"{inside}</Цена>"
    )


def offer(ref: str, inside: str = "", name: str = "Ручка") -> str:
    """One offer with a name."""
    title = f"<Наименование>{name}</Наименование>" if name else ""
    return f"<Предложение><Ид>{ref}</Ид>{title}{inside}</Предложение>"


def package(*offers: str, types: str = "", places: str = "") -> str:
    """A package of offers."""
    return (
        f"<ПакетПредложений><Ид>c</Ид><ТипыЦен>{types}</ТипыЦен><Склады>{places}</Склады>"
        f"<Предложения>{''.join(offers)}</Предложения></ПакетПредложений>"
    )


def changes(*offers: str) -> str:
    """A package that tells only what changed."""
    return (
        '<ИзмененияПакетаПредложений СодержитТолькоИзменения="true"><Ид>c#</Ид>'
        f"<Предложения>{''.join(offers)}</Предложения></ИзмененияПакетаПредложений>"
    )


def price_type(ref: str, name: str = "Опт", currency: str = "руб") -> str:
    """A price type with VAT included."""
    return (
        f"<ТипЦены><Ид>{ref}</Ид><Наименование>{name}</Наименование><Валюта>{currency}</Валюта>"
        "<Налог><Наименование>НДС</Наименование><УчтеноВСумме>true</УчтеноВСумме></Налог></ТипЦены>"
    )


def store(connection: Connection, content: bytes, *, kind: str = "catalog") -> Run:
    """A received file with its queued run."""
    session = ExchangeSessionFactory(connection=connection)
    root = Path(settings.EXCHANGE_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    name = f"{session.key}.xml"
    (root / name).write_bytes(content)
    file = ReceivedFile.objects.create(
        session=session, connection=connection, upload=1, name="import.xml", kind=kind, path=name
    )
    return Run.objects.create(connection=connection, file=file, kind=kind, title="import.xml")


def take(connection: Connection, content: str | bytes, *, kind: str = "catalog") -> Run:
    """Store a file and take it to its end."""
    whole = message(content) if isinstance(content, str) else content
    run = store(connection, whole, kind=kind)
    importing.import_run(run.pk, owner="worker")
    run.refresh_from_db()
    return run


def state_of_mirror() -> list[object]:
    """Every row of the mirror with everything in it, and the number of change batches."""
    rows: list[object] = [
        (model.__name__, sorted(map(repr, model.objects.values_list()))) for model in MIRROR
    ]
    return [*rows, ChangeBatch.objects.count()]
