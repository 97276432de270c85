"""Pulls when something goes wrong: on the line, at 1C, in its settings."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest
from django.core.cache import cache
from django.db import connection as database
from django.utils import timezone

from base.secrets import seal
from onec.odata import OdataFaults, OdataServer
from onec.odata_base import NOTHING, guid
from onec.odata_made import make_base
from sync import leases
from sync.channels import asking, odata
from sync.channels.asking import PullFailed
from sync.files import receiving
from sync.models import (
    Connection,
    Counterparty,
    ReceivedFile,
    RemoteOrder,
    Run,
    Schedule,
    SettlementBalance,
)
from sync.runs import inbound, running
from sync.watching import schedule
from tests.factories.base import UserFactory
from tests.factories.commerceml import goods, message, product, store
from tests.factories.odata import QUEUE, connected, fetch

pytestmark = pytest.mark.django_db

DIALECTS = ("ut11", "unf")
WORKER = running.Queue(
    import_file=lambda pk: running.process(pk, queue=QUEUE), make_sizes=lambda _pk: None
)
UT_SETTLED = "AccumulationRegister_РасчетыСКлиентамиПоСрокам"


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


def test_pull_of_a_killed_worker_is_ended_in_words(
    unf: OdataServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its receipt is taken before the first question: the run is there, its file is not."""

    class Killed(BaseException):
        pass

    def killed(*_args: object, **_options: object) -> None:
        raise Killed

    connection = connected(unf)
    with monkeypatch.context() as patched:
        patched.setattr(inbound, "call_off", killed)
        patched.setattr(asking.Asker, "ask", killed)
        with pytest.raises(Killed):
            fetch(connection, "counterparties")
    run = Run.objects.get(kind="counterparty")
    assert run.file is not None
    assert (run.state, run.file.path) == (Run.State.RUNNING, "")
    running.sweep(at=timezone.now(), queue=WORKER)
    run.refresh_from_db()
    assert (run.state, run.error) == (Run.State.FAILED, "ответы OData обрываются")
    [again] = fetch(connection, "counterparties")
    assert again.state == Run.State.DONE


def test_a_pull_whose_worker_is_stopped_says_so(
    unf: OdataServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_args: object, **_options: object) -> None:
        raise SystemExit

    connection = connected(unf)
    with monkeypatch.context() as patched:
        patched.setattr(asking.Asker, "ask", stop)
        with pytest.raises(SystemExit):
            fetch(connection, "counterparties")
    run = Run.objects.get(kind="counterparty")
    assert (run.state, run.file) == (Run.State.FAILED, None)
    assert run.error == "Портал остановили во время опроса 1С: он спросит снова сам."


def test_run_of_a_pull_is_nobody_elses_while_1c_is_asked(
    unf: OdataServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connected(unf)
    real_ask = asking.Asker.ask
    seen: list[str] = []

    def ask_and_sweep(self: asking.Asker, address: str, *, entity: str) -> asking.Answer:
        running.sweep(at=timezone.now() + timedelta(minutes=2), queue=WORKER)
        seen.extend(Run.objects.values_list("state", flat=True))
        return real_ask(self, address, entity=entity)

    monkeypatch.setattr(asking.Asker, "ask", ask_and_sweep)
    [run] = fetch(connection, "counterparties")
    assert set(seen) == {Run.State.RUNNING}
    assert run.state == Run.State.DONE


@pytest.mark.parametrize("trouble", ["password", "down", "address"])
def test_dry_run_that_cannot_begin_is_in_the_journal(trouble: str) -> None:
    with OdataServer(make_base("ut11", clients=2, products=0)) as server:
        connection = connected(server)
        connection.family = "other"
        if trouble == "password":
            connection.odata_password = seal("wrong")
        elif trouble == "address":
            connection.odata_url = ""
        else:
            connection.odata_url = "http://127.0.0.1:9/nobody"
        connection.save()
        schedule.ensure_schedules(connection)
        connection.schedules.update(channel=Schedule.Channel.ODATA)
        person = UserFactory()
        wanted = connection.schedules.get(kind="counterparties")
        odata.rehearse.now(wanted.pk, person.pk)
    run = Run.objects.get()
    assert (run.connection, run.kind) == (connection, "counterparty")
    assert "OData" in run.title
    assert (run.state, run.is_rehearsal, run.trigger, run.by) == ("failed", True, "person", person)
    words = {"password": "пароль", "down": "адресу", "address": "Адрес базы"}
    assert words[trouble] in run.error
    # a dry run makes no data late
    assert schedule.states([connection.pk], timezone.now())[connection.pk, wanted.kind].failed == 0


def test_dry_run_whose_part_failed_is_told_once() -> None:
    faults = OdataFaults("missing:Catalog_Контрагенты")
    with OdataServer(make_base("unf", clients=2, products=0), faults=faults) as server:
        connection = connected(server)
        wanted = Schedule.objects.create(
            connection=connection, kind="counterparties", channel=Schedule.Channel.ODATA
        )
        odata.rehearse.now(wanted.pk, UserFactory().pk)
    run = Run.objects.get()
    assert (run.state, run.is_rehearsal, run.kind) == ("failed", True, "counterparty")


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


def test_base_that_has_no_time_is_asked_once(ut: OdataServer) -> None:
    """Of many parts and schedules one question is enough; a person may try it now and then."""
    connection = connected(ut)
    ut.faults.name = "busy"
    began = time.monotonic()
    for kind in ("counterparties", "stock", "settlements"):
        with pytest.raises(PullFailed):
            fetch(connection, kind)
    assert len(ut.asked) == 1
    wanted = Schedule.objects.get(connection=connection, kind="stock")
    for _n in range(10):
        with pytest.raises(PullFailed):
            odata.pull(wanted, Run.Trigger.PERSON, None)
    assert len(ut.asked) == 2
    assert time.monotonic() - began < 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", ["busy", "drip"])
def test_what_1c_sends_starts_behind_slow_bases(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two threads, as the worker has; before the file of 1C many fetches of two slow bases."""
    monkeypatch.setattr(asking, "ANSWER_SECONDS", 6)
    tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
    put_off = []
    monkeypatch.setattr(schedule.fetch, "_wrapper", lambda *args, delay: put_off.append(delay))
    started = threading.Event()

    def take() -> None:
        running.process(sent.pk, queue=QUEUE)
        started.set()

    def work() -> None:
        while (each := tasks.get()) is not None:
            each()
        database.close()

    with OdataServer(
        make_base("ut11", clients=2, products=0), faults=OdataFaults(fault, seconds=60)
    ) as server:
        for connection in (connected(server), connected(server)):
            schedule.ensure_schedules(connection)
            for row in connection.schedules.filter(channel=Schedule.Channel.ODATA):
                tasks.put(partial(schedule.fetch.now, row.pk, "person", None))
        sent = store(connection, message(goods(product("p1", "Ручка"))))
        tasks.put(take)
        workers = [threading.Thread(target=work) for _n in range(2)]
        for _each in workers:
            tasks.put(None)
        began = time.monotonic()
        for each in workers:
            each.start()
        assert started.wait(60)
        waited = time.monotonic() - began
        for each in workers:
            each.join(60)
    assert waited < 5
    sent.refresh_from_db()
    assert (sent.state, sent.trigger) == (Run.State.DONE, Run.Trigger.ONEC)
    # those that found another at work look again later, and none sleeps for them
    assert put_off or fault == "busy"
