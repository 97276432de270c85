"""What the demonstration's dealers owe, as 1C's register of settlements tells it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from dealer_area.models import Order
from sync.models import Connection, RemoteOrder
from sync.onec.records import SettlementRecord, WholeRecord
from sync.runs import inbound


def tell_settlements(connection: Connection, at: datetime) -> None:
    """Movements of shipped and paid orders, and what is owed now, by document and due date."""
    told = list(_orders(connection))
    moves = [move for order, remote in told for move in _moves(order, remote)]
    inbound.ingest(connection=connection, kind="settlement", records=moves, at=at)
    balances = [row for order, remote in told if (row := _balance(order, remote)) is not None]
    # told as a whole: what is paid since the last time is settled
    inbound.ingest(connection=connection, kind="balance", records=[*balances, WholeRecord()], at=at)


def _orders(connection: Connection) -> Iterator[tuple[Order, RemoteOrder]]:
    """Orders of the portal that 1C has shipped or been paid for."""
    remotes = {
        each.number: each
        for each in RemoteOrder.objects.filter(connection=connection).exclude(
            shipped=False, paid=False
        )
    }
    orders = Order.objects.filter(connection=connection, number__in=remotes).select_related(
        "contract__counterparty", "contract__organisation"
    )
    for order in orders.order_by("pk"):
        yield order, remotes[order.number]


def _moves(order: Order, remote: RemoteOrder) -> Iterator[SettlementRecord]:
    if remote.shipped and remote.shipped_on:
        yield _record(order, remote, "shipment", remote.shipped_on)
    if remote.paid and remote.paid_on:
        yield _record(order, remote, "payment", remote.paid_on)


def _balance(order: Order, remote: RemoteOrder) -> SettlementRecord | None:
    """A shipment that is not paid for is a debt, a payment without a shipment an advance."""
    if remote.shipped and not remote.paid and remote.shipped_on:
        return _record(order, remote, "", remote.shipped_on)
    if remote.paid and not remote.shipped and remote.paid_on:
        return _record(order, remote, "", remote.paid_on)
    return None


def _record(order: Order, remote: RemoteOrder, kind: str, on: date) -> SettlementRecord:
    contract = order.contract
    is_payment = kind == "payment" or (not kind and bool(remote.paid))
    title = "Поступление безналичных ДС" if is_payment else "Реализация товаров и услуг"
    amount = remote.amount or order.amount
    due_on = None if kind or is_payment else on + timedelta(days=contract.deferral_days or 0)
    return SettlementRecord(
        ref=f"{order.number}/{kind or 'balance'}",
        counterparty_ref=contract.counterparty.ref if contract.counterparty else "",
        contract_ref=contract.ref,
        organisation_ref=contract.organisation.ref if contract.organisation else "",
        currency=order.currency,
        amount=-amount if is_payment else amount,
        base_amount=-amount if is_payment else amount,
        document_name=f"{title} {remote.remote_number} от {on:%d.%m.%Y}",
        document_number=remote.remote_number,
        document_on=on,
        order_number=order.number,
        due_on=due_on,
        kind=kind,
        moved_at=datetime.combine(on, time(12), tzinfo=UTC) if kind else None,
    )
