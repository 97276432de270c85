"""Registers of the mirror: who sees them, what they show, what a list costs."""

from __future__ import annotations

from typing import Any

import pytest

from dealer_area.roles import GroupName
from sync.models import PriceType, Property
from sync.registers.mirror import MirrorGroup
from tests.factories.admin import address, list_queries, registers, signed_in
from tests.factories.sync import (
    AT,
    AgreementFactory,
    CategoryFactory,
    ConnectionFactory,
    ContractFactory,
    CounterpartyFactory,
    OfferFactory,
    OrganisationFactory,
    PartnerFactory,
    PaymentFactory,
    PriceTypeFactory,
    ProductFactory,
    SettlementBalanceFactory,
    SettlementEntryFactory,
    WarehouseFactory,
    tell_prices,
    tell_stock,
)

pytestmark = pytest.mark.django_db


def product() -> Any:
    return ProductFactory(category=CategoryFactory())


def offer() -> Any:
    found = OfferFactory()
    tell_prices(found, {PriceTypeFactory(connection=found.connection, name="Опт").pk: "258.00"})
    tell_stock(found, {WarehouseFactory(connection=found.connection, name="Тверь").pk: "5"})
    return found


def prop() -> Any:
    return Property.objects.create(
        connection=ConnectionFactory(), ref="p", name="Цвет", changed_at=AT
    )


MAKERS: dict[str, Any] = {
    "product": product,
    "offer": offer,
    "offerprices": lambda: offer().prices,
    "offerstock": lambda: offer().stock,
    "category": lambda: CategoryFactory(parent=CategoryFactory()),
    "property": prop,
    "pricetype": PriceTypeFactory,
    "warehouse": WarehouseFactory,
    "partner": PartnerFactory,
    "counterparty": lambda: CounterpartyFactory(partner=PartnerFactory()),
    "agreement": lambda: AgreementFactory(partner=PartnerFactory(), price_type=PriceTypeFactory()),
    "contract": lambda: ContractFactory(
        counterparty=CounterpartyFactory(), agreement=AgreementFactory(), currency="RUB"
    ),
    "organisation": OrganisationFactory,
    "settlementbalance": SettlementBalanceFactory,
    "settlemententry": SettlementEntryFactory,
    "payment": lambda: PaymentFactory(counterparty=CounterpartyFactory()),
}
REGISTERS = registers(MirrorGroup)


@pytest.mark.parametrize("register", REGISTERS, ids=lambda r: r.opts.model_name)
def test_a_register_opens_to_integration_and_not_to_advertising(register: Any) -> None:
    row = MAKERS[register.opts.model_name]()
    allowed, other = signed_in(GroupName.INTEGRATION), signed_in(GroupName.ADVERTISING)
    for target in (address(register, "index"), address(register, "inspect", row)):
        assert allowed.get(target).status_code == 200
        assert other.get(target).status_code == 302


@pytest.mark.parametrize("register", REGISTERS, ids=lambda r: r.opts.model_name)
def test_a_list_costs_the_same_for_more_rows(register: Any) -> None:
    make, client = MAKERS[register.opts.model_name], signed_in(GroupName.INTEGRATION)
    few, many = list_queries(client, register, lambda _number: make())
    assert many <= few <= 20


@pytest.mark.parametrize("register", REGISTERS, ids=lambda r: r.opts.model_name)
def test_the_mirror_is_not_edited(register: Any) -> None:
    row = MAKERS[register.opts.model_name]()
    client = signed_in(GroupName.INTEGRATION)
    assert client.get(address(register, "create")).status_code == 302
    is_price_type = register.model is PriceType
    assert (client.get(address(register, "edit", row)).status_code == 200) is is_price_type
    client.post(address(register, "delete", row))
    assert register.model.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("name", ["offer", "offerprices", "offerstock"])
def test_figures_are_shown_with_their_names(name: str) -> None:
    register = next(one for one in REGISTERS if one.opts.model_name == name)
    row = MAKERS[name]()
    client = signed_in(GroupName.INTEGRATION)
    for target in (address(register, "index"), address(register, "inspect", row)):
        text = client.get(target).content.decode()
        assert name == "offerstock" or "Опт: 258,00" in text
        assert name == "offerprices" or "Тверь: 5" in text


def test_a_product_shows_its_offers() -> None:
    found = offer()
    register = REGISTERS[0]
    text = signed_in(GroupName.CATALOGUE).get(address(register, "inspect", found.product))
    assert "Опт: 258,00" in text.content.decode()


def test_the_default_price_type_is_one_of_its_base() -> None:
    first = PriceTypeFactory(is_default=True)
    second = PriceTypeFactory(connection=first.connection, name="Опт")
    elsewhere = PriceTypeFactory(is_default=True)
    register = next(one for one in REGISTERS if one.model is PriceType)
    client = signed_in(GroupName.INTEGRATION)
    client.post(address(register, "edit", second), {"is_default": "on"})
    chosen = PriceType.objects.filter(is_default=True)
    assert set(chosen) == {second, elsewhere}
    client.post(address(register, "edit", second), {"name": "Другое"})
    second.refresh_from_db()
    assert (second.is_default, second.name) == (False, "Опт")
