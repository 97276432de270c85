"""Reasons for refusing an object or a file, as people read them.

The readers of `sync.onec` know nothing of Django: they raise plain words, which are listed here
to be found for translation. `sync.intake.book.reason` translates them when they are noted.
"""

from __future__ import annotations

from functools import cache

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

OF_FILES = (
    _("the bytes are not in the declared encoding UTF-8"),
    _("the file declares a document type (DOCTYPE): refused"),
    _("the file is empty"),
    _("the file is gone"),
    _("the root element is not <КоммерческаяИнформация>"),
    _("the XML is broken"),
    _("this is a ZIP archive under the name of an XML file"),
    _("this is a gzip archive under the name of an XML file"),
    _("this is an Excel workbook under the name of an XML file"),
    _("this is a picture under the name of an XML file"),
    _("this is a PDF document under the name of an XML file"),
    _("this is no XML"),
    _("the file is cut off: send it once more"),
    _("the character & must be written as &amp;"),
    _("the character < must be written as &lt;"),
    _("the elements of the file are nested too deeply"),
    _("something stands behind the end of the root element"),
    _("something stands before the XML declaration"),
    _("the bytes are not in the declared encoding"),
    _("the declared encoding is not known"),
    _("a character that XML does not allow"),
    _("a name behind & that XML does not know"),
    _("the value of an attribute stands without quotes"),
    _("an attribute is told twice"),
    _("an element is closed by the tag of another one"),
    _("a text of the file is too large"),
    _("a prefix of names that the file does not declare"),
    _("an object of the file is over 16 MB: refused"),
    _("no object was recognised in the file"),
    _("not the answers of a pull"),
    _("the answers of the pull break off"),
    _("a field told twice"),
    _("a name in quotes is expected"),
    _("something stands behind the end of the body"),
    _("the JSON is broken"),
    _("the JSON is nested too deeply"),
    _("the body has no records"),
    _("counterparty_refs names no client"),
    _("the body is not in UTF-8"),
)
OF_FOLDERS = (
    _("a link or a file is in the place of a folder of the portal"),
    _("no folder is named"),
    _("the folder cannot be read"),
    _("the folder does not exist"),
    _("the folder leads out of the common folder by a link"),
    _("the folder must be named from the common folder, without dots"),
    _("the portal may not read and write the folder"),
)
OF_STATEMENTS = (
    _("a date of the statement that is none"),
    _("a line of the statement is too long"),
    _("a payment of the statement that is not above zero"),
    _("a payment of the statement without Номер"),
    _("a payment of the statement without Сумма"),
    _("a section of the statement that does not end"),
    _("the bytes are not in the encoding of the statement"),
    _("the encoding of the statement is not known"),
    _("the file is no bank statement: it does not begin with 1CClientBankExchange"),
    _("the statement names no account"),
)
OF_OBJECTS = (
    _("a counterparty without Ид and name"),
    _("a credit limit that is negative or too large"),
    _("a deferral that is negative or over ten years"),
    _("a dictionary value without an identifier of its own or of its property"),
    _("a document without Номер and Ид"),
    _("a group without Ид"),
    _("a KPP that does not have 9 characters"),
    _("a negative price"),
    _("a payment without a date"),
    _("a payment without a sum"),
    _("a price too large"),
    _("a price type without Ид"),
    _("a price without ИдТипаЦены"),
    _("a product without a name"),
    _("a product without Ид"),
    _("a property without Ид"),
    _("a quantity too large"),
    _("a warehouse without Ид"),
    _("an amount too large"),
    _("an identifier over 255 characters"),
    _("an INN that has neither 10 nor 12 digits"),
    _("an object without a name"),
    _("an object without an identifier"),
    _("an offer without Ид"),
    _("an order number over 50 characters"),
    _("an unknown kind of counterparty"),
    _("not a number"),
    _("a movement without a time"),
    _("a payment without a date or an amount"),
    _("a price of a package whose size 1C did not tell"),
    _("settlements in a currency that 1C did not describe"),
    _("settlements of a party that 1C did not describe"),
    _("a date and time are expected"),
    _("a date is expected"),
    _("a field is missing"),
    _("a list is expected"),
    _("a movement without its date"),
    _("a payment without an identifier and a number"),
    _("a settlement without a counterparty and a contract"),
    _("a state of an order without a number and an identifier"),
    _("a text is expected"),
    _("a text too long"),
    _("a text with characters that are no text"),
    _("a value that does not fit"),
    _("a whole number is expected"),
    _("an identifier with characters that are no text"),
    _("an object is expected"),
    _("an unknown field"),
    _("an unknown kind of document"),
    _("an unknown kind of movement"),
    _("an unknown source of a payment"),
    _("an unknown value"),
    _("true or false is expected"),
)


def key_of(told: str) -> str:
    """The reason without its particulars, to find others of the kind by: plain English words.

    `told` is a reason in words, with particulars behind a colon or without. One that is not in
    the lists is its own key.
    """
    begins = told.partition(": ")[0].strip()
    return _keys(get_language() or "").get(begins, begins)[:120]


@cache
def _keys(_language: str) -> dict[str, str]:
    return {gettext(words): words for words in (*OF_FILES, *OF_OBJECTS, *OF_STATEMENTS)}
