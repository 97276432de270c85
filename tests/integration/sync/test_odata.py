"""Pulls out of a base that answers over HTTP, taken by the worker's own code."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.core.cache import cache

from base.secrets import seal
from onec.odata import OdataFaults, OdataServer
from onec.odata_base import NOTHING, Base, guid
from onec.odata_made import make_base
from onec.odata_maker import PRICE_TYPES, WAREHOUSES
from sync import leases, receiving, running, schedule
from sync.channels import asking, odata
from sync.channels.asking import PullFailed
from sync.models import (
    Agreement,
    ChangeBatch,
    Connection,
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
from tests.factories.sync import (
    ConnectionFactory,
    OfferFactory,
    PriceTypeFactory,
    ProductFactory,
    WarehouseFactory,
)

pytestmark = pytest.mark.django_db

DIALECTS = ("ut11", "unf")
UT_SETTLED = "AccumulationRegister_РасчетыСКлиентамиПоСрокам"
UNF_SETTLED = "AccumulationRegister_РасчетыСПокупателями"
QUEUE = running.Queue(import_file=lambda _pk: None, make_sizes=lambda _pk: None)


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


def connected(server: OdataServer) -> Connection:
    return ConnectionFactory(
        family=server.base.dialect,
        odata_url=server.url,
        odata_user=server.user,
        odata_password=seal(server.password),
    )


def fetch(connection: Connection, kind: str) -> list[Any]:
    """Pull a kind and take what came, as the worker does; the runs, failed ones too."""
    known = set(Run.objects.values_list("pk", flat=True))
    wanted, _made = Schedule.objects.get_or_create(
        connection=connection, kind=kind, defaults={"channel": Schedule.Channel.ODATA}
    )
    try:
        odata.pull(wanted, Run.Trigger.SCHEDULE, None)
    finally:
        for run in Run.objects.exclude(pk__in=known).filter(state=Run.State.QUEUED):
            running.process(run.pk, queue=QUEUE)
    return list(Run.objects.exclude(pk__in=known).order_by("pk"))


def make_goods(connection: Connection, base: Base) -> None:
    """The goods that the base tells prices and stock of, with the places and columns of these."""
    for ref in WAREHOUSES:
        WarehouseFactory(connection=connection, ref=ref)
    for ref in PRICE_TYPES:
        PriceTypeFactory(connection=connection, ref=ref)
    register = next(name for name, own in base.virtual.items() if own.function == "SliceLast")
    for ref in {row["Номенклатура_Key"] for row in base.table(register)}:
        product = ProductFactory(connection=connection, ref=ref)
        OfferFactory(connection=connection, product=product, ref=ref)


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


def test_no_stock_at_all_is_not_believed(ut: OdataServer, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = connected(ut)
    make_goods(connection, ut.base)
    fetch(connection, "stock")
    monkeypatch.setattr(odata, "SUSPICIOUS", 5)
    ut.base.rows["AccumulationRegister_ТоварыНаСкладах_RecordType"] = []
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


@pytest.mark.parametrize("fault", ["500", "torn", "slow"])
def test_faults_for_a_moment_are_outlived(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(odata, "asker", partial(asking.asker, read_seconds=0.2))
    faults = OdataFaults(fault, seconds=0.5)
    with OdataServer(make_base("unf", clients=5, products=0), faults=faults) as server:
        connection = connected(server)
        [run] = fetch(connection, "counterparties")
        assert (run.state, run.error) == (Run.State.DONE, "")
        assert len(server.asked) > len(set(server.asked))
    assert Counterparty.objects.count() == 5


@pytest.mark.gotcha(68)
def test_missing_entity_is_named_and_the_others_go_on() -> None:
    faults = OdataFaults("missing:Catalog_Партнеры")
    with OdataServer(make_base("ut11", clients=5, products=0), faults=faults) as server:
        connection = connected(server)
        with pytest.raises(PullFailed) as failure:
            fetch(connection, "counterparties")
    words = "Настройка автоматического REST-сервиса"
    assert "Справочник «Партнеры»" in str(failure.value)
    assert words in str(failure.value)
    failed, done = Run.objects.order_by("kind")[::-1]
    assert (failed.kind, failed.state, failed.error) == (
        "partner",
        Run.State.FAILED,
        str(failure.value),
    )
    assert (done.kind, done.state) == ("counterparty", Run.State.DONE)
    assert Counterparty.objects.count() == 5


def test_missing_table_that_is_only_referred_to_is_a_warning() -> None:
    faults = OdataFaults("missing:InformationRegister_СостоянияЗаказовКлиентов")
    with OdataServer(make_base("ut11", clients=2, products=0), faults=faults) as server:
        [run] = fetch(connected(server), "statuses")
    assert (run.state, run.warning_count) == (Run.State.DONE, 1)
    assert "«СостоянияЗаказовКлиентов»" in run.warnings[0]
    assert set(RemoteOrder.objects.values_list("status", "paid")) == {("К отгрузке", None)}


def test_pull_that_breaks_off_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    base = make_base("ut11", clients=20, products=0)
    with OdataServer(base) as server:
        connection = connected(server)
        fetch(connection, "settlements")
        before = list(SettlementBalance.objects.order_by("pk").values())
        server.base.remove(
            f"{UT_SETTLED}_RecordType",
            {"Recorder": base.table(f"{UT_SETTLED}_RecordType")[0]["Recorder"]},
        )
        monkeypatch.setattr(odata, "PAGE", 10)
        server.faults.name = "down"
        server.faults.answers = server.faults.served + 2
        files = ReceivedFile.objects.count()
        with pytest.raises(PullFailed):
            fetch(connection, "settlements")
        assert list(SettlementBalance.objects.order_by("pk").values()) == before
        assert ReceivedFile.objects.count() == files
        failed = Run.objects.filter(kind="balance").latest("pk")
        assert failed.state == Run.State.FAILED
        assert failed.error
        server.faults.name = ""
        cache.clear()
        fetch(connection, "settlements")
    assert list(SettlementBalance.objects.order_by("pk").values()) != before


def test_one_pull_of_a_part_at_a_time(unf: OdataServer) -> None:
    connection = connected(unf)
    assert leases.acquire(f"odata:{connection.pk}:counterparty", "another")
    assert fetch(connection, "counterparties") == []


def test_raw_answers_are_kept_and_can_be_taken_again(unf: OdataServer) -> None:
    connection = connected(unf)
    [run] = fetch(connection, "counterparties")
    assert (run.file.channel, run.file.kind) == ("odata", "pull")
    content = receiving.full_path(run.file).read_text(encoding="utf-8")
    lines = content.splitlines()
    assert lines[0].startswith('{"asked":{"dialect":"unf","part":"counterparty"')
    assert "ООО «" in lines[1]
    assert '"odata.metadata"' in lines[1]
    Counterparty.objects.all().delete()
    again = Run.objects.create(
        connection=connection, file=run.file, kind=run.kind, trigger=Run.Trigger.PERSON
    )
    running.process(again.pk, queue=QUEUE)
    assert Counterparty.objects.count() == 12


def test_family_that_is_not_told_is_found_out(server: OdataServer) -> None:
    connection = connected(server)
    connection.family = Connection.Family.OTHER
    connection.save()
    runs = fetch(connection, "counterparties")
    assert len(runs) == (2 if server.base.dialect == "ut11" else 1)


def test_fields_that_a_base_lacks_are_done_without(unf: OdataServer) -> None:
    for row in unf.base.table("Catalog_Контрагенты"):
        del row["Недействителен"]
    [run] = fetch(connected(unf), "counterparties")
    assert (run.state, run.created_count) == (Run.State.DONE, 12)


def test_empty_reference_is_none(ut: OdataServer) -> None:
    ut.base.change("Catalog_Контрагенты", guid("party", 0), {"Партнер_Key": NOTHING})
    fetch(connected(ut), "counterparties")
    assert Counterparty.objects.get(ref=guid("party", 0)).partner is None


def test_wrong_password_is_said_once(ut: OdataServer) -> None:
    connection = connected(ut)
    connection.odata_password = seal("wrong")
    connection.save()
    with pytest.raises(PullFailed):
        fetch(connection, "counterparties")
    [failed] = Run.objects.all()
    assert (failed.kind, failed.state) == ("partner", Run.State.FAILED)


def test_kind_that_odata_does_not_bring(ut: OdataServer) -> None:
    with pytest.raises(PullFailed):
        fetch(connected(ut), "catalogue")


def test_schedule_fetches_by_odata(ut: OdataServer) -> None:
    """The worker's own task finds the channel and keeps who asked for it."""
    connection = connected(ut)
    wanted = Schedule.objects.create(
        connection=connection, kind="stock", channel=Schedule.Channel.ODATA
    )
    schedule.fetch.now(wanted.pk, Run.Trigger.PERSON.value, None)
    run = Run.objects.get()
    assert (run.kind, run.trigger, run.state) == ("stock", "person", "queued")
    wanted.refresh_from_db()
    assert wanted.failures == 0

    ut.faults.name = "missing:AccumulationRegister_ТоварыНаСкладах"
    schedule.fetch.now(wanted.pk, Run.Trigger.SCHEDULE.value, None)
    wanted.refresh_from_db()
    assert wanted.failures == 1
    assert "«ТоварыНаСкладах»" in Run.objects.latest("pk").error
    assert Run.objects.count() == 2


def test_base_that_is_silent_is_left_alone_for_a_while(ut: OdataServer) -> None:
    connection = connected(ut)
    ut.faults.name, ut.faults.answers = "down", 0
    with pytest.raises(PullFailed):
        fetch(connection, "stock")
    asked = len(ut.asked)
    ut.faults.name = ""
    with pytest.raises(PullFailed):
        fetch(connection, "counterparties")
    assert len(ut.asked) == asked

    wanted = Schedule.objects.get(connection=connection, kind="counterparties")
    odata.pull(wanted, Run.Trigger.PERSON, None)
    assert len(ut.asked) > asked
    # it answered a person: schedules ask again
    assert fetch(connection, "stock")
