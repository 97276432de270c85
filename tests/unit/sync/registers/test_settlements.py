"""Registers of money: for accountants, each amount in its own currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dealer_area.roles import GroupName
from sync.models import Payment, SettlementBalance
from sync.registers.settlements import BalanceRegister, EntryRegister, PaymentRegister
from tests.factories.admin import address, signed_in
from tests.factories.sync import PaymentFactory, SettlementBalanceFactory, SettlementEntryFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("register", "make"),
    [
        (BalanceRegister, SettlementBalanceFactory),
        (EntryRegister, SettlementEntryFactory),
        (PaymentRegister, PaymentFactory),
    ],
)
def test_accountants_see_them_and_sellers_do_not(register: Any, make: Any) -> None:
    row = make()
    opened = register()
    accountants, sellers = signed_in(GroupName.FINANCE), signed_in(GroupName.SALES)
    for target in (address(opened, "index"), address(opened, "inspect", row)):
        assert accountants.get(target).status_code == 200
        assert sellers.get(target).status_code == 302


@pytest.mark.gotcha(70)
def test_each_amount_is_in_its_own_currency() -> None:
    row: SettlementBalance = SettlementBalanceFactory(
        currency="USD", amount=Decimal(10), base_amount=Decimal(905)
    )
    client = signed_in(GroupName.FINANCE)
    assert "10,00 $" in _text(client, BalanceRegister(), "index")
    shown = _text(client, BalanceRegister(), "inspect", row)
    assert "10,00 $" in shown
    assert "905,00" in shown
    assert "905,00 $" not in shown


@pytest.mark.parametrize(
    ("register", "make"),
    [(BalanceRegister, SettlementBalanceFactory), (EntryRegister, SettlementEntryFactory)],
)
def test_a_document_has_its_number_and_date_and_the_contract(register: Any, make: Any) -> None:
    row = make(
        document_name="Реализация товаров и услуг",
        document_number="00УТ-000001",
        document_on=date(2026, 11, 3),
    )
    contract = row.contract
    contract.name, contract.number, contract.signed_on = "", "12/26", date(2026, 1, 15)
    contract.save()
    shown = _text(signed_in(GroupName.FINANCE), register(), "index")
    assert "Реализация товаров и услуг № 00УТ-000001 от 03.11.2026" in shown
    assert "№ 12/26 от 15.01.2026" in shown
    # 1C's own name may have all of it
    whole = "Реализация товаров и услуг 00УТ-000001 от 03.11.2026 12:00:00"
    type(row).objects.update(document_name=whole)
    again = _text(signed_in(GroupName.FINANCE), register(), "index")
    assert whole in again
    assert "№ 00УТ" not in again
    assert again.count("03.11.2026") == 1
    contract.name = "Договор поставки"
    contract.save()
    assert "Договор поставки" in _text(signed_in(GroupName.FINANCE), register(), "index")


def test_days_are_written_alike() -> None:
    balance = SettlementBalanceFactory(due_on=date(2026, 12, 1), document_on=date(2026, 11, 3))
    payment = PaymentFactory(paid_on=date(2026, 12, 1))
    client = signed_in(GroupName.FINANCE)
    for register, row in ((BalanceRegister(), balance), (PaymentRegister(), payment)):
        for shown in (_text(client, register, "index"), _text(client, register, "inspect", row)):
            assert "01.12.2026" in shown
            assert "декабря" not in shown
    assert "03.11.2026" in _text(client, BalanceRegister(), "inspect", balance)


def test_a_payment_is_found_by_the_inn_of_its_payer() -> None:
    found: Payment = PaymentFactory(payer_inn="7707083893", payer_name="ООО «Дом»")
    PaymentFactory(payer_inn="5260000000", payer_name="ООО «Сад»")
    client = signed_in(GroupName.FINANCE)
    page = client.get(address(PaymentRegister(), "index"), {"q": "7707083893"}).content.decode()
    assert found.payer_name in page
    assert "ООО «Сад»" not in page


def _text(client: Any, register: Any, name: str, *rows: Any) -> str:
    content: str = client.get(address(register, name, *rows)).content.decode()
    return content.replace("\u00a0", " ").replace("\u202f", " ")
