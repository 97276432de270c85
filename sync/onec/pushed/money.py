"""Rows about money: balances, movements, payments."""

from __future__ import annotations

import hashlib
from datetime import tzinfo
from typing import Any, ClassVar, Literal

from pydantic import Field

from sync.onec.pushed.fields import Amount, Currency, Day, Moment, Pushed, Ref, Text, local
from sync.onec.records import PaymentRecord, SettlementRecord


class _Settled(Pushed):
    counterparty_ref: Ref = Field("", description="Контрагент; или договор, или оба")
    contract_ref: Ref = Field("", description="Договор")
    organisation_ref: Ref = Field("", description="Наша организация")
    currency: Currency = Field("", description="Валюта взаиморасчётов; без неё — валюта договора")
    amount: Amount = Field(
        description="Сумма в валюте взаиморасчётов: больше нуля — клиент должен, меньше — его аванс"
    )
    base_amount: Amount | None = Field(
        None, description="Та же сумма в валюте регламентированного учёта (ДолгРегл, Сумма)"
    )
    document_ref: Ref = Field("", description="Расчётный документ")
    document_name: Text = Field("", description="Его представление")
    document_number: Text = Field("", description="Его номер")
    document_on: Day = Field(None, description="Его дата")
    order_number: Text = Field("", description="Номер заказа портала, если известен")
    archived: bool = Field(default=False, description="Строки больше нет")

    def _record(self, parts: tuple[str, ...], **more: Any) -> SettlementRecord:
        return SettlementRecord(
            ref=self.ref or _made_ref(parts),
            counterparty_ref=self.counterparty_ref,
            contract_ref=self.contract_ref,
            organisation_ref=self.organisation_ref,
            currency=self.currency,
            amount=self.amount,
            base_amount=self.base_amount,
            document_ref=self.document_ref,
            document_name=self.document_name,
            document_number=self.document_number,
            document_on=self.document_on,
            order_number=self.order_number,
            archived=self.archived,
            **more,
        )

    def _parts(self) -> tuple[str, ...]:
        document = self.document_ref or f"{self.document_number} {self.document_on or ''}".strip()
        return (
            self.counterparty_ref,
            self.contract_ref,
            self.organisation_ref,
            self.currency,
            document,
        )


class BalanceRow(_Settled):
    """A balance of the settlements: what is owed now for a document."""

    due_on: Day = Field(None, description="Срок оплаты (ДатаПлановогоПогашения)")

    about: ClassVar[str] = "Остаток взаиморасчётов: сколько клиент должен сейчас по документу"
    example: ClassVar[dict[str, Any]] = {
        "counterparty_ref": "7a2d3b65-0d3b-11ef-9c1a-00155d012e01",
        "contract_ref": "9c4f5d87-0d3b-11ef-9c1a-00155d012e01",
        "currency": "RUB",
        "amount": "48250.40",
        "base_amount": "48250.40",
        "document_ref": "ad506e98-0d3b-11ef-9c1a-00155d012e01",
        "document_name": "Реализация товаров и услуг КА00-000145 от 20.11.2026",
        "document_number": "КА00-000145",
        "document_on": "2026-11-20",
        "order_number": "100245",
        "due_on": "2026-12-04",
    }

    def record(self, zone: tzinfo) -> SettlementRecord:
        due = self.due_on.isoformat() if self.due_on else ""
        return self._record((*self._parts(), due), due_on=self.due_on)


class MovementRow(_Settled):
    """A movement of the settlements."""

    kind: Literal["shipment", "payment", "return", "correction", ""] = Field(
        "", description="Отгрузка, оплата, возврат, корректировка (по умолчанию)"
    )
    moved_at: Moment = Field(None, description="Когда; без смещения — время базы 1С")
    due_on: Day = Field(None, description="Только у остатков")

    about: ClassVar[str] = "Движение взаиморасчётов: отгрузка, оплата, возврат, корректировка"
    example: ClassVar[dict[str, Any]] = {
        "ref": "be617fa9-0d3b-11ef-9c1a-00155d012e01|1",
        "counterparty_ref": "7a2d3b65-0d3b-11ef-9c1a-00155d012e01",
        "contract_ref": "9c4f5d87-0d3b-11ef-9c1a-00155d012e01",
        "currency": "RUB",
        "amount": "48250.40",
        "kind": "shipment",
        "moved_at": "2026-11-20T14:05:00",
        "document_number": "КА00-000145",
        "document_on": "2026-11-20",
    }

    def record(self, zone: tzinfo) -> SettlementRecord:
        moved_at = local(self.moved_at, zone)
        parts = (*self._parts(), self.kind, moved_at.isoformat() if moved_at else "")
        return self._record(parts, kind=self.kind, moved_at=moved_at)


class PaymentRow(Pushed):
    """Money received."""

    kind: Literal["payment"] = Field("payment", description="Оплата")
    number: Text = Field("", max_length=50, description="Номер документа")
    paid_on: Day = Field(description="Дата")
    amount: Amount = Field(description="Сумма")
    currency: Currency = Field("", description="Валюта")
    payer_name: Text = Field("", description="Плательщик")
    payer_inn: Text = Field("", max_length=12, description="ИНН плательщика")
    payer_account: Text = Field("", max_length=34, description="Счёт плательщика")
    our_account: Text = Field("", max_length=34, description="Наш счёт")
    purpose: Text = Field("", description="Назначение платежа: в нём ищем номер заказа")
    order_number: Text = Field("", max_length=50, description="Номер заказа портала")
    counterparty_ref: Ref = Field("", description="Контрагент")

    about: ClassVar[str] = "Поступление денег: безналичное, наличное или по карте"
    example: ClassVar[dict[str, Any]] = {
        "kind": "payment",
        "ref": "d08391cb-0d3b-11ef-9c1a-00155d012e01",
        "version": "AAAAAAAB1ss=",
        "number": "000087",
        "paid_on": "2026-11-23",
        "amount": "48250.40",
        "currency": "RUB",
        "payer_name": "ООО «Дом и сад»",
        "payer_inn": "7707083893",
        "purpose": "Оплата по заказу 100245, в т. ч. НДС 22 %",
    }

    def record(self, zone: tzinfo) -> PaymentRecord:
        if self.paid_on is None:
            raise ValueError("a date is expected", "paid_on")
        return PaymentRecord(
            ref=self.ref,
            source="onec",
            number=self.number,
            paid_on=self.paid_on,
            amount=self.amount,
            currency=self.currency,
            payer_name=self.payer_name,
            payer_inn=self.payer_inn,
            payer_account=self.payer_account,
            our_account=self.our_account,
            purpose=self.purpose,
            order_number=self.order_number,
            counterparty_ref=self.counterparty_ref,
        )


def _made_ref(parts: tuple[str, ...]) -> str:
    """An identifier out of what tells a row from others."""
    told = "|".join(parts)
    return told if len(told) <= 255 else hashlib.sha256(told.encode()).hexdigest()
