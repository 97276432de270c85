"""Dealers and their people."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import factory

from base.models import User
from dealer_area.carting import cart_of
from dealer_area.models import Cart, CartLine, Dealer, LegalEntity, Membership, Outlet, Role
from dealer_area.quoting import prices_of
from dealer_area.terms import terms_for
from sync.models import Agreement, Connection, Contract, Counterparty, Offer, PriceType, Warehouse
from sync.reading import offers_by_ids
from tests.factories.base import UserFactory
from tests.factories.sync import (
    AgreementFactory,
    ConnectionFactory,
    ContractFactory,
    CounterpartyFactory,
    OfferFactory,
    PriceTypeFactory,
    ProductFactory,
    WarehouseFactory,
    tell_prices,
    tell_stock,
)


class DealerFactory(factory.django.DjangoModelFactory[Dealer]):
    """A dealer company."""

    class Meta:
        model = Dealer

    name = factory.Sequence(lambda n: f"Кухни Поволжья {n}")
    connection = factory.SubFactory(ConnectionFactory)


class OutletFactory(factory.django.DjangoModelFactory[Outlet]):
    """A salon of a dealer."""

    class Meta:
        model = Outlet

    dealer = factory.SubFactory(DealerFactory)
    name = factory.Sequence(lambda n: f"Салон {n}")


class LegalEntityFactory(factory.django.DjangoModelFactory[LegalEntity]):
    """A legal entity that 1C does not know yet."""

    class Meta:
        model = LegalEntity

    dealer = factory.SubFactory(DealerFactory)
    name = factory.Sequence(lambda n: f"ООО «Кухни {n}»")


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    """A person at a dealer; `outlets=[...]` limits him."""

    class Meta:
        model = Membership
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory)
    dealer = factory.SubFactory(DealerFactory)
    role = Role.BUYER

    @factory.post_generation
    def outlets(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        """Set the outlets after the row exists."""
        if create and extracted:
            self.outlets.set(extracted)


@dataclass(frozen=True)
class Trade:
    """A dealer who can order: everything that stands around one member."""

    connection: Connection
    price_type: PriceType
    warehouse: Warehouse
    dealer: Dealer
    outlet: Outlet
    counterparty: Counterparty
    legal_entity: LegalEntity
    agreement: Agreement
    contract: Contract
    membership: Membership

    @property
    def user(self) -> User:
        """The member as a person."""
        return self.membership.user


def make_trade(role: Role = Role.BUYER, *, markup: str = "40", **price_type: Any) -> Trade:
    """A dealer with an outlet, a legal entity, a contract (price type "Дилер") and a member."""
    connection = ConnectionFactory()
    kind = PriceTypeFactory(connection=connection, name="Дилер", slot=None, **price_type)
    warehouse = WarehouseFactory(connection=connection, name="Казань")
    agreement = AgreementFactory(connection=connection, price_type=kind, warehouse=warehouse)
    dealer = DealerFactory(connection=connection, markup_percent=Decimal(markup))
    outlet = OutletFactory(dealer=dealer, name="Салон на Салимжанова")
    counterparty = CounterpartyFactory(connection=connection, name="ООО «Кухни Поволжья»")
    legal_entity = LegalEntityFactory(
        dealer=dealer, counterparty=counterparty, name="ООО «Кухни Поволжья»"
    )
    contract = ContractFactory(
        connection=connection,
        counterparty=counterparty,
        agreement=agreement,
        name="Договор 118/К-2025",
        number="118/К-2025",
    )
    membership = MembershipFactory(dealer=dealer, role=role, outlets=[outlet])
    return Trade(
        connection,
        kind,
        warehouse,
        dealer,
        outlet,
        counterparty,
        legal_entity,
        agreement,
        contract,
        membership,
    )


def make_goods(
    trade: Trade, count: int = 1, *, price: str = "258.00", stock: str = "100", **product: Any
) -> list[Offer]:
    """Offers that the dealer can buy, read as the portal reads them."""
    made = []
    for _number in range(count):
        goods = ProductFactory(connection=trade.connection, **product)
        offer = OfferFactory(product=goods)
        tell_prices(offer, {trade.price_type.pk: price})
        tell_stock(offer, {trade.warehouse.pk: stock})
        made.append(offer.pk)
    found = offers_by_ids(made)
    return [found[pk] for pk in made]


def fill_at_once(trade: Trade, offers: list[Offer], quantity: int = 2) -> Cart:
    """The member's cart with these offers in it, all seen at their prices."""
    cart = cart_of(trade.membership)
    terms = terms_for(trade.membership)
    CartLine.objects.bulk_create(
        CartLine(
            cart=cart,
            offer=offer,
            quantity=quantity,
            seen_price=price.amount if (price := prices_of(offer, terms)[0]) else None,
        )
        for offer in offers
    )
    return cart
