"""Rows about orders: as 1C has them, or their state alone."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any, ClassVar, Literal

from pydantic import Field

from sync.onec import values
from sync.onec.pushed.fields import (
    Amount,
    Currency,
    Day,
    Flag,
    Moment,
    Pushed,
    Ref,
    Said,
    Text,
    local,
)
from sync.onec.records import OrderStatusRecord, RemoteLineRecord, RemoteOrderRecord


class LineRow(Said):
    """A line of an order."""

    ref: Ref = Field("", description="Предложение: Номенклатура или Номенклатура#Характеристика")
    product_ref: Ref = Field("", description="Номенклатура, если отличается")
    sku: Text = Field("", description="Артикул")
    name: Text = Field("", description="Наименование")
    unit: Text = Field("", description="Единица")
    quantity: Amount = Field(description="Количество")
    price: Amount = Field(description="Цена")
    amount: Amount | None = Field(None, description="Сумма строки")
    vat_rate: Amount | None = Field(None, description="Ставка НДС, %; без неё — «Без НДС»")
    is_service: bool = Field(default=False, description="Услуга")


class OrderRow(Pushed):
    """An order as 1C has it now: its state and its lines."""

    kind: Literal["order"] = Field("order", description="Заказ")
    number: Text = Field("", max_length=50, description="Номер заказа на портале")
    ordered_on: Day = Field(None, description="Дата заказа на портале")
    remote_number: Text = Field("", max_length=50, description="Номер документа в 1С")
    remote_on: Day = Field(None, description="Дата документа в 1С")
    status: Text = Field("", description="Состояние, как оно названо в 1С")
    status_code: Text = Field("", description="Код состояния")
    posted: Flag = Field(None, description="Проведён")
    deleted: Flag = Field(None, description="Помечен на удаление")
    cancelled: Flag = Field(None, description="Отменён")
    paid: Flag = Field(None, description="Оплачен полностью")
    paid_number: Text = Field("", description="Номер оплаты")
    paid_on: Day = Field(None, description="Дата оплаты")
    shipped: Flag = Field(None, description="Отгружен полностью")
    shipped_number: Text = Field("", description="Номер отгрузки")
    shipped_on: Day = Field(None, description="Дата отгрузки")
    currency: Currency = Field("", description="Валюта")
    amount: Amount | None = Field(None, description="Сумма документа")
    comment: Text = Field("", description="Комментарий")
    lines: tuple[LineRow, ...] = Field((), description="Товары")
    changed_at: Moment = Field(None, description="Когда изменён")

    about: ClassVar[str] = "Документ.ЗаказКлиента, каким он есть в 1С: состояние и строки"
    example: ClassVar[dict[str, Any]] = {
        "kind": "order",
        "ref": "cf7280ba-0d3b-11ef-9c1a-00155d012e01",
        "version": "AAAAAAAB1so=",
        "number": "100245",
        "ordered_on": "2026-11-18",
        "remote_number": "КА00-000245",
        "remote_on": "2026-11-18",
        "status": "К отгрузке",
        "posted": True,
        "paid": False,
        "currency": "RUB",
        "amount": "48250.40",
        "lines": [
            {
                "ref": "5d0c1b5e-0000-4000-8000-000000000001",
                "sku": "ПН-0001",
                "name": "Петля накладная",
                "unit": "шт",
                "quantity": 100,
                "price": "482.504",
                "amount": "48250.40",
                "vat_rate": 22,
            }
        ],
    }

    def record(self, zone: tzinfo) -> RemoteOrderRecord:
        content = self.model_dump(exclude={"version", "changed_at"})
        return RemoteOrderRecord(
            ref=self.ref,
            number=self.number,
            ordered_on=self.ordered_on,
            operation="Заказ товара",
            role="Продавец",
            currency=self.currency,
            amount=self.amount,
            comment=self.comment,
            remote_number=self.remote_number,
            remote_on=self.remote_on,
            status=self.status,
            status_code=self.status_code,
            posted=self.posted,
            deleted=self.deleted,
            cancelled=self.cancelled,
            paid=self.paid,
            paid_number=self.paid_number,
            paid_on=self.paid_on,
            shipped=self.shipped,
            shipped_number=self.shipped_number,
            shipped_on=self.shipped_on,
            counterparty=None,
            lines=tuple(_line(each) for each in self.lines),
            requisites=(),
            changed_at=local(self.changed_at, zone),
            digest=values.fingerprint(repr(content).encode()),
        )


class StatusRow(Pushed):
    """An order's state without its lines."""

    number: Text = Field("", max_length=50, description="Номер заказа на портале")
    remote_number: Text = Field("", max_length=50, description="Номер документа в 1С")
    remote_on: Day = Field(None, description="Дата документа в 1С")
    status: Text = Field("", description="Состояние, как оно названо в 1С")
    posted: Flag = Field(None, description="Проведён")
    deleted: Flag = Field(None, description="Помечен на удаление")
    cancelled: Flag = Field(None, description="Отменён")
    paid: Flag = Field(None, description="Оплачен полностью")
    paid_on: Day = Field(None, description="Дата оплаты")
    shipped: Flag = Field(None, description="Отгружен полностью")
    shipped_on: Day = Field(None, description="Дата отгрузки")
    amount: Amount | None = Field(None, description="Сумма документа")
    currency: Currency = Field("", description="Валюта")

    about: ClassVar[str] = "Состояние заказа; нужен номер портала, ref или номер 1С"
    example: ClassVar[dict[str, Any]] = {
        "ref": "cf7280ba-0d3b-11ef-9c1a-00155d012e01",
        "version": "AAAAAAAB1sw=",
        "number": "100245",
        "remote_number": "КА00-000245",
        "status": "Отгружен",
        "shipped": True,
        "shipped_on": "2026-11-24",
    }

    def record(self, zone: tzinfo) -> OrderStatusRecord:
        return OrderStatusRecord(
            ref=self.ref,
            number=self.number,
            remote_number=self.remote_number,
            remote_on=self.remote_on,
            status=self.status,
            posted=self.posted,
            deleted=self.deleted,
            cancelled=self.cancelled,
            paid=self.paid,
            paid_on=self.paid_on,
            shipped=self.shipped,
            shipped_on=self.shipped_on,
            amount=self.amount,
            currency=self.currency,
        )


def _line(row: LineRow) -> RemoteLineRecord:
    ref, product_ref = values.offer_refs(row.ref)
    return RemoteLineRecord(
        ref=ref,
        product_ref=row.product_ref or product_ref,
        sku=row.sku,
        name=row.name,
        unit=row.unit,
        quantity=row.quantity,
        price=row.price,
        amount=row.amount,
        vat_rate=row.vat_rate,
        is_service=row.is_service,
    )
