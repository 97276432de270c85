"""Trading terms: at which prices, in which currency and from which warehouse a member buys.

1C has an agreement (price type, warehouse, currency) and a contract (legal entity, organisation,
in УНФ the price type); here they become one thing. Rules in words: docs/features/pricing.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from django.db.models import Q, QuerySet

from dealer_area.models import Dealer, LegalEntity, Membership
from sync.models import Contract, PriceType

DEFAULT_CURRENCY = "RUB"
"""What a price type without a currency is taken for: УТ leaves it out for its own currency."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms in use. `warehouse_id` None: stock of all warehouses counts.

    `contract_id` is None for a dealer without a contract: he sees prices and cannot order.
    `price_slot` is the search engine's price field, None when the price type has none.
    """

    connection_id: int
    contract_id: int | None
    price_type_id: int
    price_type_name: str
    price_slot: int | None
    currency: str
    vat_included: bool
    warehouse_id: int | None
    markup_percent: Decimal


def terms_for(membership: Membership, contract: Contract | None = None) -> Terms | None:
    """Terms of a member under a contract, else under the dealer's first one.

    The price type is the contract's, else its agreement's, else the dealer's, else the default of
    the base; None when there is none of them. Two queries at most when the contract is joined as
    `available_contracts` does.
    """
    dealer = membership.dealer
    if contract is None or contract.archived:
        contract = available_contracts(dealer).first()
    agreement = contract.agreement if contract else None
    price_type = (
        _usable(contract.price_type if contract else None)
        or _usable(agreement.price_type if agreement else None)
        or _fallback(dealer)
    )
    if price_type is None:
        return None
    return Terms(
        connection_id=dealer.connection_id,
        contract_id=contract.pk if contract else None,
        price_type_id=price_type.pk,
        price_type_name=str(price_type),
        price_slot=price_type.slot,
        currency=price_type.currency or DEFAULT_CURRENCY,
        # 1C describes the tax of a price type when it is on top; untold is the usual case
        vat_included=price_type.has_vat_inside is not False,
        warehouse_id=agreement.warehouse_id if agreement else None,
        markup_percent=dealer.markup_percent,
    )


def available_contracts(dealer: Dealer) -> QuerySet[Contract]:
    """Contracts the dealer can order under, oldest first, with their terms joined.

    They belong to his active legal entities and to the base he orders from.
    """
    found = Contract.objects.current().filter(
        connection_id=dealer.connection_id,
        counterparty__archived=False,
        counterparty__legal_entity__dealer=dealer,
        counterparty__legal_entity__is_active=True,
    )
    joined = found.select_related(
        "counterparty__legal_entity",
        "organisation",
        "price_type",
        "agreement__price_type",
        "agreement__warehouse",
    )
    return cast("QuerySet[Contract]", joined.order_by("pk"))


def contracts_of(legal_entity: LegalEntity) -> QuerySet[Contract]:
    """Contracts under which a legal entity of a dealer can order."""
    return available_contracts(legal_entity.dealer).filter(counterparty__legal_entity=legal_entity)


def entity_of(contract: Contract | None) -> LegalEntity | None:
    """The dealer's legal entity that a contract belongs to; None while nobody has entered it."""
    counterparty = contract.counterparty if contract else None
    return getattr(counterparty, "legal_entity", None)


def _usable(price_type: PriceType | None) -> PriceType | None:
    return price_type if price_type is not None and not price_type.archived else None


def _fallback(dealer: Dealer) -> PriceType | None:
    """The dealer's own price type, else the default of his base; one query."""
    found = list(
        PriceType.objects.current().filter(
            Q(is_default=True) | Q(pk=dealer.price_type_id), connection_id=dealer.connection_id
        )
    )
    own = [row for row in found if row.pk == dealer.price_type_id]
    return next(iter(own or found), None)
