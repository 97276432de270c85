"""The mirror of 1C, written by `sync` alone, and the books of the exchange itself."""

from sync.models.catalogue import (
    FACET_FIELDS,
    LISTED_FIELDS,
    Category,
    Offer,
    OfferPrices,
    OfferStock,
    Picture,
    Product,
    Property,
    PropertyValue,
)
from sync.models.exchange import (
    ChangeBatch,
    Connection,
    ExchangeSession,
    Lease,
    Parked,
    ReceivedFile,
    Rejection,
    Run,
)
from sync.models.keeping import Absence, Alarm, Alias, Schedule, Token, Twin, Version
from sync.models.mirror import Mirrored, MirrorQuerySet
from sync.models.orders import OrderBatch, OutboxOrder, RemoteOrder
from sync.models.partners import Agreement, Contract, Counterparty, Organisation, Partner
from sync.models.settlements import Payment, SettlementBalance, SettlementEntry
from sync.models.trade import PriceType, Warehouse

__all__ = [
    "FACET_FIELDS",
    "LISTED_FIELDS",
    "Absence",
    "Agreement",
    "Alarm",
    "Alias",
    "Category",
    "ChangeBatch",
    "Connection",
    "Contract",
    "Counterparty",
    "ExchangeSession",
    "Lease",
    "MirrorQuerySet",
    "Mirrored",
    "Offer",
    "OfferPrices",
    "OfferStock",
    "OrderBatch",
    "Organisation",
    "OutboxOrder",
    "Parked",
    "Partner",
    "Payment",
    "Picture",
    "PriceType",
    "Product",
    "Property",
    "PropertyValue",
    "ReceivedFile",
    "Rejection",
    "RemoteOrder",
    "Run",
    "Schedule",
    "SettlementBalance",
    "SettlementEntry",
    "Token",
    "Twin",
    "Version",
    "Warehouse",
]
