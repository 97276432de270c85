"""What to do about an object that was refused, by its reason, in words for a person."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext_lazy as _

_IDENTIFIER = _(
    "1C sent the object without its identifier. Open and save the object in 1C; if it stays so, the"
    " processing that makes the file is wrong: send its author the XML below."
)
_NAME = _("Give the object a name in 1C and save it: 1C sends it with the next exchange.")
_FIGURE = _(
    "A figure is larger than any real one, most often a price or a quantity typed with an error."
    " Put it right in 1C: it is sent with the next exchange."
)
_PROGRAM = _(
    "The program that sends the records writes them otherwise than agreed. Send its author the"
    " record below together with the reason; then try again."
)
_COMPANY = _("Put the details right in the card of the counterparty in 1C and save it.")
_PAYMENT = _("Fill in date and amount of the payment in 1C and post it once more.")
_STATEMENT = _(
    "Ask the bank or the accountant for the statement once more: the line below is not as the"
    " format wants it."
)

REMEDIES: Mapping[str, Any] = MappingProxyType(
    {
        "a counterparty without Ид and name": _NAME,
        "a credit limit that is negative or too large": _(
            "Put the credit limit right in the contract in 1C and save it."
        ),
        "a deferral that is negative or over ten years": _(
            "Put the deferral of payment right in the contract in 1C and save it."
        ),
        "a dictionary value without an identifier of its own or of its property": _IDENTIFIER,
        "a document without Номер and Ид": _IDENTIFIER,
        "a group without Ид": _IDENTIFIER,
        "a KPP that does not have 9 characters": _COMPANY,
        "an INN that has neither 10 nor 12 digits": _COMPANY,
        "an unknown kind of counterparty": _COMPANY,
        "a negative price": _("Put the price right in 1C: it is sent with the next exchange."),
        "a price too large": _FIGURE,
        "a quantity too large": _FIGURE,
        "an amount too large": _FIGURE,
        "not a number": _(
            "Where a number is expected something else was written. Look below for which field it"
            " is, and put it right in 1C."
        ),
        "a price type without Ид": _IDENTIFIER,
        "a price without ИдТипаЦены": _IDENTIFIER,
        "a price of a package whose size 1C did not tell": _(
            "Fill in the number of base units in the package in the card of the item in 1C."
        ),
        "a product without a name": _NAME,
        "an object without a name": _NAME,
        "a product without Ид": _IDENTIFIER,
        "a property without Ид": _IDENTIFIER,
        "a warehouse without Ид": _IDENTIFIER,
        "an offer without Ид": _IDENTIFIER,
        "an object without an identifier": _IDENTIFIER,
        "an identifier over 255 characters": _(
            "Identifiers of 1C have 36 characters, of a variant 73. One so long is made by a"
            " processing of one's own: shorten it there."
        ),
        "an order number over 50 characters": _(
            "The number of the order is too long to be one. Look into the document in 1C."
        ),
        "a movement without a time": _PROGRAM,
        "a payment without a date": _PAYMENT,
        "a payment without a sum": _PAYMENT,
        "a payment without a date or an amount": _PAYMENT,
        "a date and time are expected": _PROGRAM,
        "a date is expected": _PROGRAM,
        "a field is missing": _PROGRAM,
        "a list is expected": _PROGRAM,
        "a movement without its date": _PROGRAM,
        "a payment without an identifier and a number": _PROGRAM,
        "a settlement without a counterparty and a contract": _PROGRAM,
        "a state of an order without a number and an identifier": _PROGRAM,
        "a text is expected": _PROGRAM,
        "a text too long": _PROGRAM,
        "a text with characters that are no text": _PROGRAM,
        "a value that does not fit": _PROGRAM,
        "a whole number is expected": _PROGRAM,
        "an identifier with characters that are no text": _PROGRAM,
        "an object is expected": _PROGRAM,
        "an unknown field": _PROGRAM,
        "an unknown kind of document": _PROGRAM,
        "an unknown kind of movement": _PROGRAM,
        "an unknown source of a payment": _PROGRAM,
        "an unknown value": _PROGRAM,
        "true or false is expected": _PROGRAM,
        "a date of the statement that is none": _STATEMENT,
        "a line of the statement is too long": _STATEMENT,
        "a payment of the statement that is not above zero": _STATEMENT,
        "a payment of the statement without Номер": _STATEMENT,
        "a payment of the statement without Сумма": _STATEMENT,
        "a section of the statement that does not end": _STATEMENT,
        "settlements in a currency that 1C did not describe": _(
            "Let 1C send its currencies, then try again."
        ),
        "settlements of a party that 1C did not describe": _(
            "Let 1C send its counterparties and partners, then try again."
        ),
    }
)
"""By `Rejection.reason_key`."""

OTHER = _(
    "Put the object right in 1C and save it: it is sent with the next exchange. If it is right"
    " there, send the author of the exchange the text below together with the reason."
)


def remedy(reason_key: str) -> str:
    """What to do, in words."""
    return str(REMEDIES.get(reason_key, OTHER))
