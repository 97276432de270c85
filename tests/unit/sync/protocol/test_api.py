"""The push of records as a program in 1C sees it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from sync import leases
from sync.files.receiving import full_path
from sync.holding import lease_of_connection
from sync.models import (
    Connection,
    Contract,
    Offer,
    Partner,
    Payment,
    ReceivedFile,
    Rejection,
    RemoteOrder,
    Run,
    SettlementBalance,
    Version,
)
from sync.onec.push import ENTITIES
from sync.protocol import pushing
from sync.protocol.api import document
from sync.protocol.connections import GUESSES
from sync.protocol.tokens import issue_token
from sync.runs import importing, inbound, running
from tests.factories.base import StaffFactory
from tests.factories.commerceml import goods, message, offer, package, product, store, take
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ROOT = "/api/1c/v1/"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.EXCHANGE_ROOT = tmp_path / "exchange"
    cache.clear()


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


@pytest.fixture
def program(base: Connection) -> Client:
    """A program in 1C with a valid key of the base."""
    return program_of(base)


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Runs put into the queue; nobody takes them."""
    ids: list[int] = []
    queue = running.Queue(import_file=ids.append, make_sizes=lambda _pk: None)
    monkeypatch.setattr("sync.protocol.api.QUEUE", queue)
    return ids


def program_of(base: Connection) -> Client:
    _token, secret = issue_token(connection=base, name="Расширение", by=None, at=timezone.now())
    return Client(headers={"Authorization": f"Bearer {secret}"})


def push(program: Client, entity: str, body: Any, **more: Any) -> Any:
    raw = body if isinstance(body, (bytes, str)) else json.dumps(body, ensure_ascii=False)
    return program.post(ROOT + entity, raw, content_type="application/json", **more)


def partners(count: int) -> dict[str, Any]:
    return {"records": [{"ref": f"p{n}", "name": f"Партнёр {n}"} for n in range(count)]}


def statuses(answer: Any) -> list[str]:
    return [each["status"] for each in answer.json()["results"]]


def test_each_row_is_answered_in_order(program: Client, base: Connection) -> None:
    body = {
        "records": [
            {"ref": "p1", "name": "Дом"},
            {"ref": "p2", "nam": "Сад"},
            {"ref": "", "name": "Без номера"},
            {"ref": "p3", "name": "Лес"},
        ]
    }
    answer = push(program, "partners", body)
    told = answer.json()
    assert answer.status_code == 200
    assert told["results"] == [
        {"index": 0, "ref": "p1", "status": "created", "reason": ""},
        {
            "index": 1,
            "ref": "p2",
            "status": "rejected",
            "reason": told["results"][1]["reason"],
        },
        {"index": 2, "ref": "", "status": "rejected", "reason": told["results"][2]["reason"]},
        {"index": 3, "ref": "p3", "status": "created", "reason": ""},
    ]
    assert (told["state"], told["created"], told["rejected"]) == ("done", 2, 2)
    assert sorted(Partner.objects.values_list("ref", flat=True)) == ["p1", "p3"]
    kept = Rejection.objects.get(ref="p2")
    assert (kept.line, kept.kind, kept.fragment) == (2, "partner", '{"ref": "p2", "nam": "Сад"}')
    body["records"][0]["name"] = "Дом и сад"
    assert statuses(push(program, "partners", body)) == [
        "changed",
        "rejected",
        "rejected",
        "unchanged",
    ]


def test_what_was_sent_is_stored_before_anything_is_answered(
    program: Client, base: Connection
) -> None:
    told = push(program, "partners", partners(1)).json()
    file = ReceivedFile.objects.get()
    assert told["receipt"] == file.pk
    assert (file.kind, file.channel, file.session) == ("push", "push", None)
    assert json.loads(full_path(file).read_bytes()) == partners(1)
    assert file.size == full_path(file).stat().st_size
    run = Run.objects.get(pk=told["run"])
    assert (run.kind, run.trigger, run.title) == ("partner", "onec", "partners.json")


def test_the_same_again_writes_nothing(program: Client, base: Connection) -> None:
    push(program, "partners", partners(3))
    changed_in = list(Partner.objects.values_list("changed_in", "digest", "receipt"))
    assert statuses(push(program, "partners", partners(3))) == ["unchanged"] * 3
    assert list(Partner.objects.values_list("changed_in", "digest", "receipt")) == changed_in


def test_a_version_taken_before_is_not_looked_at_again(program: Client, base: Connection) -> None:
    row = {"ref": "p1", "version": "A", "name": "Дом"}
    assert statuses(push(program, "partners", {"records": [row]})) == ["created"]
    # a program that repeats itself out of order tells an old state as the old version
    push(program, "partners", {"records": [{**row, "version": "B", "name": "Сад"}]})
    assert statuses(push(program, "partners", {"records": [row]})) == ["unchanged"]
    assert Partner.objects.get().name == "Сад"
    assert Version.objects.get().versions == ["A", "B"]


def test_a_rejected_version_is_no_taken_one(program: Client, base: Connection) -> None:
    row = {"ref": "c1", "version": "A", "name": "Дом", "inn": "77"}
    push(program, "counterparties", {"records": [row]})
    assert not Version.objects.exists()
    row["inn"] = "7707083893"
    assert statuses(push(program, "counterparties", {"records": [row]})) == ["created"]


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_example_of_the_document_is_accepted(
    program: Client, base: Connection, entity: str
) -> None:
    operation = document()["paths"][ROOT + entity]["post"]
    example = operation["requestBody"]["content"]["application/json"]["example"]
    assert operation["summary"]
    answer = push(program, entity, example)
    assert answer.status_code == 200
    assert "rejected" not in statuses(answer)
    assert len(statuses(answer)) == len(example["records"])
    again = push(program, entity, example)
    assert set(statuses(again)) <= {"unchanged", "parked"}


def test_what_is_told_stands_in_the_mirror(program: Client, base: Connection) -> None:
    paths = document()["paths"]
    for entity in ENTITIES:
        content = paths[ROOT + entity]["post"]["requestBody"]["content"]
        push(program, entity, content["application/json"]["example"])
    contract = Contract.objects.select_related("counterparty", "agreement__partner").get()
    assert contract.agreement.partner.name == "Дом и сад"
    assert contract.counterparty.inn == "7707083893"
    # the same row, told to both addresses
    balance = SettlementBalance.objects.get()
    assert (balance.contract, balance.amount) == (contract, Decimal("48250.40"))
    payment = Payment.objects.get()
    assert (payment.counterparty, payment.order_number) == (contract.counterparty, "100245")
    order = RemoteOrder.objects.get()
    assert (order.status, order.shipped, len(order.lines)) == ("Отгружен", True, 1)


def test_stock_and_prices_of_unknown_goods_wait_for_them(program: Client, base: Connection) -> None:
    take(base, goods(product("p")) + package(offer("p")))
    told = {
        "records": [
            {"ref": ref, "stock": [{"warehouse_ref": "w", "quantity": 5}]} for ref in ("p", "q")
        ]
    }
    assert statuses(push(program, "stock", told)) == ["changed", "parked"]
    assert statuses(push(program, "stock", told))[0] == "unchanged"


def test_a_full_load_that_is_still_waiting_does_not_put_older_stock_back(
    program: Client, base: Connection
) -> None:
    take(base, goods(product("p")) + package(offer("p", "<Количество>1</Количество>")))
    whole = package(offer("p", "<Количество>2</Количество>", name="Новое"))
    full = store(base, message(whole))
    row = {"ref": "p", "stock": [{"quantity": 9}]}
    assert statuses(push(program, "stock", {"records": [row]})) == ["changed"]
    importing.import_run(full.pk, owner="worker")
    found = Offer.objects.select_related("stock").get()
    assert (found.name, list(found.stock.quantities.values())) == ("Новое", ["9"])


def test_balances_that_a_whole_telling_leaves_out_are_settled(
    program: Client, base: Connection
) -> None:
    rows = [
        {"ref": f"b{n}", "counterparty_ref": f"c{n}", "currency": "RUB", "amount": n}
        for n in (1, 2, 3)
    ]
    for row in rows:
        row["version"] = "1"
    push(program, "balances", {"records": rows[:2], "complete": True})
    push(program, "balances", {"records": rows, "complete": True})
    push(program, "balances", {"records": rows[:2], "complete": True})
    # told again in the words of a version that was taken before
    assert statuses(push(program, "balances", {"records": rows[2:]})) == ["changed"]
    push(program, "balances", {"records": rows[:2], "complete": True})
    assert sorted(SettlementBalance.objects.current().values_list("ref", flat=True)) == ["b1", "b2"]
    one = {"records": [], "complete": True, "counterparty_refs": ["c2"]}
    assert push(program, "settlements", one).json()["changed"] == 1
    assert SettlementBalance.objects.current().get().ref == "b1"
    # a row that cannot be read may have been any of them
    unclear = push(program, "balances", {"records": [{"amount": "x"}], "complete": True})
    assert unclear.json()["warnings"]
    assert SettlementBalance.objects.current().count() == 1


@pytest.mark.parametrize(
    ("body", "line", "column"),
    [(b'{"records": [\n {"ref": ]}', 2, 10), (b"", 1, 1), ("\ufeff{}".encode(), None, None)],
)
def test_a_broken_body_says_where_and_stands_in_the_journal(
    program: Client, base: Connection, body: bytes, line: int | None, column: int | None
) -> None:
    answer = push(program, "partners", body)
    told = answer.json()
    assert answer.status_code == 400
    assert (told["line"], told["column"]) == (line, column)
    run = Run.objects.get()
    assert (run.state, run.error) == (Run.State.FAILED, told["error"])
    assert full_path(run.file).read_bytes() == body  # type: ignore[arg-type]


def test_many_rows_wait_for_the_worker(
    program: Client, base: Connection, queued: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "AT_ONCE", 2)
    monkeypatch.setattr(inbound, "PORTION", 2)
    body = partners(5)
    body["records"][3] = {"ref": "p3"}
    answer = push(program, "partners", body)
    told = answer.json()
    assert answer.status_code == 202
    assert queued == [told["run"]]
    before = program.get(told["url"]).json()
    assert (before["state"], before["results"]) == ("queued", [])
    running.process(told["run"], queue=running.Queue(queued.append, queued.append))
    after = program.get(told["url"]).json()
    assert (after["state"], after["created"], after["rejected"]) == ("done", 4, 1)
    assert [each["status"] for each in after["results"]] == [
        *["created"] * 3,
        "rejected",
        "created",
    ]
    part = program.get(told["url"], {"limit": 2}).json()
    assert [each["index"] for each in part["results"]] == [0, 1]
    rest = program.get(told["url"], {"after": part["next"]}).json()
    assert [each["index"] for each in rest["results"]] == [2, 3, 4]
    assert rest["next"] is None


def test_a_base_that_is_busy_makes_nobody_wait_long(
    program: Client, base: Connection, queued: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "PATIENCE", 0.05)
    leases.acquire(lease_of_connection(base.pk), "another")
    answer = push(program, "partners", partners(1))
    assert answer.status_code == 202
    assert queued == [answer.json()["run"]]
    assert leases.held(lease_of_connection(base.pk)) == "another"


def test_a_database_that_fails_leaves_the_run_to_the_worker(
    program: Client, base: Connection, queued: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_more: Any) -> None:
        raise OperationalError("locked")

    monkeypatch.setattr("sync.runs.inbound.take_rows", fail)
    answer = push(program, "partners", partners(1))
    assert (answer.status_code, len(queued)) == (202, 1)
    monkeypatch.undo()
    inbound.import_records(queued[0], owner="worker")
    assert Run.objects.get(pk=queued[0]).created_count == 1


def test_an_error_of_ours_is_told_in_json_and_kept(
    program: Client, base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_more: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("sync.runs.inbound.take_rows", fail)
    answer = push(program, "partners", partners(1))
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/json")
    assert Run.objects.get().state == Run.State.FAILED


@pytest.mark.parametrize(
    ("header", "status"),
    [("", 401), ("Bearer", 401), ("Bearer vtr_wrong", 401), ("Basic dnRyX3dyb25n", 401)],
)
def test_without_a_valid_key_nothing_is_taken(base: Connection, header: str, status: int) -> None:
    stranger = Client(headers={"Authorization": header} if header else {})
    answer = push(stranger, "partners", partners(1))
    assert answer.status_code == status
    assert answer.json()["error"]
    assert answer["WWW-Authenticate"] == "Bearer"
    assert not ReceivedFile.objects.exists()


def test_guessing_is_throttled(base: Connection) -> None:
    stranger = Client(headers={"Authorization": "Bearer vtr_wrong"})
    answers = [push(stranger, "partners", partners(1)).status_code for _n in range(GUESSES + 1)]
    assert answers == [401] * GUESSES + [429]


def test_a_foreign_address_is_refused_and_journalled(base: Connection) -> None:
    Connection.objects.update(allowed_addresses="192.0.2.0/24")
    program = program_of(base)
    answer = push(program, "partners", partners(1))
    assert answer.status_code == 403
    run = Run.objects.get()
    assert (run.connection, run.state) == (base, Run.State.FAILED)
    assert push(program, "partners", partners(1), REMOTE_ADDR="192.0.2.7").status_code == 200


def test_a_body_over_the_limit_is_refused(program: Client, base: Connection, settings: Any) -> None:
    settings.EXCHANGE_PUSH_BYTES = 50
    assert push(program, "partners", partners(5)).status_code == 413
    assert push(program, "partners", b"x", headers={"Content-Encoding": "gzip"}).status_code == 415
    assert not ReceivedFile.objects.exists()


def test_a_full_disk_is_told(program: Client, base: Connection, settings: Any) -> None:
    settings.EXCHANGE_FREE_BYTES = 2**60
    assert push(program, "partners", partners(1)).status_code == 507
    assert not Run.objects.exists()


def test_runs_of_another_base_and_of_other_channels_do_not_exist(
    program: Client, base: Connection
) -> None:
    other = program_of(ConnectionFactory())
    told = push(other, "partners", partners(1)).json()
    assert program.get(told["url"]).status_code == 404
    assert other.get(told["url"]).status_code == 200
    run = take(base, goods(product("p")))
    assert program.get(f"{ROOT}runs/{run.pk}").status_code == 404
    assert program.get(told["url"], {"after": "x"}).status_code == 422


def test_reasons_are_russian_whatever_the_program_asks_for(
    program: Client, base: Connection
) -> None:
    english = push(Client(), "partners", b"", headers={"Accept-Language": "en"})
    russian = push(Client(), "partners", b"", headers={"Accept-Language": "ru"})
    assert english.json() == russian.json()


def test_the_document_is_for_staff_and_programs(program: Client, base: Connection) -> None:
    person = StaffFactory()
    assert Client().get(ROOT + "openapi.json").status_code == 401
    told = program.get(ROOT + "openapi.json").json()
    assert set(told["paths"]) == {*(ROOT + entity for entity in ENTITIES), ROOT + "runs/{run_id}"}
    browser = Client()
    browser.force_login(person)
    assert browser.get(ROOT + "openapi.json").status_code == 401
    assert browser.get(ROOT + "docs").status_code == 403
    person.user_permissions.add(Permission.objects.get(codename="view_connection"))
    assert browser.get(ROOT + "openapi.json").status_code == 200
    page = browser.get(ROOT + "docs")
    assert page.status_code == 200
    assert b"//cdn" not in page.content
    assert Client().get(ROOT + "docs").status_code == 302


def test_a_query_count_does_not_grow_with_the_rows(
    program: Client, base: Connection, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(45):
        push(program, "partners", partners(200))


def test_a_key_that_is_replaced_works_for_a_while(base: Connection) -> None:
    old, first = issue_token(connection=base, name="Старый", by=None, at=timezone.now())
    _new, second = issue_token(
        connection=base,
        name="Новый",
        by=None,
        at=timezone.now(),
        replaces=old,
        overlap=timedelta(hours=1),
    )
    for secret in (first, second):
        program = Client(headers={"Authorization": f"Bearer {secret}"})
        assert push(program, "partners", partners(1)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b'{"\\ud800":1,"records":[]}',
        b'{"\\u0000":1,"records":[]}',
        b'{"complete":true,"records":[],"counterparty_refs":["\\ud800"]}',
        b'{"complete":true,"records":[],"counterparty_refs":["a\\u0000"]}',
        b'{"complete":true,"records":[],"counterparty_refs":[]}',
        b'{"complete":true,"records":[],"counterparty_refs":[""]}',
    ],
)
def test_a_poisoned_body_is_refused_in_words_and_its_run_ends(
    program: Client, base: Connection, body: bytes
) -> None:
    row = {"ref": "b1", "counterparty_ref": "c1", "currency": "RUB", "amount": 1}
    push(program, "balances", {"records": [row]})
    answer = push(program, "balances", body)
    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)
    run = Run.objects.latest("pk")
    assert (run.state, run.error) == (Run.State.FAILED, answer.json()["error"])
    assert SettlementBalance.objects.current().count() == 1


def test_rows_that_cannot_be_kept_are_refused_one_by_one(program: Client) -> None:
    body = (
        b'{"records":[{"ref":"b1","counterparty_ref":"c1","currency":"RUB",'
        b'"amount":1e99999999999999999999},{"\\ud800":1},'
        b'{"ref":"b2","counterparty_ref":"c1","currency":"RUB","amount":2}]}'
    )
    assert statuses(push(program, "balances", body)) == ["rejected", "rejected", "created"]
    assert Run.objects.get().state == Run.State.DONE
    assert Rejection.objects.count() == 2


def test_a_paused_base_takes_no_records(program: Client, base: Connection) -> None:
    Connection.objects.update(is_paused=True)
    answer = push(program, "partners", partners(1))
    assert (answer.status_code, answer["Retry-After"]) == (503, "600")
    assert "приостановлен" in answer.json()["error"]
    assert program.get(f"{ROOT}openapi.json").status_code == 503
    assert not Run.objects.exists()
    Connection.objects.update(is_paused=False)
    assert push(program, "partners", partners(1)).status_code == 200
