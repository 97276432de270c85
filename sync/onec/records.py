"""What 1C said, as values: one frozen record for each kind of object on the wire.

A record tells only what the message told. ``None`` in a field means "not told, keep what is
known"; an empty string or an empty tuple means "told to be empty". References are the identifiers
of 1C as text, lower-cased when they are GUIDs (see :func:`sync.onec.values.ref`). Amounts and
quantities are Decimals exactly as received; times are naive, in the time zone of the connection.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

CounterpartyKind = Literal["company", "sole_trader", "person"]


@dataclass(frozen=True, slots=True)
class CategoryRecord:
    """1C: Классификатор/Группы/Группа. ``parent_ref`` is empty for a root."""

    ref: str
    name: str | None
    parent_ref: str
    archived: bool


@dataclass(frozen=True, slots=True)
class PropertyRecord:
    """1C: Классификатор/Свойства/Свойство. A property of goods or of offers."""

    ref: str
    name: str | None
    value_type: str
    for_offers: bool
    archived: bool


@dataclass(frozen=True, slots=True)
class PropertyValueRecord:
    """1C: Свойство/ВариантыЗначений/Справочник. One entry of a property's dictionary."""

    ref: str
    property_ref: str
    value: str


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """1C: Каталог/Товары/Товар.

    ``name`` is ``None`` for a bare deletion mark: then only ``archived`` is told.
    ``vat_rate`` is in percent, ``None`` is "without VAT". ``properties`` pairs a property with
    its raw values (dictionary values as references); ``requisites`` pairs a requisite's name
    with its values. ``pictures``: ``None`` keeps the list, ``()`` removes all, else the whole
    list, the main picture first.
    """

    ref: str
    archived: bool
    name: str | None = None
    full_name: str = ""
    sku: str = ""
    barcode: str = ""
    code: str = ""
    item_type: str = ""
    unit: str = ""
    unit_code: str = ""
    country: str = ""
    brand: str = ""
    manufacturer: str = ""
    weight: Decimal | None = None
    description: str | None = None
    vat_rate: Decimal | None = None
    category_refs: tuple[str, ...] = ()
    properties: tuple[tuple[str, tuple[str, ...]], ...] = ()
    requisites: tuple[tuple[str, tuple[str, ...]], ...] = ()
    pictures: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class PriceTypeRecord:
    """1C: ТипыЦен/ТипЦены. ``vat_included`` is ``None`` when the tax is not described."""

    ref: str
    name: str | None
    currency: str
    vat_included: bool | None
    archived: bool


@dataclass(frozen=True, slots=True)
class WarehouseRecord:
    """1C: Склады/Склад."""

    ref: str
    name: str | None
    address: str
    archived: bool


@dataclass(frozen=True, slots=True)
class PriceRecord:
    """1C: Предложение/Цены/Цена. ``amount`` is the price of one base unit, not rounded.

    ``currency`` is an ISO code, empty when not told, or the raw text when it is not known.
    """

    price_type_ref: str
    amount: Decimal
    currency: str
    min_quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StockRecord:
    """Quantity of one offer at one warehouse, as received: it may be negative.

    ``warehouse_ref`` is empty when 1C told only a total.
    """

    warehouse_ref: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class OfferIdentity:
    """What an offer says about itself besides prices and stock."""

    name: str | None
    sku: str
    barcode: str
    characteristics: tuple[tuple[str, str], ...]
    properties: tuple[tuple[str, tuple[str, ...]], ...]
    pictures: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class OfferRecord:
    """1C: Предложение. Each facet is ``None`` when the message does not tell it.

    ``prices`` and ``stock`` are whole truths for the offer when told: a price type or a
    warehouse that is not listed has no price and no stock.
    """

    ref: str
    product_ref: str
    archived: bool | None
    identity: OfferIdentity | None
    prices: tuple[PriceRecord, ...] | None
    stock: tuple[StockRecord, ...] | None


@dataclass(frozen=True, slots=True)
class RemoteLineRecord:
    """1C: Документ/Товары/Товар. A product may stand in several lines of one document."""

    ref: str
    product_ref: str
    sku: str
    name: str
    unit: str
    quantity: Decimal
    price: Decimal
    amount: Decimal | None
    vat_rate: Decimal | None
    is_service: bool


@dataclass(frozen=True, slots=True)
class RemoteOrderRecord:
    """1C: Документ. An order as 1C has it now.

    ``number`` and ``ordered_on`` are the portal's own, ``remote_number`` and ``remote_on`` those
    of 1C. ``requisites`` keeps every requisite, its name lower-cased without spaces. Flags are
    ``None`` when the document does not tell them. ``digest`` is a hash of the content without
    the version number: equal digest, nothing new.
    """

    ref: str
    number: str
    ordered_on: date | None
    operation: str
    role: str
    currency: str
    amount: Decimal | None
    comment: str
    remote_number: str
    remote_on: date | None
    status: str
    status_code: str
    posted: bool | None
    deleted: bool | None
    cancelled: bool | None
    paid: bool | None
    paid_number: str
    paid_on: date | None
    shipped: bool | None
    shipped_number: str
    shipped_on: date | None
    counterparty: CounterpartyRecord | None
    lines: tuple[RemoteLineRecord, ...]
    requisites: tuple[tuple[str, str], ...]
    changed_at: datetime | None
    digest: int


@dataclass(frozen=True, slots=True)
class PartnerRecord:
    """1C: Справочник.Партнеры."""

    ref: str
    name: str
    archived: bool = False


@dataclass(frozen=True, slots=True)
class CounterpartyRecord:
    """1C: Справочник.Контрагенты. The legal entity or person that orders and pays."""

    ref: str
    partner_ref: str
    name: str
    full_name: str
    inn: str
    kpp: str
    kind: CounterpartyKind
    archived: bool = False


@dataclass(frozen=True, slots=True)
class AgreementRecord:
    """1C: Справочник.СоглашенияСКлиентами. Price type, warehouse and currency of a partner."""

    ref: str
    partner_ref: str
    name: str
    price_type_ref: str
    warehouse_ref: str
    currency: str
    archived: bool = False


@dataclass(frozen=True, slots=True)
class ContractRecord:
    """1C: Справочник.ДоговорыКонтрагентов. Credit limit and deferral of a legal entity."""

    ref: str
    counterparty_ref: str
    partner_ref: str
    agreement_ref: str
    number: str
    name: str
    signed_on: date | None
    organisation_ref: str
    organisation_name: str
    currency: str
    price_type_ref: str
    credit_limit: Decimal | None
    deferral_days: int | None
    archived: bool = False


@dataclass(frozen=True, slots=True)
class OrderStatusRecord:
    """What a channel without documents tells of an order: its state alone, lines are not told.

    ``number`` is the portal's, ``ref`` and ``remote_number`` are 1C's; one of them is enough.
    ``amount`` and the flags are ``None`` when not told.
    """

    ref: str
    number: str
    remote_number: str = ""
    remote_on: date | None = None
    status: str = ""
    posted: bool | None = None
    deleted: bool | None = None
    cancelled: bool | None = None
    paid: bool | None = None
    paid_on: date | None = None
    shipped: bool | None = None
    shipped_on: date | None = None
    amount: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class SettlementRecord:
    """A balance (``moved_at`` is ``None``) or a movement of the settlements with a client.

    ``amount`` is in ``currency``, the contract's own: above zero the client owes. ``base_amount``
    is the same in the currency of 1C's books. ``kind`` is of movements only: shipment, payment,
    return or correction. ``ref`` is made by the channel out of what tells the row from others.
    """

    ref: str
    counterparty_ref: str
    contract_ref: str
    organisation_ref: str
    currency: str
    amount: Decimal
    base_amount: Decimal | None = None
    document_ref: str = ""
    document_name: str = ""
    document_number: str = ""
    document_on: date | None = None
    order_number: str = ""
    due_on: date | None = None
    kind: str = ""
    moved_at: datetime | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True)
class PaymentRecord:
    """Money received, by 1C's document or by a line of a bank statement (``source`` "bank").

    ``ref`` is 1C's identifier, empty in a statement.
    """

    ref: str
    source: Literal["onec", "bank"]
    number: str
    paid_on: date
    amount: Decimal
    currency: str = ""
    payer_name: str = ""
    payer_inn: str = ""
    payer_account: str = ""
    our_account: str = ""
    purpose: str = ""
    order_number: str = ""
    counterparty_ref: str = ""


@dataclass(frozen=True, slots=True)
class OfferPricesRecord:
    """All prices of one offer; a price type that is not listed has none."""

    ref: str
    prices: tuple[PriceRecord, ...]


@dataclass(frozen=True, slots=True)
class OfferStockRecord:
    """The whole stock of one offer; a warehouse that is not listed has none."""

    ref: str
    stock: tuple[StockRecord, ...]


@dataclass(frozen=True, slots=True)
class WholeRecord:
    """The end of a telling that was whole: what of its kind was not told is settled or gone.

    It stands behind all that was told. ``counterparty_refs`` are those it was whole for, empty
    when it was the whole base.
    """

    counterparty_refs: tuple[str, ...] = ()


Record = (
    PartnerRecord
    | CounterpartyRecord
    | AgreementRecord
    | ContractRecord
    | RemoteOrderRecord
    | OrderStatusRecord
    | SettlementRecord
    | PaymentRecord
    | OfferPricesRecord
    | OfferStockRecord
    | WholeRecord
)


@dataclass(frozen=True, slots=True)
class Row:
    """One object of a stored file of records.

    ``position`` counts from 1 and is the same at every reading of the file. ``kind`` is that of
    the record ("partner", "balance", ...), ``version`` 1C's mark of the object's state, empty when
    not told. ``record`` is ``None`` when the object cannot be read: ``error`` then says why, plain
    words first and particulars behind. ``fragment`` is the object as it arrived, for a person.
    """

    position: int
    kind: str
    ref: str
    version: str
    record: Record | None
    error: tuple[str, ...] = ()
    fragment: str = ""
