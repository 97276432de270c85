"""Rows of the JSON push: what each kind may say, in the words of its OpenAPI document.

A row becomes the record of `sync.onec.records` that stands behind it. What is said of rows and
fields is the Russian text of the document: it is read by programmers of 1C. Unknown fields are
refused: a name that was mistyped would else be lost without a word.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from sync.onec import values
from sync.onec.records import (
    AgreementRecord,
    ContractRecord,
    CounterpartyRecord,
    OfferPricesRecord,
    OfferStockRecord,
    OrderStatusRecord,
    PartnerRecord,
    PaymentRecord,
    PriceRecord,
    Record,
    RemoteLineRecord,
    RemoteOrderRecord,
    SettlementRecord,
    StockRecord,
)

_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_EMPTY_DATE = ("0001-", "00010101")


def _text(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}" if abs(value.adjusted()) < 40 else str(value)
    if isinstance(value, str):
        if _NO_TEXT.search(value):
            raise ValueError("a text with characters that are no text")
        return value.strip()
    return value


def _ref(value: Any) -> Any:
    value = _text(value)
    return values.ref(value) if isinstance(value, str) else value


def _currency(value: Any) -> Any:
    value = _text(value)
    return values.currency(value) if isinstance(value, str) else value


def _number(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (str, int, Decimal)):
        return values.number(str(value))
    return value


def _day(value: Any) -> Any:
    value = _text(value)
    if not isinstance(value, str):
        raise ValueError("a date is expected")
    if not value or value.startswith(_EMPTY_DATE):
        return None
    found = values.day(value)
    if found is None:
        raise ValueError("a date is expected", value[:60])
    return found


def _moment(value: Any) -> Any:
    value = _text(value)
    if not isinstance(value, str):
        raise ValueError("a date and time are expected")
    if not value or value.startswith(_EMPTY_DATE):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("a date and time are expected", value[:60]) from None


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, Decimal) and value == value.to_integral() else value


Text = Annotated[str, BeforeValidator(_text)]
Ref = Annotated[str, BeforeValidator(_ref), Field(max_length=255)]
Currency = Annotated[str, BeforeValidator(_currency), Field(max_length=10)]
_AMOUNT = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}]})
Amount = Annotated[Decimal, BeforeValidator(_number), _AMOUNT]
Day = Annotated[
    date | None,
    BeforeValidator(_day),
    WithJsonSchema({"type": ["string", "null"], "format": "date"}),
]
Moment = Annotated[
    datetime | None, BeforeValidator(_moment), WithJsonSchema({"type": ["string", "null"]})
]
Whole = Annotated[int, BeforeValidator(_whole)]
Flag = bool | None


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=10_000)


class Pushed(_Said):
    """What every row has."""

    ref: Ref = Field("", description="Идентификатор объекта в 1С (УникальныйИдентификатор)")
    version: Text = Field(
        "",
        max_length=100,
        description="ВерсияДанных объекта: строка с той же версией больше не разбирается",
    )

    about: ClassVar[str] = ""
    example: ClassVar[dict[str, Any]] = {}

    def record(self, zone: tzinfo) -> Record:
        """The record the row stands for. Raises ValueError with the reason why there is none."""
        raise NotImplementedError


class PartnerRow(Pushed):
    """A partner."""

    name: Text = Field("", description="Наименование")
    archived: bool = Field(default=False, description="Пометка удаления")

    about: ClassVar[str] = "Справочник.Партнеры"
    example: ClassVar[dict[str, Any]] = {
        "ref": "6f1c2a54-0d3b-11ef-9c1a-00155d012e01",
        "version": "AAAAAAAB1sY=",
        "name": "Дом и сад",
    }

    def record(self, zone: tzinfo) -> PartnerRecord:
        return PartnerRecord(self.ref, self.name, self.archived)


class CounterpartyRow(Pushed):
    """A legal entity or person that orders and pays."""

    partner_ref: Ref = Field("", description="Партнёр")
    name: Text = Field("", description="Наименование")
    full_name: Text = Field("", description="Официальное наименование или ФИО полностью")
    inn: Text = Field("", description="ИНН: 10 или 12 цифр")
    kpp: Text = Field("", description="КПП: 9 знаков")
    kind: Literal["company", "sole_trader", "person", ""] = Field(
        "",
        description="Юридическое лицо, предприниматель или физическое лицо; "
        "без указания судим по длине ИНН",
    )
    archived: bool = Field(default=False, description="Пометка удаления")

    about: ClassVar[str] = "Справочник.Контрагенты"
    example: ClassVar[dict[str, Any]] = {
        "ref": "7a2d3b65-0d3b-11ef-9c1a-00155d012e01",
        "version": "AAAAAAAB1sc=",
        "partner_ref": "6f1c2a54-0d3b-11ef-9c1a-00155d012e01",
        "name": "ООО «Дом и сад»",
        "full_name": "Общество с ограниченной ответственностью «Дом и сад»",
        "inn": "7707083893",
        "kpp": "770701001",
        "kind": "company",
    }

    def record(self, zone: tzinfo) -> CounterpartyRecord:
        return CounterpartyRecord(
            ref=self.ref,
            partner_ref=self.partner_ref,
            name=self.name,
            full_name=self.full_name or self.name,
            inn=self.inn,
            kpp=self.kpp,
            kind=self.kind or ("sole_trader" if len(self.inn) == 12 else "company"),
            archived=self.archived,
        )


class AgreementRow(Pushed):
    """An agreement: price type, warehouse and currency of a partner."""

    partner_ref: Ref = Field("", description="Партнёр")
    name: Text = Field("", description="Наименование")
    price_type_ref: Ref = Field("", description="Вид цен")
    warehouse_ref: Ref = Field("", description="Склад")
    currency: Currency = Field("", description="Валюта: код ISO или как в 1С")
    archived: bool = Field(default=False, description="Пометка удаления")

    about: ClassVar[str] = "Справочник.СоглашенияСКлиентами"
    example: ClassVar[dict[str, Any]] = {
        "ref": "8b3e4c76-0d3b-11ef-9c1a-00155d012e01",
        "version": "AAAAAAAB1sg=",
        "partner_ref": "6f1c2a54-0d3b-11ef-9c1a-00155d012e01",
        "name": "Опт, отсрочка 14 дней",
        "price_type_ref": "3c9a0f12-0d3a-11ef-9c1a-00155d012e01",
        "warehouse_ref": "4dab1023-0d3a-11ef-9c1a-00155d012e01",
        "currency": "RUB",
    }

    def record(self, zone: tzinfo) -> AgreementRecord:
        return AgreementRecord(
            ref=self.ref,
            partner_ref=self.partner_ref,
            name=self.name,
            price_type_ref=self.price_type_ref,
            warehouse_ref=self.warehouse_ref,
            currency=self.currency,
            archived=self.archived,
        )


class ContractRow(Pushed):
    """A contract: limit and deferral of a counterparty."""

    counterparty_ref: Ref = Field("", description="Контрагент")
    partner_ref: Ref = Field("", description="Партнёр")
    agreement_ref: Ref = Field("", description="Соглашение")
    number: Text = Field("", description="Номер договора")
    name: Text = Field("", description="Наименование")
    signed_on: Day = Field(None, description="Дата договора")
    organisation_ref: Ref = Field("", description="Наша организация")
    organisation_name: Text = Field("", description="Её наименование")
    currency: Currency = Field("", description="Валюта взаиморасчётов")
    price_type_ref: Ref = Field("", description="Вид цен (УНФ)")
    credit_limit: Amount | None = Field(None, description="Допустимая сумма задолженности")
    deferral_days: Whole | None = Field(None, description="Отсрочка оплаты, дней")
    archived: bool = Field(default=False, description="Пометка удаления")

    about: ClassVar[str] = "Справочник.ДоговорыКонтрагентов"
    example: ClassVar[dict[str, Any]] = {
        "ref": "9c4f5d87-0d3b-11ef-9c1a-00155d012e01",
        "version": "AAAAAAAB1sk=",
        "counterparty_ref": "7a2d3b65-0d3b-11ef-9c1a-00155d012e01",
        "agreement_ref": "8b3e4c76-0d3b-11ef-9c1a-00155d012e01",
        "number": "12/26",
        "name": "Договор поставки 12/26",
        "signed_on": "2026-01-15",
        "organisation_ref": "1b780df0-0d3a-11ef-9c1a-00155d012e01",
        "organisation_name": "ООО «Фабрика»",
        "currency": "RUB",
        "credit_limit": "500000.00",
        "deferral_days": 14,
    }

    def record(self, zone: tzinfo) -> ContractRecord:
        return ContractRecord(
            ref=self.ref,
            counterparty_ref=self.counterparty_ref,
            partner_ref=self.partner_ref,
            agreement_ref=self.agreement_ref,
            number=self.number,
            name=self.name,
            signed_on=self.signed_on,
            organisation_ref=self.organisation_ref,
            organisation_name=self.organisation_name,
            currency=self.currency,
            price_type_ref=self.price_type_ref,
            credit_limit=self.credit_limit,
            deferral_days=self.deferral_days,
            archived=self.archived,
        )


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
        moved_at = _local(self.moved_at, zone)
        parts = (*self._parts(), self.kind, moved_at.isoformat() if moved_at else "")
        return self._record(parts, kind=self.kind, moved_at=moved_at)


class LineRow(_Said):
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
            changed_at=_local(self.changed_at, zone),
            digest=values.fingerprint(repr(content).encode()),
        )


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


class PriceRow(_Said):
    """One price."""

    price_type_ref: Ref = Field(description="Вид цен")
    amount: Amount = Field(description="Цена за базовую единицу")
    currency: Currency = Field("", description="Валюта")


class PricesRow(Pushed):
    """All prices of an offer."""

    characteristic_ref: Ref = Field("", description="Характеристика, если она не в ref после #")
    prices: tuple[PriceRow, ...] = Field(description="Цены")

    about: ClassVar[str] = "Все цены предложения: вида, которого нет в списке, у него нет"
    example: ClassVar[dict[str, Any]] = {
        "ref": "5d0c1b5e-0000-4000-8000-000000000001",
        "version": "2026-11-24T02:10:00",
        "prices": [
            {
                "price_type_ref": "3c9a0f12-0d3a-11ef-9c1a-00155d012e01",
                "amount": "482.50",
                "currency": "RUB",
            }
        ],
    }

    def record(self, zone: tzinfo) -> OfferPricesRecord:
        ref, _product = values.offer_refs(self.ref, self.characteristic_ref)
        return OfferPricesRecord(
            ref,
            tuple(
                PriceRecord(each.price_type_ref, each.amount, each.currency) for each in self.prices
            ),
        )


class PlaceRow(_Said):
    """Stock at one warehouse."""

    warehouse_ref: Ref = Field("", description="Склад; без него — остаток всего")
    quantity: Amount = Field(description="Количество")


class StockRow(Pushed):
    """The whole stock of an offer."""

    characteristic_ref: Ref = Field("", description="Характеристика, если она не в ref после #")
    stock: tuple[PlaceRow, ...] = Field(description="Остатки по складам")

    about: ClassVar[str] = "Весь остаток: на складе, которого нет в списке, его нет"
    example: ClassVar[dict[str, Any]] = {
        "ref": "5d0c1b5e-0000-4000-8000-000000000001",
        "stock": [{"warehouse_ref": "4dab1023-0d3a-11ef-9c1a-00155d012e01", "quantity": 120}],
    }

    def record(self, zone: tzinfo) -> OfferStockRecord:
        ref, _product = values.offer_refs(self.ref, self.characteristic_ref)
        return OfferStockRecord(
            ref, tuple(StockRecord(each.warehouse_ref, each.quantity) for each in self.stock)
        )


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


def _local(at: datetime | None, zone: tzinfo) -> datetime | None:
    """The moment as the base's own clock shows it, without a zone."""
    if at is None or at.tzinfo is None:
        return at
    try:
        return at.astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        raise ValueError("a date and time are expected", at.isoformat()) from None


def _made_ref(parts: tuple[str, ...]) -> str:
    """An identifier out of what tells a row from others."""
    told = "|".join(parts)
    return told if len(told) <= 255 else hashlib.sha256(told.encode()).hexdigest()
