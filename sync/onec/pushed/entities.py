"""The words in addresses and the rows that come to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.onec.pushed.clients import AgreementRow, ContractRow, CounterpartyRow, PartnerRow
from sync.onec.pushed.fields import Pushed
from sync.onec.pushed.goods import PricesRow, StockRow
from sync.onec.pushed.money import BalanceRow, MovementRow, PaymentRow
from sync.onec.pushed.orders import OrderRow, StatusRow

ENTITIES: Mapping[str, tuple[str, tuple[type[Pushed], ...]]] = {
    "partners": ("partner", (PartnerRow,)),
    "counterparties": ("counterparty", (CounterpartyRow,)),
    "agreements": ("agreement", (AgreementRow,)),
    "contracts": ("contract", (ContractRow,)),
    "settlements": ("settlement", (MovementRow, BalanceRow)),
    "balances": ("balance", (BalanceRow,)),
    "documents": ("order", (OrderRow, PaymentRow)),
    "statuses": ("status", (StatusRow,)),
    "prices": ("price", (PricesRow,)),
    "stock": ("stock", (StockRow,)),
    "payments": ("payment", (PaymentRow,)),
}
"""By the word in the address: the kind of the run, and the rows it takes."""

_MODELS = {kind: models[0] for kind, models in ENTITIES.values()}


def model_of(kind: str, told: Mapping[str, Any]) -> tuple[str, type[Pushed] | None]:
    """Kind and class of a row in a run of `kind`; no class for a document that is none of ours.

    A settlement without a moment is a balance; a document says by its `kind` what it is.
    """
    if kind == "settlement" and not told.get("moved_at"):
        return "balance", BalanceRow
    if kind == "order":
        its_kind = told.get("kind", "order")
        if its_kind == "payment":
            return "payment", PaymentRow
        if its_kind != "order":
            return "order", None
    return kind, _MODELS[kind]
