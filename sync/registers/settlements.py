"""Registers of money as 1C and the bank tell it: balances, movements, payments."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.figures import NOTHING
from base.registers import Register, day, day_words, moment, money, money_words, text
from sync.models import Payment, SettlementBalance, SettlementEntry
from sync.registers.base import MirrorRegister
from sync.registers.filters import BaseFilter

_JOINED = ("connection", "counterparty", "contract", "organisation")


class SettledRegister(MirrorRegister):
    """What balances and movements have in common. Each amount is in a currency of its own."""

    menu_icon = "table"
    list_select_related = _JOINED
    search_fields = ("document_number", "order_number", "ref", "counterparty__inn")
    party = text("counterparty.name", gettext_lazy("counterparty"))
    ours = text("organisation", gettext_lazy("organisation"))
    sum = money("amount", gettext_lazy("amount"))

    dated = day("document_on", gettext_lazy("date"))

    def under(self, row: Any) -> str:
        """The contract by its name, else by number and date: 1C names not all of them."""
        contract = row.contract
        if contract is None:
            return NOTHING
        return str(contract.name) or _worded("", contract.number, contract.signed_on) or NOTHING

    under.short_description = gettext_lazy("contract")  # type: ignore[attr-defined]

    def document(self, row: Any) -> str:
        """The document that the row is about, as 1C calls it, with its number and date."""
        return _worded(row.document_name, row.document_number, row.document_on) or str(row.ref)

    document.short_description = gettext_lazy("document")  # type: ignore[attr-defined]

    def books(self, row: Any) -> str:
        """The same in the currency of the books, which is not told by name: an amount alone."""
        return money_words(row.base_amount, "")

    books.short_description = gettext_lazy("amount in the currency of the books")  # type: ignore[attr-defined]


def _worded(name: str, number: str, on: date | None) -> str:
    """`Реализация товаров № 00УТ-000001 от 03.11.2026`, as much of it as is known.

    1C's own name of a document may have its number and date in it: they are not said twice.
    """
    words = name
    if number and number not in name:
        words = f"{name} № {number}".lstrip()
    day = day_words(on)
    if not words or on is None or day in words:
        return words
    return _("%(document)s of %(date)s") % {"document": words, "date": day}


class BalanceRegister(SettledRegister):
    """What is owed now, document by document."""

    model = SettlementBalance
    list_display = ("party", "under", "document", "due", "sum", "base_name", "gone", "as_told")
    inspect_view_fields = (
        "party",
        "under",
        "ours",
        "document",
        "document_number",
        "dated",
        "order_number",
        "due",
        "sum",
        "books",
        "as_told",
        "base_name",
        "ref",
        "gone",
        "changed",
    )
    due = day("due_on", gettext_lazy("due"))
    as_told = moment("as_of", gettext_lazy("as of"))


class EntryRegister(SettledRegister):
    """Shipments, payments, returns and corrections."""

    model = SettlementEntry
    menu_icon = "list-ul"
    list_display = ("moved", "kind", "party", "under", "document", "sum", "base_name", "gone")
    list_filter = (BaseFilter, "archived", "kind")
    inspect_view_fields = (
        "moved",
        "kind",
        "party",
        "under",
        "ours",
        "document",
        "document_number",
        "dated",
        "order_number",
        "sum",
        "books",
        "origin",
        "base_name",
        "ref",
        "gone",
        "changed",
    )
    moved = moment("moved_at", gettext_lazy("when"))


class PaymentRegister(Register):
    """Money received."""

    model = Payment
    menu_icon = "download"
    ordering = ("-pk",)
    list_display = (
        "paid",
        "number",
        "sum",
        "payer_name",
        "party",
        "order_number",
        "source",
        "base_name",
    )
    list_select_related = ("connection", "counterparty")
    list_filter = (BaseFilter, "source")
    search_fields = ("number", "order_number", "payer_inn", "key")
    inspect_view_fields = (
        "paid",
        "number",
        "sum",
        "payer_name",
        "payer_inn",
        "payer_account",
        "our_account",
        "purpose",
        "party",
        "order_number",
        "source",
        "base_name",
        "key",
        "changed",
    )
    paid = day("paid_on", gettext_lazy("date"))
    party = text("counterparty.name", gettext_lazy("counterparty"))
    sum = money("amount", gettext_lazy("amount"))
    base_name = text("connection.name", gettext_lazy("1C base"))
    changed = moment("changed_at", gettext_lazy("changed"))
