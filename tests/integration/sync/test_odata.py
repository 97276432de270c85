"""Pulls out of a base that answers over HTTP, taken by the worker's own code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from onec.odata import OdataServer
from onec.odata_base import guid
from onec.odata_made import make_base
from onec.odata_maker import PRICE_TYPES, WAREHOUSES
from sync.channels import asking, odata
from sync.channels.asking import PullFailed
from sync.models import (
    Agreement,
    ChangeBatch,
    Contract,
    Counterparty,
    OfferPrices,
    OfferStock,
    Partner,
    Payment,
    PriceType,
    ReceivedFile,
    RemoteOrder,
    Run,
    Schedule,
    SettlementBalance,
    SettlementEntry,
    Warehouse,
)
from sync.runs import importing, inbound
from tests.factories.commerceml import changes, message, offer, store, take
from tests.factories.odata import connected, fetch, make_goods

pytestmark = pytest.mark.django_db

DIALECTS = ("ut11", "unf")
UT_SETTLED = "AccumulationRegister_РасчетыСКлиентамиПоСрокам"
UNF_SETTLED = "AccumulationRegister_РасчетыСПокупателями"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PAUSE", 0.001)


@pytest.fixture(params=DIALECTS)
def server(request: pytest.FixtureRequest) -> Iterator[OdataServer]:
    with OdataServer(make_base(request.param, clients=12, products=20)) as running_server:
        yield running_server


@pytest.fixture
def ut() -> Iterator[OdataServer]:
    with OdataServer(make_base("ut11", clients=12, products=20)) as running_server:
        yield running_server


@pytest.fixture
def unf() -> Iterator[OdataServer]:
    with OdataServer(make_base("unf", clients=12, products=20)) as running_server:
        yield running_server


@pytest.mark.parametrize(
    "kind",
    [
        "counterparties",
        "contracts",
        "settlements",
        "statuses",
        "payments",
        "prices",
        "stock",
    ],
)
def test_second_pull_writes_nothing(server: OdataServer, kind: str) -> None:
    connection = connected(server)
    make_goods(connection, server.base)
    first = fetch(connection, kind)
    assert first
    assert [run.error for run in first] == ["" for _run in first]
    assert all(run.created_count + run.changed_count for run in first)
    assert [(run.rejected_count, run.warnings) for run in first] == [(0, []) for _run in first]
    batches = ChangeBatch.objects.count()

    again = fetch(connection, kind)

    assert all(run.state == Run.State.DONE for run in again)
    assert [run.created_count + run.changed_count for run in again] == [0 for _run in again]
    assert [run.read_count for run in again] == [run.read_count for run in first]
    assert ChangeBatch.objects.count() == batches


def test_clients_and_contracts_arrive_with_what_they_refer_to(ut: OdataServer) -> None:
    connection = connected(ut)
    fetch(connection, "counterparties")
    fetch(connection, "contracts")
    party: Any = Counterparty.objects.get(ref=guid("party", 6))
    assert (party.name, party.inn, party.kpp, party.kind) == (
        "ООО «Ладога-7»",
        "7700000006",
        "770101001",
        "company",
    )
    assert party.partner.ref == guid("partner", 6)
    contract: Any = Contract.objects.get(ref=guid("contract", 6))
    assert contract.counterparty == party
    assert (contract.currency, contract.credit_limit, contract.deferral_days) == (
        "CNY",
        Decimal(500000),
        14,
    )
    assert contract.organisation.name == "ООО «Поставщик»"
    agreement: Any = Agreement.objects.get(ref=guid("agreement", 0))
    assert (agreement.price_type.ref, agreement.warehouse.ref) == (PRICE_TYPES[0], WAREHOUSES[0])
    assert Partner.objects.count() == 12


def test_unf_price_type_and_deferral_come_with_the_contract(unf: OdataServer) -> None:
    connection = connected(unf)
    fetch(connection, "contracts")
    contract: Any = Contract.objects.get(ref=guid("contract", 0))
    assert contract.price_type.ref == PRICE_TYPES[0]
    assert contract.deferral_days == 14
    assert contract.counterparty.ref == guid("party", 0)


def test_only_the_changed_object_is_written(server: OdataServer) -> None:
    connection = connected(server)
    fetch(connection, "counterparties")
    server.base.change("Catalog_Контрагенты", guid("party", 3), {"Description": "ООО «Новое имя»"})
    runs = fetch(connection, "counterparties")
    assert sum(run.changed_count for run in runs) == 1
    assert Counterparty.objects.get(ref=guid("party", 3)).name == "ООО «Новое имя»"


def test_deletion_mark_archives_and_its_removal_brings_back(server: OdataServer) -> None:
    connection = connected(server)
    fetch(connection, "counterparties")
    for mark in (True, False):
        server.base.change("Catalog_Контрагенты", guid("party", 3), {"DeletionMark": mark})
        fetch(connection, "counterparties")
        assert Counterparty.objects.get(ref=guid("party", 3)).archived is mark


def test_nothing_is_lost_while_objects_are_inserted(monkeypatch: pytest.MonkeyPatch) -> None:
    """2,500 counterparties in pages of 200; each answer is followed by insertions everywhere."""
    base = make_base("unf", clients=2500, products=0)
    there = {row["Ref_Key"] for row in base.table("Catalog_Контрагенты")}
    monkeypatch.setattr(odata, "PAGE", 200)
    real_ask = asking.Asker.ask

    def ask_and_insert(self: asking.Asker, address: str, *, entity: str) -> asking.Answer:
        answer = real_ask(self, address, entity=entity)
        for number in range(7):
            name = f"new {len(base.table('Catalog_Контрагенты'))} {number}"
            party = {**base.table("Catalog_Контрагенты")[0], "Ref_Key": guid(name)}
            base.insert("Catalog_Контрагенты", party)
        return answer

    with OdataServer(base) as server:
        connection = connected(server)
        with monkeypatch.context() as patched:
            patched.setattr(asking.Asker, "ask", ask_and_insert)
            fetch(connection, "counterparties")
        told = set(Counterparty.objects.values_list("ref", flat=True))
        assert there <= told
        assert not any("$skip" in asked for asked in server.asked)
        fetch(connection, "counterparties")
    assert Counterparty.objects.count() == len(base.table("Catalog_Контрагенты"))


def test_rows_of_a_register_are_not_cut_between_pages(
    server: OdataServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages so short that each client's balances and each product's stock fall on their edges."""
    connection = connected(server)
    make_goods(connection, server.base)
    fetch(connection, "settlements")
    fetch(connection, "stock")
    fetch(connection, "prices")
    monkeypatch.setattr(odata, "PAGE", 3)
    for kind in ("settlements", "stock", "prices"):
        assert [run.created_count + run.changed_count for run in fetch(connection, kind)] == [
            0 for _run in Run.objects.filter(kind__in=_kinds(kind)).values("kind").distinct()
        ]


def _kinds(kind: str) -> list[str]:
    return {"settlements": ["balance", "settlement"], "prices": ["price"]}.get(kind, [kind])


@pytest.mark.gotcha(68)
def test_balances_are_asked_of_a_function(server: OdataServer) -> None:
    connection = connected(server)
    fetch(connection, "settlements")
    fetch(connection, "stock")
    asked = [each for each in server.asked if "Balance" in each.partition("?")[0]]
    assert asked
    assert all("/Balance(Dimensions='" in each for each in asked)
    assert not any("_Balance" in each for each in server.asked)


@pytest.mark.gotcha(70)
def test_settlements_of_ut_are_in_the_currency_of_the_contract(ut: OdataServer) -> None:
    connection = connected(ut)
    fetch(connection, "settlements")
    ours = SettlementBalance.objects.filter(contract__ref=guid("contract", 6))
    assert {row.currency for row in ours} == {"CNY"}
    told = {
        row["РасчетныйДокумент"]: row
        for row in ut.base.balance(UT_SETTLED, ("РасчетныйДокумент", "Валюта"), "")
    }
    for row in ours:
        assert row.amount == told[row.document_ref]["ДолгBalance"]
        assert row.base_amount == told[row.document_ref]["ДолгРеглBalance"]
        assert row.amount != row.base_amount
        assert row.due_on is not None
        assert (row.document_name, row.counterparty.ref) == (
            "Реализация товаров и услуг",
            guid("party", 6),
        )


@pytest.mark.gotcha(70)
def test_settlements_of_unf_are_in_the_currency_of_the_contract(unf: OdataServer) -> None:
    connection = connected(unf)
    fetch(connection, "settlements")
    ours = SettlementBalance.objects.filter(contract__ref=guid("contract", 6))
    told = {
        row["Документ"]: row for row in unf.base.balance(UNF_SETTLED, ("Документ", "Договор"), "")
    }
    assert {row.currency for row in ours} == {"CNY"}
    for row in ours:
        assert row.amount == told[row.document_ref]["СуммаВалBalance"]
        assert row.base_amount == told[row.document_ref]["СуммаBalance"]
        assert row.amount != row.base_amount
        # УНФ keeps no date of payment: it is the document's with the days of the contract
        assert (row.due_on - row.document_on).days == 14


def test_advance_of_unf_is_below_zero(unf: OdataServer) -> None:
    connection = connected(unf)
    fetch(connection, "settlements")
    row = SettlementBalance.objects.get(document_ref=guid("advance", 4))
    assert (row.amount, row.due_on) == (Decimal(-10000), None)
    entry = SettlementEntry.objects.get(document_ref=guid("advance", 4))
    assert (entry.amount, entry.kind) == (Decimal(-10000), "payment")


def test_movements_are_signed_and_named(ut: OdataServer) -> None:
    connection = connected(ut)
    fetch(connection, "settlements")
    code = "00УТ-000001"
    shipped = SettlementEntry.objects.get(document_ref=guid("shipment", code))
    paid = SettlementEntry.objects.get(document_ref=guid("payment", code))
    assert (shipped.kind, paid.kind) == ("shipment", "payment")
    assert shipped.amount > 0 > paid.amount
    assert shipped.document_number == code


def test_balance_that_is_paid_is_archived(server: OdataServer) -> None:
    connection = connected(server)
    register = UT_SETTLED if server.base.dialect == "ut11" else UNF_SETTLED
    fetch(connection, "settlements")
    shipment = server.base.table(f"{register}_RecordType")[0]["Recorder"]
    server.base.remove(f"{register}_RecordType", {"Recorder": shipment})
    before = SettlementBalance.objects.filter(archived=False).count()
    entry = SettlementEntry.objects.get(document_ref=shipment)
    fetch(connection, "settlements")
    gone = SettlementEntry.objects.get(pk=entry.pk)
    assert gone.archived
    assert (gone.amount, gone.kind, gone.moved_at, gone.document_name, gone.order_number) == (
        entry.amount,
        entry.kind,
        entry.moved_at,
        entry.document_name,
        entry.order_number,
    )
    changed = SettlementBalance.objects.filter(document_ref=shipment, archived=False)
    if register == UNF_SETTLED:
        assert not changed.exists()
        assert SettlementBalance.objects.filter(archived=False).count() == before - 1
    else:
        # half of it was paid: with the shipment gone the payment alone is left
        assert changed.get().amount < 0


def test_movements_of_another_channel_are_no_business_of_a_pull(server: OdataServer) -> None:
    """Pushed under an identifier with colons, which those made for the register have, too."""
    connection = connected(server)
    register = UT_SETTLED if server.base.dialect == "ut11" else UNF_SETTLED
    fetch(connection, "settlements")
    moved_at = SettlementEntry.objects.latest("moved_at").moved_at
    row = {
        "ref": "shop:1:2",
        "counterparty_ref": guid("party", 1),
        "currency": "RUB",
        "amount": "100.00",
        "kind": "shipment",
        "moved_at": moved_at.isoformat(),
    }
    run = inbound.accept(
        connection=connection,
        kind="settlement",
        channel=ReceivedFile.Channel.PUSH,
        file_kind=ReceivedFile.Kind.PUSH,
        name="settlements.json",
        content=json.dumps({"records": [row]}).encode(),
        at=moved_at,
        queue=None,
    )
    inbound.import_records(run.pk, owner="worker")
    shipment = server.base.table(f"{register}_RecordType")[0]["Recorder"]
    server.base.remove(f"{register}_RecordType", {"Recorder": shipment})

    fetch(connection, "settlements")

    pushed = SettlementEntry.objects.get(ref="shop:1:2")
    assert (pushed.origin, pushed.archived) == ("push", False)
    fetched = SettlementEntry.objects.get(document_ref=shipment)
    assert (fetched.origin, fetched.archived) == ("odata", True)


def test_prices_are_of_one_base_unit(server: OdataServer) -> None:
    connection = connected(server)
    make_goods(connection, server.base)
    fetch(connection, "prices")
    types = {each.ref: str(each.pk) for each in PriceType.objects.all()}
    for number in (0, 3):
        amounts = OfferPrices.objects.get(offer__ref=guid("product", number)).amounts
        price = Decimal(100 + number * 7)
        assert Decimal(amounts[types[PRICE_TYPES[0]]]) == price
        assert Decimal(amounts[types[PRICE_TYPES[1]]]) == price + 30


def test_stock_that_is_gone_is_told_as_none(server: OdataServer) -> None:
    connection = connected(server)
    make_goods(connection, server.base)
    fetch(connection, "stock")
    register = next(
        name
        for name, own in server.base.virtual.items()
        if own.function == "Balance" and "Номенклатура" in own.dimensions
    )
    product = guid("product", 7)
    quantities = OfferStock.objects.get(offer__ref=product).quantities
    places = {str(each.pk): each.ref for each in Warehouse.objects.all()}
    reserved = 1 if server.base.dialect == "ut11" else 0
    assert {places[key]: Decimal(value) for key, value in quantities.items()} == {
        WAREHOUSES[0]: 7 - reserved,
        WAREHOUSES[1]: 12 - reserved,
    }
    server.base.remove(f"{register}_RecordType", {"Номенклатура_Key": product})
    [run] = fetch(connection, "stock")
    assert run.changed_count == 1
    assert OfferStock.objects.get(offer__ref=product).quantities == {}


@pytest.mark.parametrize("is_news", [True, False])
@pytest.mark.parametrize("pull_is_first", [True, False])
def test_a_delta_that_comes_while_1c_is_asked_is_the_later_word(
    ut: OdataServer, monkeypatch: pytest.MonkeyPatch, pull_is_first: bool, is_news: bool
) -> None:
    """Whichever is imported first, and also where it says what the portal knows already."""
    connection = connected(ut)
    make_goods(connection, ut.base)
    product, other = guid("product", 7), guid("product", 8)
    told = offer(product, f'<Склад ИдСклада="{WAREHOUSES[0]}" КоличествоНаСкладе="1"/>')
    known = told.replace('КоличествоНаСкладе="1"', f'КоличествоНаСкладе="{3 if is_news else 1}"')
    take(connection, changes(known))
    deltas: list[Run] = []
    real_ask = asking.Asker.ask

    def ask_then_sell(self: asking.Asker, address: str, *, entity: str) -> asking.Answer:
        answer = real_ask(self, address, entity=entity)
        if not deltas:
            deltas.append(store(connection, message(changes(told))))
            if not pull_is_first:
                importing.import_run(deltas[0].pk, owner="worker")
        return answer

    monkeypatch.setattr(asking.Asker, "ask", ask_then_sell)
    wanted = Schedule.objects.create(connection=connection, kind="stock", channel="odata")
    odata.pull(wanted, Run.Trigger.SCHEDULE, None)
    pulled = Run.objects.get(kind="stock")
    inbound.import_records(pulled.pk, owner="worker")
    if pull_is_first:
        importing.import_run(deltas[0].pk, owner="worker")

    deltas[0].refresh_from_db()
    pulled.refresh_from_db()
    assert (pulled.state, deltas[0].state) == (Run.State.DONE, Run.State.DONE)
    assert (pulled.file_id or 0) < (deltas[0].file_id or 0)
    places = {each.ref: str(each.pk) for each in Warehouse.objects.all()}
    sold = OfferStock.objects.get(offer__ref=product).quantities
    assert {place: Decimal(value) for place, value in sold.items()} == {places[WAREHOUSES[0]]: 1}
    # what the delta did not tell of is as the pull told it
    assert len(OfferStock.objects.get(offer__ref=other).quantities) == 2


@pytest.mark.parametrize("left", [0, 2])
def test_much_stock_gone_at_once_is_not_believed(
    ut: OdataServer, monkeypatch: pytest.MonkeyPatch, left: int
) -> None:
    connection = connected(ut)
    make_goods(connection, ut.base)
    fetch(connection, "stock")
    monkeypatch.setattr(odata, "SUSPICIOUS", 5)
    register = "AccumulationRegister_ТоварыНаСкладах_RecordType"
    ut.base.rows[register] = ut.base.rows[register][:left]
    with pytest.raises(PullFailed):
        fetch(connection, "stock")
    assert OfferStock.objects.exclude(quantities={}).exists()
    assert Run.objects.latest("pk").state == Run.State.FAILED


@pytest.mark.gotcha(58)
def test_statuses_of_ut_come_by_odata(ut: OdataServer) -> None:
    connection = connected(ut)
    code = "00УТ-000002"
    order = RemoteOrder.objects.create(
        connection=connection,
        number="1000007",
        ref=guid("order", code),
        changed_at="2026-11-01T00:00Z",
    )
    fetch(connection, "statuses")
    order.refresh_from_db()
    assert (order.number, order.remote_number) == ("1000007", code)
    assert (order.status, order.paid, order.shipped) == ("Готов к закрытию", True, True)
    assert (order.posted, order.deleted, order.cancelled) == (True, False, None)

    ut.base.change("Document_ЗаказКлиента", order.ref, {"DeletionMark": True})
    fetch(connection, "statuses")
    order.refresh_from_db()
    assert order.deleted is True


def test_statuses_of_unf_have_words_and_cancellation(unf: OdataServer) -> None:
    connection = connected(unf)
    fetch(connection, "statuses")
    assert set(RemoteOrder.objects.values_list("status", flat=True)) == {"В работе"}
    cancelled = RemoteOrder.objects.get(ref=guid("order", f"НФ00-{10 * 2 + 1:06d}"))
    assert cancelled.cancelled is True


def test_payments_carry_their_payer(server: OdataServer) -> None:
    connection = connected(server)
    fetch(connection, "counterparties")
    fetch(connection, "payments")
    payment = Payment.objects.filter(counterparty__ref=guid("party", 4)).first()
    assert payment is not None
    assert payment.currency == "RUB"
    assert payment.purpose.startswith("Оплата по заказу")
