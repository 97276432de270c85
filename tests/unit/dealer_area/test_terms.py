"""Trading terms: which price type, currency and warehouse, in which order of preference."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from dealer_area.models import Dealer, LegalEntity
from dealer_area.terms import available_contracts, contracts_of, terms_for
from tests.factories.dealer_area import LegalEntityFactory, Trade, make_trade
from tests.factories.sync import ContractFactory, CounterpartyFactory, PriceTypeFactory

pytestmark = pytest.mark.django_db


def price_types(trade: Trade) -> dict[str, Any]:
    """One price type for every place it can come from, all set."""
    found = {
        name: PriceTypeFactory(connection=trade.connection, name=name, is_default=name == "default")
        for name in ("contract", "agreement", "dealer", "default")
    }
    trade.contract.price_type = found["contract"]
    trade.contract.save()
    trade.agreement.price_type = found["agreement"]
    trade.agreement.save()
    trade.dealer.price_type = found["dealer"]
    Dealer.objects.filter(pk=trade.dealer.pk).update(price_type=found["dealer"])
    return found


def test_the_nearest_price_type_wins() -> None:
    trade = make_trade()
    found = price_types(trade)

    for name in ("contract", "agreement", "dealer", "default"):
        terms = terms_for(trade.membership)
        assert terms is not None
        assert terms.price_type_name == name
        # 1C drops the type, the next one takes its place
        found[name].archived = True
        found[name].save()
    assert terms_for(trade.membership) is None


def test_a_default_of_another_base_serves_nobody_here() -> None:
    trade, other = make_trade(), make_trade()
    trade.agreement.price_type = None
    trade.agreement.save()
    other.price_type.is_default = True
    other.price_type.save()

    assert terms_for(trade.membership) is None


def test_terms_tell_everything_that_prices_need() -> None:
    trade = make_trade(markup="42.5", currency="")

    terms = terms_for(trade.membership)

    assert terms is not None
    assert terms.contract_id == trade.contract.pk
    assert terms.warehouse_id == trade.warehouse.pk
    assert terms.currency == "RUB"
    assert terms.markup_percent == Decimal("42.5")


@pytest.mark.parametrize(("told", "included"), [(True, True), (False, False), (None, True)])
def test_vat_is_inside_unless_1c_says_on_top(told: bool | None, included: bool) -> None:
    terms = terms_for(make_trade(vat_included=told).membership)
    assert terms is not None
    assert terms.vat_included is included


def test_an_archived_contract_gives_way_to_another() -> None:
    trade = make_trade()
    other = ContractFactory(
        connection=trade.connection, counterparty=trade.counterparty, price_type=trade.price_type
    )
    trade.contract.archived = True
    trade.contract.save()

    terms = terms_for(trade.membership, trade.contract)

    assert terms is not None
    assert terms.contract_id == other.pk


def test_without_a_contract_there_are_prices_and_no_contract() -> None:
    trade = make_trade()
    trade.dealer.price_type = trade.price_type
    trade.dealer.save()
    trade.contract.archived = True
    trade.contract.save()

    terms = terms_for(trade.membership)

    assert terms is not None
    assert terms.contract_id is None


def test_only_contracts_of_own_active_entities_can_be_chosen() -> None:
    trade, stranger = make_trade(), make_trade()
    second = LegalEntityFactory(
        dealer=trade.dealer, counterparty=CounterpartyFactory(connection=trade.connection)
    )
    theirs = ContractFactory(connection=trade.connection, counterparty=second.counterparty)
    elsewhere = ContractFactory(connection=stranger.connection, counterparty=trade.counterparty)

    assert list(available_contracts(trade.dealer)) == [trade.contract, theirs]
    assert list(contracts_of(second)) == [theirs]
    assert elsewhere not in contracts_of(trade.legal_entity)
    LegalEntity.objects.filter(pk=second.pk).update(is_active=False)
    assert list(available_contracts(trade.dealer)) == [trade.contract]


def test_terms_take_two_queries_at_most(django_assert_max_num_queries: Any) -> None:
    trade = make_trade()
    price_types(trade)
    with django_assert_max_num_queries(2):
        terms_for(trade.membership)
