"""The cart: what a member gathers before he orders.

Quantities are whole packs and not less than the minimum; whoever asks for another quantity gets
the nearest one from above and is told so. What is removed can be put back.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from base.models import User
from dealer_area.buyers import Buyer
from dealer_area.models import Cart, CartLine, LegalEntity, Membership, Outlet
from dealer_area.packing import LARGEST_QUANTITY, fitted, fitting_into
from dealer_area.pricing import Money, TooLarge, document_amounts, line_amounts
from dealer_area.quoting import prices_of
from dealer_area.terms import available_contracts, entity_of, terms_for
from sync import reading
from sync.models import Contract, Offer


class NotForSale(Exception):
    """The offer cannot be bought by this dealer: of another base, archived, or without a price."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a wish. `line` is None when nothing is left of it."""

    line: CartLine | None
    asked: Decimal
    quantity: Decimal

    @property
    def is_corrected(self) -> bool:
        """Whether the quantity is another than asked for."""
        return self.asked != self.quantity


@dataclass(frozen=True, slots=True)
class Taken:
    """A line that was taken out, with what is needed to put it back."""

    offer_id: int
    quantity: Decimal
    seen_price: Decimal | None

    def packed(self) -> list[Any]:
        """For keeping in a session."""
        price = None if self.seen_price is None else str(self.seen_price)
        return [self.offer_id, str(self.quantity), price]

    @classmethod
    def unpacked(cls, kept: list[Any]) -> Taken:
        """From what `packed` gave."""
        offer_id, quantity, price = kept
        return cls(offer_id, Decimal(quantity), None if price is None else Decimal(price))


@dataclass(frozen=True, slots=True)
class CartSummary:
    """What the header says: how many lines, and what is paid for those that have a price.

    `total` is None when none has, and for more than an order can hold.
    """

    lines: int
    total: Money | None


def cart_of(membership: Membership) -> Cart:
    """The cart of a member, made at the first use with his first outlet and contract chosen."""
    cart = Cart.objects.of(membership)
    if cart is not None:
        return cart
    entity, contract = first_choice(membership)
    Cart.objects.get_or_create(
        membership=membership,
        defaults={
            "placement_key": uuid.uuid4(),
            "contract": contract,
            "legal_entity": entity,
            "outlet": Outlet.objects.for_membership(membership).first(),
        },
    )
    made = Cart.objects.of(membership)
    assert made is not None  # noqa: S101 - it was just made
    return made


def first_choice(membership: Membership) -> tuple[LegalEntity | None, Contract | None]:
    """The legal entity and the contract that a new cart of the member orders for."""
    contract = available_contracts(membership.dealer).first()
    entity = entity_of(contract) or LegalEntity.objects.for_dealer(membership.dealer).first()
    return entity, contract


def summary(buyer: Buyer) -> CartSummary:
    """Lines and total in the prices the person works with; one query, none without a cart."""
    return CartSummary(len(buyer.cart_lines), _total(buyer))


def _total(buyer: Buyer) -> Money | None:
    terms = buyer.terms
    if terms is None:
        return None
    priced = []
    for line in buyer.cart_lines:
        purchase, retail = prices_of(line.offer, terms)
        price = purchase if buyer.see_purchase else retail
        if price is not None:
            priced.append((price.amount, line.quantity, line.offer.product.vat_rate))
    try:
        found = document_amounts(line_amounts(*each, terms.vat_included) for each in priced)
    except TooLarge:
        return None
    return Money(found.total, terms.currency) if priced else None


def add(*, membership: Membership, offer: Offer, quantity: Decimal, by: User) -> Change:
    """Put `quantity` more of an offer into the member's cart.

    The offer comes with product and prices joined. Raises `NotForSale`.
    """
    with transaction.atomic():
        cart = _locked(membership)
        terms = terms_for(membership, cart.contract)
        price, _retail = prices_of(offer, terms)
        if price is None:
            raise NotForSale
        line = CartLine.objects.filter(cart=cart, offer=offer).first()
        before = line.quantity if line else Decimal(0)
        asked = before + quantity
        line = line or CartLine(cart=cart, offer=offer)
        line.offer = offer
        # the person has seen the price of the page he adds from
        line.seen_price = price.amount
        return _put(line, asked)


def set_quantity(*, membership: Membership, line_id: int, quantity: Decimal, by: User) -> Change:
    """Ask for another quantity of a line; zero takes it out.

    Raises `CartLine.DoesNotExist` for a line of another cart.
    """
    with transaction.atomic():
        return _put(_line(_locked(membership), line_id), quantity)


def remove(*, membership: Membership, line_id: int, by: User) -> Taken:
    """Take a line out. Raises `CartLine.DoesNotExist` for a line of another cart."""
    with transaction.atomic():
        line = _line(_locked(membership), line_id)
        line.delete()
        return Taken(line.offer_id, line.quantity, line.seen_price)


def clear(*, membership: Membership, by: User) -> tuple[Taken, ...]:
    """Take every line out."""
    with transaction.atomic():
        lines = CartLine.objects.filter(cart=_locked(membership)).order_by("pk")
        taken = tuple(Taken(line.offer_id, line.quantity, line.seen_price) for line in lines)
        lines.delete()
        return taken


def restore(*, membership: Membership, taken: Iterable[Taken], by: User) -> int:
    """Put lines back that were taken out; those added again meanwhile stay as they are.

    Prices seen before stay "seen", so that checkout asks about one that changed since. Returns
    how many came back; an offer of another base never does.
    """
    with transaction.atomic():
        cart = _locked(membership)
        present = set(CartLine.objects.filter(cart=cart).values_list("offer_id", flat=True))
        wanted = [each for each in taken if each.offer_id not in present]
        offers = reading.offers_by_ids([each.offer_id for each in wanted])
        lines = [
            CartLine(
                cart=cart,
                offer_id=each.offer_id,
                quantity=each.quantity,
                seen_price=each.seen_price,
            )
            for each in wanted
            if each.offer_id in offers
            and offers[each.offer_id].connection_id == membership.dealer.connection_id
        ]
        CartLine.objects.bulk_create(lines)
        return len(lines)


def choose(
    *,
    membership: Membership,
    outlet: Outlet | None,
    legal_entity: LegalEntity | None,
    contract: Contract | None,
    comment: str,
    by: User,
) -> Cart:
    """Say for which outlet, legal entity and contract the cart orders.

    A contract of another legal entity gives way to the first one of the chosen. Prices follow the
    contract at once; the person who chose it sees them, so they are not put to him as changed.
    """
    with transaction.atomic():
        cart = _locked(membership)
        before = terms_for(membership, cart.contract)
        if legal_entity is not None:
            own = [
                each
                for each in available_contracts(membership.dealer)
                if entity_of(each) == legal_entity
            ]
            contract = next((each for each in own if each == contract), next(iter(own), None))
        cart.outlet = outlet
        cart.legal_entity = legal_entity
        cart.contract = contract
        cart.comment = comment
        cart.save()
        after = terms_for(membership, contract)
        if before != after:
            changed = []
            for line in CartLine.objects.of(cart):
                old, _retail = prices_of(line.offer, before)
                new, _retail = prices_of(line.offer, after)
                if old is not None and new is not None and line.seen_price == old.amount:
                    line.seen_price = new.amount
                    changed.append(line)
            CartLine.objects.bulk_update(changed, ["seen_price"], batch_size=200)
        return cart


def quantities(buyer: Buyer, offer_ids: Collection[int]) -> Mapping[int, Decimal]:
    """How much of each offer is in the cart, by offer id; those that are not in it are left out."""
    wanted = set(offer_ids)
    return {line.offer_id: line.quantity for line in buyer.cart_lines if line.offer_id in wanted}


def _put(line: CartLine, asked: Decimal) -> Change:
    product = line.offer.product
    quantity = fitted(asked, product.pack_multiple, product.min_quantity)
    if quantity > LARGEST_QUANTITY:
        quantity = fitting_into(LARGEST_QUANTITY, product.pack_multiple, product.min_quantity)
    if quantity <= 0:
        if line.pk:
            line.delete()
        return Change(None, max(asked, Decimal(0)), Decimal(0))
    line.quantity = quantity
    line.save()
    return Change(line, asked, quantity)


def _locked(membership: Membership) -> Cart:
    """The member's cart as it is now, so that two tabs change it one after the other.

    It is about to be changed and gets another key: a checkout that was opened before does not
    order what it has not shown.
    """
    Cart.objects.select_for_update().filter(membership=membership).values_list("pk").first()
    cart = cart_of(membership)
    cart.placement_key = uuid.uuid4()
    cart.save(update_fields=["placement_key", "changed_at"])
    return cart


def _line(cart: Cart, line_id: int) -> CartLine:
    return CartLine.objects.of(cart).get(pk=line_id)
