"""What differs between a cart and the truth, and what the buyer decided about it.

A price that is not the one he saw, a shortage, goods that are no longer sold: each line that has
such a trouble waits for a decision, and a decision holds only for the state it was made in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.crypto import constant_time_compare, salted_hmac

from base.addresses import product_path
from dealer_area.buyers import Buyer
from dealer_area.listing import label_of
from dealer_area.models import CartLine
from dealer_area.packing import fitting_into
from dealer_area.pricing import (
    DocumentAmounts,
    LineAmounts,
    Money,
    Price,
    TooLarge,
    document_amounts,
    line_amounts,
    retail_price,
)
from dealer_area.quoting import Quote, is_sold, prices_of, quote
from dealer_area.terms import Terms


class Trouble(StrEnum):
    """What is wrong with a line."""

    GONE = "gone"
    NO_PRICE = "no_price"
    PRICE = "price"
    SHORT = "short"


class Choice(StrEnum):
    """What can be done about it."""

    ACCEPT = "accept"
    TAKE = "take"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the buyer chose for a line. `state` is that of the line he saw."""

    choice: Choice
    state: str


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """A line of a cart beside the truth, in the prices the person works with.

    `amounts` are those of the whole quantity; None without a price, or for more than fits an
    order. `seen` is the price he saw when it is another now. `choices` are empty for a line
    without trouble, else the first is the one to propose; `take_quantity` is what TAKE would buy.
    `state` names all of it without telling it.
    """

    line: CartLine
    quote: Quote
    url: str
    label: str
    amounts: LineAmounts | None
    seen: Money | None
    troubles: tuple[Trouble, ...]
    choices: tuple[Choice, ...]
    take_quantity: Decimal
    state: str

    @property
    def amount(self) -> Money | None:
        """Price by quantity as money."""
        if self.amounts is None or self.quote.shown is None:
            return None
        return Money(self.amounts.amount, self.quote.shown.currency)

    @property
    def rise(self) -> Money | None:
        """By how much the price of a unit is higher than the one he saw."""
        if self.seen is None or self.quote.shown is None:
            return None
        return Money(self.quote.shown.amount - self.seen.amount, self.seen.currency)

    @property
    def is_gone(self) -> bool:
        """Nothing but taking the line out can be done."""
        return self.choices == (Choice.REMOVE,)

    @property
    def is_short(self) -> bool:
        """There is less than asked for."""
        return Trouble.SHORT in self.troubles

    def quantity_by(self, choice: Choice | None) -> Decimal:
        """How much is bought under a choice."""
        if choice is Choice.REMOVE:
            return Decimal(0)
        return self.take_quantity if choice is Choice.TAKE else self.line.quantity


@dataclass(frozen=True, slots=True)
class Check:
    """A checked cart."""

    lines: tuple[CheckedLine, ...]
    terms: Terms | None

    @property
    def troubled(self) -> tuple[CheckedLine, ...]:
        """Lines that wait for a decision."""
        return tuple(line for line in self.lines if line.troubles)

    def proposals(self) -> dict[int, Decision]:
        """The first choice of every line that has trouble, by line id."""
        return {each.line.pk: Decision(each.choices[0], each.state) for each in self.troubled}

    def undecided(self, decisions: Mapping[int, Decision]) -> tuple[CheckedLine, ...]:
        """Lines whose decision is missing, is none of the offered, or was made in another state."""
        return tuple(
            each for each in self.troubled if not _holds(each, decisions.get(each.line.pk))
        )

    def bought(self, decisions: Mapping[int, Decision]) -> list[tuple[CheckedLine, Decimal]]:
        """Lines and quantities that are bought under decisions; those without one are left out."""
        undecided = {each.line.pk for each in self.undecided(decisions)}
        found = []
        for each in self.lines:
            if each.line.pk in undecided:
                continue
            decision = decisions[each.line.pk] if each.troubles else None
            quantity = each.quantity_by(decision.choice if decision else None)
            if quantity > 0:
                found.append((each, quantity))
        return found

    def whole(self) -> DocumentAmounts | None:
        """What is to be paid for all lines that have a price, decisions aside."""
        return self._sum((each, each.line.quantity) for each in self.lines)

    def amounts(self, decisions: Mapping[int, Decision]) -> DocumentAmounts | None:
        """What is to be paid under decisions, in the prices the person works with.

        None, here and in `whole`, for more than an order can hold.
        """
        return self._sum(self.bought(decisions))

    def _sum(self, lines: Iterable[tuple[CheckedLine, Decimal]]) -> DocumentAmounts | None:
        terms = self.terms
        if terms is None:
            return None
        try:
            return document_amounts(
                line_amounts(
                    each.quote.shown.amount,
                    quantity,
                    each.line.offer.product.vat_rate,
                    terms.vat_included,
                )
                for each, quantity in lines
                if each.quote.shown is not None
            )
        except TooLarge:
            return None


def check_cart(buyer: Buyer) -> Check:
    """Check the buyer's cart; one query for warehouses and one for the lines."""
    return check(buyer.cart_lines, buyer.terms, see_purchase=buyer.see_purchase)


def check(lines: Sequence[CartLine], terms: Terms | None, *, see_purchase: bool) -> Check:
    """Check lines whose offers have product, prices and stock joined; one query."""
    quotes = quote([line.offer for line in lines], terms, see_purchase=see_purchase)
    return Check(
        lines=tuple(
            _checked(line, quotes[line.offer_id], terms, see_purchase=see_purchase)
            for line in lines
        ),
        terms=terms,
    )


def _checked(
    line: CartLine, quoted: Quote, terms: Terms | None, *, see_purchase: bool
) -> CheckedLine:
    offer, product = line.offer, line.offer.product
    take = fitting_into(quoted.stock.quantity, product.pack_multiple, product.min_quantity)
    seen = _seen(line, terms, see_purchase=see_purchase)
    troubles = []
    if not is_sold(offer, terms):
        troubles.append(Trouble.GONE)
    elif quoted.shown is None:
        troubles.append(Trouble.NO_PRICE)
    else:
        if seen is None or seen.amount != quoted.shown.amount:
            troubles.append(Trouble.PRICE)
        if quoted.stock.quantity < line.quantity:
            troubles.append(Trouble.SHORT)
    return CheckedLine(
        line=line,
        quote=quoted,
        url=product_path(product.pk, product.name),
        label=label_of(offer),
        amounts=_amounts(line, quoted.shown, terms),
        seen=seen if Trouble.PRICE in troubles else None,
        troubles=tuple(troubles),
        choices=_choices(troubles, take),
        take_quantity=take,
        state=_state(line, terms, troubles, take),
    )


def _seen(line: CartLine, terms: Terms | None, *, see_purchase: bool) -> Money | None:
    """The price seen last, turned into the salon's for whoever works with that one."""
    if line.seen_price is None or terms is None:
        return None
    if see_purchase:
        return Money(line.seen_price, terms.currency)
    price = retail_price(Price(line.seen_price, terms.currency), terms.markup_percent)
    return Money(price.amount, price.currency)


def _choices(troubles: Iterable[Trouble], take: Decimal) -> tuple[Choice, ...]:
    found = set(troubles)
    if not found:
        return ()
    if found & {Trouble.GONE, Trouble.NO_PRICE}:
        return (Choice.REMOVE,)
    if Trouble.SHORT in found and take > 0:
        return (Choice.TAKE, Choice.ACCEPT, Choice.REMOVE)
    return (Choice.ACCEPT, Choice.REMOVE)


def _state(line: CartLine, terms: Terms | None, troubles: Iterable[Trouble], take: Decimal) -> str:
    """A name for what the decision is about, from which no price can be read back."""
    price, _retail = prices_of(line.offer, terms)
    found = list(troubles)
    parts = [
        line.pk,
        line.quantity.normalize(),
        price.amount if price else "",
        *found,
        take.normalize() if Trouble.SHORT in found else "",
    ]
    return salted_hmac("dealer_area.checking", "|".join(map(str, parts))).hexdigest()[:24]


def _holds(checked: CheckedLine, decision: Decision | None) -> bool:
    if decision is None or decision.choice not in checked.choices:
        return False
    # taking a line out can harm nobody, whatever has changed
    return decision.choice is Choice.REMOVE or constant_time_compare(decision.state, checked.state)


def _amounts(line: CartLine, price: Price | None, terms: Terms | None) -> LineAmounts | None:
    if price is None or terms is None:
        return None
    try:
        return line_amounts(
            price.amount, line.quantity, line.offer.product.vat_rate, terms.vat_included
        )
    except TooLarge:
        return None
