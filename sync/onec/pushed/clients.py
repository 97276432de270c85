"""Rows about clients."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any, ClassVar, Literal

from pydantic import Field

from sync.onec.pushed.fields import Amount, Currency, Day, Pushed, Ref, Text, Whole
from sync.onec.records import (
    AgreementRecord,
    ContractRecord,
    CounterpartyRecord,
    PartnerRecord,
)


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
