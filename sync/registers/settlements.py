"""Registers of money as 1C and the bank tell it: balances, movements, payments."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from base.registers import Register, moment, money, money_words, text
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
    under = text("contract.name", gettext_lazy("contract"))
    ours = text("organisation", gettext_lazy("organisation"))
    sum = money("amount", gettext_lazy("amount"))

    def document(self, row: Any) -> str:
        """The document that the row is about, as 1C calls it."""
        return str(row.document_name or row.document_number or row.ref)

    document.short_description = gettext_lazy("document")  # type: ignore[attr-defined]

    def books(self, row: Any) -> str:
        """The same in the currency of the books, which is not told by name: an amount alone."""
        return money_words(row.base_amount, "")

    books.short_description = gettext_lazy("amount in the currency of the books")  # type: ignore[attr-defined]


class BalanceRegister(SettledRegister):
    """What is owed now, document by document."""

    model = SettlementBalance
    list_display = ("party", "under", "document", "due_on", "sum", "base_name", "gone", "as_told")
    inspect_view_fields = (
        "party",
        "under",
        "ours",
        "document",
        "document_number",
        "document_on",
        "order_number",
        "due_on",
        "sum",
        "books",
        "as_told",
        "base_name",
        "ref",
        "gone",
        "changed",
    )
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
        "document_on",
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
        "paid_on",
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
        "paid_on",
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
    party = text("counterparty.name", gettext_lazy("counterparty"))
    sum = money("amount", gettext_lazy("amount"))
    base_name = text("connection.name", gettext_lazy("1C base"))
    changed = moment("changed_at", gettext_lazy("changed"))
