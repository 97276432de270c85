"""Placing an order. What becomes of it is heard in `hearing` and shown by `following`.

An order is a snapshot: prices with their trail, VAT, names. It is handed to 1C by a row of sync's
outbox written in the same transaction, so that there is neither an order that 1C never gets nor
one that it gets twice (docs/adr/0013). Rules in words: docs/features/ordering.md.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction

from base.models import User
from dealer_area.access import Capability, can
from dealer_area.buyers import Buyer, buyer_for
from dealer_area.checking import Check, CheckedLine, Decision, check
from dealer_area.handing import hand_over
from dealer_area.models import (
    Cart,
    CartLine,
    LegalEntity,
    Membership,
    Order,
    OrderEvent,
    OrderLine,
    OrderNumber,
    Outlet,
)
from dealer_area.pricing import LineAmounts, Price, Step, TooLarge, document_amounts, line_amounts
from dealer_area.quoting import prices_of
from dealer_area.terms import Terms, available_contracts, entity_of
from sync.models import Contract

FIRST_NUMBER = 100_001
"""Six digits from the start: a number that looks like one."""


class CannotPlace(Exception):
    """The order cannot be placed as things are."""


class EmptyCart(CannotPlace):
    """There is nothing to order, or the decisions leave nothing."""


class NotChosen(CannotPlace):
    """Outlet, legal entity or contract is missing or no longer the person's to choose."""


class StaleForm(CannotPlace):
    """The form belongs to a cart that has been ordered or emptied since."""


class AmountTooLarge(CannotPlace):
    """A line or the whole does not fit into a money column."""


class NeedsDecisions(CannotPlace):
    """Lines differ from what the buyer saw or decided; `check` says how."""

    def __init__(self, found: Check) -> None:
        super().__init__()
        self.check = found


@dataclass(frozen=True, slots=True)
class Choices:
    """For whom a cart orders, checked to be the member's own."""

    outlet: Outlet
    legal_entity: LegalEntity
    contract: Contract


@dataclass(frozen=True, slots=True)
class _Bought:
    """A line on its way into an order, at purchase prices."""

    line: CartLine
    quantity: Decimal
    purchase: Price
    retail: Price | None
    amounts: LineAmounts

    @property
    def trail(self) -> tuple[Step, ...]:
        """From the price type to the retail price, which goes through the purchase price."""
        return (self.retail or self.purchase).trail


def order_of_key(membership: Membership, placement_key: uuid.UUID) -> Order | None:
    """The order that a form has already placed, if the member may see it."""
    return Order.objects.for_membership(membership).filter(placement_key=placement_key).first()


def place_order(
    *,
    cart: Cart,
    placement_key: uuid.UUID,
    accepted: Mapping[int, Decision],
    by: User,
    at: datetime,
) -> Order:
    """Place the cart's order; the same key again gives the same order.

    Every line is quoted anew. A line that differs from what the buyer saw needs its decision in
    `accepted` (by line id), else `NeedsDecisions` is raised and nothing is written. Raises
    `CannotPlace` otherwise and `PermissionDenied` for who may not order.
    """
    membership = cart.membership
    placed = Order.objects.filter(dealer=membership.dealer_id, placement_key=placement_key).first()
    if placed is not None:
        return placed
    if not can(membership, Capability.PLACE_ORDERS):
        raise PermissionDenied
    with transaction.atomic():
        # whoever holds this row is the only one who places from the cart
        Cart.objects.select_for_update().filter(pk=cart.pk).values_list("pk").first()
        buyer = buyer_for(membership)
        if buyer.cart is None or buyer.cart.placement_key != placement_key:
            placed = Order.objects.filter(
                dealer=membership.dealer_id, placement_key=placement_key
            ).first()
            if placed is None:
                raise StaleForm
            return placed
        try:
            return _place(buyer, buyer.cart, accepted, by=by, at=at)
        except TooLarge as error:
            raise AmountTooLarge from error


def _place(
    buyer: Buyer, cart: Cart, accepted: Mapping[int, Decision], *, by: User, at: datetime
) -> Order:
    terms = buyer.terms
    choices = _choices(cart)
    if not buyer.cart_lines:
        raise EmptyCart
    found = check(buyer.cart_lines, terms, see_purchase=buyer.see_purchase)
    if found.undecided(accepted):
        raise NeedsDecisions(found)
    bought = _bought(found.bought(accepted), terms)
    if not bought or terms is None:
        raise EmptyCart
    totals = document_amounts(each.amounts for each in bought)
    order = Order.objects.create(
        number=_next_numbers(1)[0],
        placement_key=cart.placement_key,
        connection_id=terms.connection_id,
        dealer=cart.membership.dealer,
        outlet=choices.outlet,
        legal_entity=choices.legal_entity,
        contract=choices.contract,
        placed_by=by,
        placed_at=at,
        status=Order.Status.SUBMITTED,
        currency=terms.currency,
        vat_included=terms.vat_included,
        amount=totals.total,
        vat_amount=totals.vat_amount,
        comment=cart.comment,
    )
    lines = OrderLine.objects.bulk_create(
        [_snapshot(order, position, each) for position, each in enumerate(bought, start=1)]
    )
    OrderEvent.objects.create(
        order=order, kind=OrderEvent.Kind.PLACED, status=order.status, by=by, at=at
    )
    hand_over(
        order=order,
        lines=lines,
        connection=cart.membership.dealer.connection,
        numbers=_next_numbers,
    )
    CartLine.objects.filter(cart=cart).delete()
    cart.comment = ""
    cart.placement_key = uuid.uuid4()
    cart.save()
    return order


def _choices(cart: Cart) -> Choices:
    """What the cart orders for, as far as it is still the member's to choose."""
    membership = cart.membership
    contract = available_contracts(membership.dealer).filter(pk=cart.contract_id or 0).first()
    outlet = Outlet.objects.for_membership(membership).filter(pk=cart.outlet_id or 0).first()
    entity = entity_of(contract)
    if contract is None or outlet is None or entity is None or entity.pk != cart.legal_entity_id:
        raise NotChosen
    return Choices(outlet=outlet, legal_entity=entity, contract=contract)


def _bought(lines: Sequence[tuple[CheckedLine, Decimal]], terms: Terms | None) -> list[_Bought]:
    found = []
    for checked, quantity in lines:
        offer = checked.line.offer
        purchase, retail = prices_of(offer, terms)
        if purchase is None or terms is None:
            continue
        amounts = line_amounts(
            purchase.amount, quantity, offer.product.vat_rate, terms.vat_included
        )
        found.append(_Bought(checked.line, quantity, purchase, retail, amounts))
    return found


def _next_numbers(count: int) -> list[str]:
    """The next numbers of the portal's one sequence; it waits for whoever took the last ones."""
    row, _made = OrderNumber.objects.select_for_update().get_or_create(
        pk=1, defaults={"last": FIRST_NUMBER - 1}
    )
    first = row.last + 1
    row.last += count
    row.save(update_fields=["last"])
    return [str(number) for number in range(first, first + count)]


def _snapshot(order: Order, position: int, bought: _Bought) -> OrderLine:
    offer = bought.line.offer
    product = offer.product
    return OrderLine(
        order=order,
        position=position,
        offer=offer,
        offer_ref=offer.ref,
        sku=offer.sku or product.sku,
        name=offer.name or product.name,
        unit=product.unit,
        quantity=bought.quantity,
        price=bought.purchase.amount,
        retail_price=bought.retail.amount if bought.retail else None,
        amount=bought.amounts.amount,
        vat_rate=product.vat_rate,
        vat_amount=bought.amounts.vat_amount,
        trail=[[step.kind, step.label, str(step.amount)] for step in bought.trail],
    )
