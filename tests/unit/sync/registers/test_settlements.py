"""Registers of money: for accountants, each amount in its own currency."""

from __future__ import annotations

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
