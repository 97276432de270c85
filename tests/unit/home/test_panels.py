"""Panels of the admin's first screen for the catalogue and for finance."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from dealer_area.roles import GroupName
from home import panels
from home.panels import debts_panel, goods_panel, money_panel, pageless_panel
from sync.models import Run, SettlementBalance, Twin
from tests.factories.admin import signed_in
from tests.factories.sync import (
    ConnectionFactory,
    OfferFactory,
    ProductFactory,
    SettlementBalanceFactory,
    tell_prices,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 25)
AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def counts() -> list[str]:
    return [row.cells[1] for row in goods_panel(may_see_twins=True).rows]


def test_what_the_catalogue_lacks_is_counted(
    django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert counts() == ["0", "0", "0", "0", "ещё не поступал"]
    base = ConnectionFactory()
    offer = OfferFactory(product=ProductFactory(connection=base, pictures=["a.jpg"]))
    tell_prices(offer, {1: "10.00"})
    bare = OfferFactory(product=ProductFactory(connection=base))
    tell_prices(bare, {})
    ProductFactory(connection=base, archived=True)
    Twin.objects.create(connection=base, old=offer.product, new=bare.product, found_at=AT)
    Run.objects.create(connection=base, kind="catalog", state="done", finished_at=AT)
    with django_assert_num_queries(6):
        found = counts()
    assert found[:4] == ["2", "1", "1", "1"]
    assert "25.11.2026" in found[4]

    monkeypatch.setattr(panels, "COUNTED", 1)
    assert counts()[:3] == ["1 из последних 1", "1 из последних 1", "1 из последних 1"]


def test_twins_lead_only_whom_they_are_shown_to() -> None:
    with_right = goods_panel(may_see_twins=True).rows[3].url
    assert with_right.endswith("/twins/")
    assert "twins" not in goods_panel(may_see_twins=False).rows[3].url


def test_new_goods_without_a_page() -> None:
    assert "Товаров без страницы нет." in pageless_panel().render_html({})
    product = ProductFactory()
    (row,) = pageless_panel().rows
    assert row.cells[0] == product.name
    assert str(product.pk) in row.url


def test_debtors_by_overdue_debt_in_each_currency(django_assert_num_queries: Any) -> None:
    assert "никто не должен" in debts_panel(TODAY).render_html({})
    small = SettlementBalanceFactory(amount=Decimal("10.10"), due_on=date(2026, 11, 24))
    large = SettlementBalanceFactory(amount=Decimal(900), due_on=TODAY)
    same = {"contract": large.contract, "due_on": None}
    SettlementBalanceFactory(amount=Decimal("0.50"), **same)
    SettlementBalanceFactory(amount=Decimal(7), currency="CNY", **same)
    SettlementBalanceFactory(amount=Decimal(-100), **same)
    SettlementBalanceFactory(amount=Decimal(100), archived=True, **same)
    with django_assert_num_queries(1):
        found = SettlementBalance.objects.debtors(TODAY, 5)
    assert [(each.name, each.currency, each.debt, each.overdue) for each in found] == [
        (small.counterparty.name, "RUB", Decimal("10.10"), Decimal("10.10")),
        (large.counterparty.name, "RUB", Decimal("900.50"), Decimal(0)),
        (large.counterparty.name, "CNY", Decimal(7), Decimal(0)),
    ]
    assert SettlementBalance.objects.debtors(TODAY, 1) == found[:1]
    html = debts_panel(TODAY).render_html({})
    assert "просрочено 10,10" in html.replace("\xa0", " ")
    assert "без просрочки" in html


def test_last_exchanges_of_money_without_others_and_dry_runs(
    django_assert_num_queries: Any,
) -> None:
    assert "ещё не поступали" in money_panel().render_html({})
    base = ConnectionFactory(name="УТ")
    for kind, dry in (("balance", False), ("bank", False), ("bank", True), ("catalog", False)):
        Run.objects.create(
            connection=base, kind=kind, state="done", is_rehearsal=dry, finished_at=AT
        )
    Run.objects.create(connection=base, kind="settlement", state="done", finished_at=AT)
    with django_assert_num_queries(2):
        rows = money_panel().rows
    assert [row.url.rstrip("/").rpartition("/")[2] for row in rows] == [
        "settlementbalance",
        "statements",
    ]


@pytest.mark.parametrize(
    ("group", "goods", "debts"),
    [
        (GroupName.CATALOGUE, True, False),
        (GroupName.FINANCE, False, True),
        (GroupName.EDITORS, False, False),
        (GroupName.SALES, False, False),
    ],
)
def test_each_role_has_its_own_panels(group: GroupName, goods: bool, debts: bool) -> None:
    page = signed_in(group).get("/cms/").content.decode()
    assert ("Состояние каталога" in page) is goods
    assert ("Задолженность контрагентов" in page) is debts
