"""Rows of the mirror and of the exchange's books."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import factory
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from base.texts import name_key, sku_key
from sync.models import (
    Agreement,
    Category,
    Connection,
    Contract,
    Counterparty,
    ExchangeSession,
    Offer,
    OfferPrices,
    OfferStock,
    Organisation,
    OutboxOrder,
    Partner,
    Payment,
    PriceType,
    Product,
    ReceivedFile,
    Run,
    SettlementBalance,
    SettlementEntry,
    Warehouse,
)
from sync.onec.outgoing import OutgoingLine, OutgoingOrder, OutgoingParty
from sync.outbox import outbound

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PASSWORD = "exchange-password"


class ConnectionFactory(DjangoModelFactory[Connection]):
    """An active base whose password is :data:`PASSWORD`."""

    class Meta:
        model = Connection

    name = factory.Sequence(lambda n: f"База {n}")
    user = factory.Sequence(lambda n: f"exchange{n}")
    password = factory.LazyFunction(lambda: make_password(PASSWORD))


class MirroredFactory(DjangoModelFactory):  # the base of several
    """What every row of the mirror has."""

    class Meta:
        abstract = True

    connection = factory.SubFactory(ConnectionFactory)
    ref = factory.LazyFunction(lambda: str(uuid.uuid4()))
    changed_at = AT


class CategoryFactory(MirroredFactory):
    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Группа {n}")
    name_key = factory.LazyAttribute(lambda row: name_key(row.name))


class PriceTypeFactory(MirroredFactory):
    class Meta:
        model = PriceType

    name = factory.Sequence(lambda n: f"Вид цен {n}")
    currency = "RUB"
    vat_included = True


class WarehouseFactory(MirroredFactory):
    class Meta:
        model = Warehouse

    name = factory.Sequence(lambda n: f"Склад {n}")


class ProductFactory(MirroredFactory):
    class Meta:
        model = Product

    name = factory.Sequence(lambda n: f"Петля накладная {n}")
    name_key = factory.LazyAttribute(lambda row: name_key(row.name))
    sku = factory.Sequence(lambda n: f"ПН-{n:04}")
    sku_key = factory.LazyAttribute(lambda row: sku_key(row.sku))
    unit = "шт"
    vat_rate = Decimal(22)


class OfferFactory(MirroredFactory):
    """An offer of its own product, in the product's base."""

    class Meta:
        model = Offer

    connection = factory.SelfAttribute("product.connection")
    product = factory.SubFactory(ProductFactory)
    ref = factory.SelfAttribute("product.ref")
    name = factory.SelfAttribute("product.name")
    sku = factory.SelfAttribute("product.sku")
    sku_key = factory.LazyAttribute(lambda row: sku_key(row.sku))


class PartnerFactory(MirroredFactory):
    class Meta:
        model = Partner

    name = factory.Sequence(lambda n: f"Партнёр {n}")


class CounterpartyFactory(MirroredFactory):
    class Meta:
        model = Counterparty

    name = factory.Sequence(lambda n: f"ООО «Покупатель {n}»")
    inn = "7707083893"
    kpp = "770701001"
    kind = Counterparty.Kind.COMPANY


class OrganisationFactory(MirroredFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Организация {n}")


class AgreementFactory(MirroredFactory):
    class Meta:
        model = Agreement

    name = factory.Sequence(lambda n: f"Соглашение {n}")


class ContractFactory(MirroredFactory):
    class Meta:
        model = Contract

    name = factory.Sequence(lambda n: f"Договор {n}")


class SettlementBalanceFactory(MirroredFactory):
    """What one client owes for one document under his contract."""

    class Meta:
        model = SettlementBalance

    connection = factory.SelfAttribute("contract.connection")
    contract = factory.SubFactory(
        ContractFactory, counterparty=factory.SubFactory(CounterpartyFactory)
    )
    counterparty = factory.SelfAttribute("contract.counterparty")
    currency = "RUB"
    amount = Decimal("48250.40")
    document_number = factory.Sequence(lambda n: f"КА00-{n:06}")
    as_of = AT


class SettlementEntryFactory(MirroredFactory):
    """A shipment to one client under his contract."""

    class Meta:
        model = SettlementEntry

    connection = factory.SelfAttribute("contract.connection")
    contract = factory.SubFactory(
        ContractFactory, counterparty=factory.SubFactory(CounterpartyFactory)
    )
    counterparty = factory.SelfAttribute("contract.counterparty")
    currency = "RUB"
    amount = Decimal("48250.40")
    kind = SettlementEntry.Kind.SHIPMENT
    document_number = factory.Sequence(lambda n: f"КА00-{n:06}")
    moved_at = AT


class PaymentFactory(DjangoModelFactory[Payment]):
    """A payment of 1C that nothing is known to belong to."""

    class Meta:
        model = Payment

    connection = factory.SubFactory(ConnectionFactory)
    key = factory.LazyFunction(lambda: str(uuid.uuid4()))
    source = Payment.Source.ONEC
    number = factory.Sequence(lambda n: f"{n:06}")
    paid_on = AT.date()
    amount = Decimal("48250.40")
    currency = "RUB"
    changed_at = AT


class ExchangeSessionFactory(DjangoModelFactory[ExchangeSession]):
    """A session seen just now by the real clock."""

    class Meta:
        model = ExchangeSession

    connection = factory.SubFactory(ConnectionFactory)
    key = factory.LazyFunction(lambda: uuid.uuid4().hex)
    exchange_type = "catalog"
    seen_at = factory.LazyFunction(lambda: datetime.now(UTC))


class ReceivedFileFactory(DjangoModelFactory[ReceivedFile]):
    """A row alone: the file itself is the test's business."""

    class Meta:
        model = ReceivedFile

    session = factory.SubFactory(ExchangeSessionFactory)
    connection = factory.SelfAttribute("session.connection")
    upload = 1
    name = "import0_1.xml"
    kind = ReceivedFile.Kind.CATALOGUE
    path = factory.Sequence(lambda n: f"tests/{n}.xml")


class RunFactory(DjangoModelFactory[Run]):
    class Meta:
        model = Run

    file = factory.SubFactory(ReceivedFileFactory)
    connection = factory.SelfAttribute("file.connection")
    kind = "catalog"
    title = factory.SelfAttribute("file.name")


def tell_prices(offer: Offer, amounts: Mapping[int, str]) -> OfferPrices:
    """Prices of an offer by price type pk."""
    return OfferPrices.objects.create(
        offer=offer,
        connection=offer.connection,
        amounts={str(pk): amount for pk, amount in amounts.items()},
        changed_at=AT,
    )


def tell_stock(offer: Offer, quantities: Mapping[int, str]) -> OfferStock:
    """Stock of an offer by warehouse pk."""
    return OfferStock.objects.create(
        offer=offer,
        connection=offer.connection,
        quantities={str(pk): quantity for pk, quantity in quantities.items()},
        changed_at=AT,
    )


def outgoing_line(**changed: Any) -> OutgoingLine:
    """Two hinges, VAT 22 % inside."""
    line = OutgoingLine(
        offer_ref="5d0c1b5e-0000-4000-8000-000000000001",
        sku="ПН-0001",
        name="Петля накладная",
        unit="шт",
        quantity=Decimal(2),
        price=Decimal("61.00"),
        amount=Decimal("122.00"),
        vat_rate=Decimal(22),
        vat_amount=Decimal("22.00"),
    )
    return replace(line, **changed)


def outgoing_order(number: str = "1001", **changed: Any) -> OutgoingOrder:
    """An order of one line that 1C would load; totals follow the lines unless they are given."""
    order = OutgoingOrder(
        number=number,
        placed_at=AT,
        currency="RUB",
        vat_included=True,
        amount=Decimal(0),
        vat_amount=Decimal(0),
        party=OutgoingParty(
            ref="0c7d6a3e-0000-4000-8000-000000000002",
            name="ООО «Уют»",
            full_name="Общество с ограниченной ответственностью «Уют»",
            inn="7707083893",
            kpp="770701001",
            kind="company",
        ),
        lines=(outgoing_line(),),
    )
    order = replace(order, **changed)
    vat = sum((line.vat_amount for line in order.lines), Decimal(0))
    goods = sum((line.amount for line in order.lines), Decimal(0))
    totals = {
        "vat_amount": vat,
        "amount": goods if order.vat_included else goods + vat,
    }
    return replace(order, **{**totals, **changed})


def queued_order(connection: Connection, order: OutgoingOrder) -> OutboxOrder:
    """The order on its way to 1C, whole."""
    outbound.enqueue(connection, order, numbers=lambda _count: [order.number])
    return OutboxOrder.objects.get(connection=connection, number=order.number)
