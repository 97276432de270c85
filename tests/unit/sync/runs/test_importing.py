"""Taking exchange files: what is written, what is refused, and going on after a kill."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from sync import holding, leases, mirror, ports
from sync.intake.book import Book
from sync.models import (
    Category,
    ChangeBatch,
    Connection,
    Offer,
    OutboxOrder,
    Parked,
    Product,
    Rejection,
    RemoteOrder,
    Run,
)
from sync.onec import foreseeing
from sync.runs import importing
from tests.factories.commerceml import (
    changes,
    classifier,
    goods,
    group,
    message,
    offer,
    package,
    price,
    price_type,
    product,
    state_of_mirror,
    store,
    take,
)
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The worker is gone: nothing after this line runs."""


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory(user="exchange")


def whole_catalogue(count: int = 7) -> str:
    products = [
        product(f"p{n}", f"Ручка {n}", f"<Артикул>R-{n}</Артикул><Группы><Ид>g2</Ид></Группы>")
        for n in range(count)
    ]
    offers = [
        offer(f"p{n}", f"<Цены>{price('t', f'{n}.5')}</Цены><Количество>{n}</Количество>")
        for n in range(count)
    ]
    return (
        classifier(group("g1", "Фурнитура", group("g2", "Ручки")))
        + goods(*products)
        + package(*offers, types=price_type("t"))
    )


def test_a_file_becomes_rows_and_is_counted(base: Connection) -> None:
    run = take(base, whole_catalogue(3))
    assert run.state == Run.State.DONE, run.error
    assert (run.read_count, run.created_count, run.rejected_count) == (9, 9, 0)
    assert run.tells_prices
    assert run.tells_stock
    assert list(mirror.dump())[2] == (
        '{"connection":"exchange","ref":"p2","product":"p2","sku":"R-2","name":"Ручка",'
        '"archived":false,"prices":{"t":"2.50"},"stock":{"":"2"}}'
    )
    found = Product.objects.get(ref="p2")
    assert found.category == Category.objects.get(ref="g2")
    assert found.category.parent == Category.objects.get(ref="g1")


@pytest.mark.gotcha(27)
def test_the_same_file_again_writes_no_row(base: Connection) -> None:
    take(base, whole_catalogue())
    before = state_of_mirror()
    run = take(base, whole_catalogue())
    assert state_of_mirror() == before
    assert (run.created_count, run.changed_count, run.unchanged_count) == (0, 0, run.read_count)


def test_only_what_differs_moves_to_a_later_batch(base: Connection) -> None:
    take(base, whole_catalogue())
    last = ChangeBatch.objects.latest("pk").pk
    take(base, whole_catalogue().replace("Ручка 3", "Ручка медная"))
    moved = Product.objects.filter(changed_in__gt=last)
    assert [each.name for each in moved] == ["Ручка медная"]
    assert not Offer.objects.filter(changed_in__gt=last).exists()


def test_a_new_digest_without_a_new_value_is_no_change(base: Connection) -> None:
    take(base, goods(product("p1", inside="<НомерВерсии>1</НомерВерсии>")))
    before = Product.objects.get()
    count = ChangeBatch.objects.count()
    run = take(base, goods(product("p1", inside="<НомерВерсии>2</НомерВерсии>")))
    after = Product.objects.get()
    assert (after.changed_in, after.changed_at) == (before.changed_in, before.changed_at)
    assert after.digest != before.digest
    assert run.unchanged_count == 1
    assert ChangeBatch.objects.count() == count


@pytest.mark.parametrize("call", range(1, 12))
def test_a_killed_run_goes_on_and_ends_the_same(
    base: Connection, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 4)
    run = store(base, message(whole_catalogue()))
    renew, calls = leases.renew, iter(range(100))

    def dying(name: str, owner: str) -> bool:
        if next(calls) + 1 == call:
            raise Killed
        return renew(name, owner)

    with monkeypatch.context() as patch:
        patch.setattr(leases, "renew", dying)
        patch.setattr(leases, "release", lambda *_names: None)
        try:
            importing.import_run(run.pk, owner="first")
        except Killed:
            run.refresh_from_db()
            assert run.state == Run.State.RUNNING
    # the dead worker's leases run out
    for name in (holding.lease_of_run(run.pk), holding.lease_of_connection(base.pk)):
        leases.release(name, "first")
    importing.import_run(run.pk, owner="second")
    run.refresh_from_db()
    assert run.state == Run.State.DONE
    assert run.position == 16
    assert Product.objects.count() == 7
    assert [each["prices"] for each in dumped()] == [{"t": f"{n}.50"} for n in range(7)]
    assert run.created_count + run.unchanged_count >= 17


def dumped() -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in mirror.dump())


def test_a_run_that_a_living_worker_is_busy_with_is_left_alone(base: Connection) -> None:
    run = store(base, message(goods(product("p1"))))
    leases.acquire(holding.lease_of_run(run.pk), "first")
    importing.import_run(run.pk, owner="second")
    run.refresh_from_db()
    assert run.state == Run.State.QUEUED
    assert not Product.objects.exists()


def test_a_run_whose_database_failed_stays_open_for_an_hour(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store(base, message(goods(product("p1"))))

    def failing(*_args: object) -> None:
        raise OperationalError("the server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr(Book, "close_chunk", failing)
        with pytest.raises(OperationalError):
            importing.import_run(run.pk, owner="worker")
        run.refresh_from_db()
        assert run.state == Run.State.RUNNING
        assert importing.abandoned(timezone.now()) == [run.pk]
        Run.objects.filter(pk=run.pk).update(started_at=timezone.now() - timedelta(hours=2))
        with pytest.raises(OperationalError):
            importing.import_run(run.pk, owner="worker")
    run.refresh_from_db()
    assert run.state == Run.State.FAILED
    assert "server closed" in run.error


def test_an_unforeseen_error_fails_the_run_and_is_raised(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store(base, message(goods(product("p1"))))

    def failing(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Book, "close_chunk", failing)
    with pytest.raises(ZeroDivisionError):
        importing.import_run(run.pk, owner="worker")
    run.refresh_from_db()
    assert run.state == Run.State.FAILED
    assert leases.held(holding.lease_of_run(run.pk)) == ""
    assert leases.held(holding.lease_of_connection(base.pk)) == ""


def test_abandoned_runs_are_those_nobody_is_busy_with(base: Connection) -> None:
    busy, dead, young, done = (store(base, b"") for _ in range(4))
    leases.acquire(holding.lease_of_run(busy.pk), "worker")
    Run.objects.filter(pk__in=[busy.pk, dead.pk]).update(state=Run.State.RUNNING)
    Run.objects.filter(pk=done.pk).update(state=Run.State.DONE)
    now = timezone.now()
    assert importing.abandoned(now) == [dead.pk]
    assert importing.abandoned(now + timedelta(minutes=2)) == [busy.pk, dead.pk, young.pk]


# an older file never takes the place of a later one


def stock(ref: str, quantity: int) -> str:
    return changes(offer(ref, f"<Количество>{quantity}</Количество>", name=""))


@pytest.mark.gotcha(18)
def test_a_later_stock_overtakes_a_waiting_earlier_file(base: Connection) -> None:
    take(base, goods(product("p1")) + package(offer("p1", "<Количество>1</Количество>")))
    earlier = store(base, message(stock("p1", 5)))
    take(base, stock("p1", 9))
    importing.import_run(earlier.pk, owner="worker")
    assert next(dumped())["stock"] == {"": "9"}


def test_a_later_file_that_confirms_what_is_known_wins_over_an_earlier_one(
    base: Connection,
) -> None:
    take(base, goods(product("p1")) + package(offer("p1", "<Количество>1</Количество>")))
    earlier = store(base, message(goods(product("p1", "Старое имя")) + stock("p1", 5)))
    take(base, goods(product("p1")) + stock("p1", 5))
    take(base, stock("p1", 5))
    before = ChangeBatch.objects.count()
    importing.import_run(earlier.pk, owner="worker")
    assert Product.objects.get().name == "Ручка"
    assert next(dumped())["stock"] == {"": "5"}
    assert ChangeBatch.objects.count() == before


# what cannot be taken


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "пуст"),
        (message(goods(product("p1")))[:-40], "строка"),
        (
            b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
            + "<КоммерческаяИнформация>&b;</КоммерческаяИнформация>".encode(),
            "DOCTYPE",
        ),
        (b"<html><body>404</body></html>", "html"),
        (message("<Нечто><Иное>1</Иное></Нечто>"), "Нечто"),
        (message(goods(product("p1", "Имя"))).replace("Имя".encode(), b"\x98"), "UTF-8"),
    ],
    ids=["empty", "truncated", "bomb", "html", "unknown", "encoding"],
)
def test_a_bad_file_changes_nothing_and_says_why(
    base: Connection, content: bytes, words: str
) -> None:
    run = take(base, content)
    assert run.state == Run.State.FAILED
    assert words in run.error
    assert "\n" not in run.error
    assert not Product.objects.exists()
    assert not ChangeBatch.objects.exists()


@pytest.mark.gotcha(16)
def test_bytes_of_windows_1251_declared_utf_8_are_taken(base: Connection) -> None:
    content = message(goods(product("p1", "Имя товара"))).decode().encode("windows-1251")
    assert take(base, content).state == Run.State.DONE
    assert Product.objects.get().name == "Имя товара"


@pytest.mark.gotcha(17)
def test_windows_1251_and_a_byte_order_mark_are_taken(base: Connection) -> None:
    take(base, message(goods(product("p1", "Первый")), "windows-1251"))
    take(base, b"\xef\xbb\xbf" + message(goods(product("p2", "Второй"))))
    assert set(Product.objects.values_list("name", flat=True)) == {"Первый", "Второй"}


def test_a_missing_file_fails_the_run(base: Connection) -> None:
    run = store(base, message(goods(product("p1"))))
    assert run.file is not None
    run.file.path = "gone.xml"
    run.file.save()
    importing.import_run(run.pk, owner="worker")
    run.refresh_from_db()
    assert run.state == Run.State.FAILED


@pytest.mark.gotcha(50)
def test_bad_objects_are_named_and_the_rest_goes_on(base: Connection) -> None:
    take(base, goods(product("p1"), product("p2")))
    run = take(
        base,
        package(
            offer("p1", f"<Цены>{price('t', '99999999999999')}</Цены>"),
            offer("p2", f"<Цены>{price('t', '10')}</Цены>"),
            offer("p2", "<Количество>1e30</Количество>", name=""),
        ),
    )
    assert run.state == Run.State.DONE
    assert run.rejected_count == 2
    first, second = Rejection.objects.order_by("pk")
    assert first.ref == "p1"
    assert "99999999999999" in first.reason
    assert "<ЦенаЗаЕдиницу>99999999999999</ЦенаЗаЕдиницу>" in first.fragment
    assert first.line == 2
    assert second.ref == "p2"
    assert [each["ref"] for each in dumped()] == ["p2"]


def test_a_run_that_could_take_nothing_has_failed_and_names_the_first(base: Connection) -> None:
    run = take(base, goods(*(f"<Товар><Ид>p{n}</Ид></Товар>" for n in range(5))))
    assert run.state == Run.State.FAILED
    assert "import.xml" in run.error
    assert all(f"p{n}" in run.error for n in range(3))
    assert "p3" not in run.error


@pytest.mark.gotcha(50)
def test_a_run_with_too_many_bad_objects_has_failed(base: Connection) -> None:
    bad = [f"<Товар><Ид>b{n}</Ид></Товар>" for n in range(21)]
    run = take(base, goods(*bad, *(product(f"p{n}") for n in range(50))))
    assert run.state == Run.State.FAILED
    assert Product.objects.count() == 50


def test_described_rejections_are_limited(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.intake.book.KEPT_REJECTIONS", 3)
    run = take(base, goods(*(f"<Товар><Ид>b{n}</Ид></Товар>" for n in range(9))))
    assert run.rejected_count == 9
    assert Rejection.objects.count() == 3


# orders in a file


ORDER = """<Документ><Ид>d1</Ид><Номер>1001</Номер><Дата>2026-11-20</Дата>
<ХозОперация>Заказ товара</ХозОперация><Валюта>руб</Валюта><Сумма>{amount}</Сумма>
<Товары><Товар><Ид>p1#c1</Ид><Наименование>Ручка</Наименование><Количество>2.000</Количество>
<ЦенаЗаЕдиницу>10</ЦенаЗаЕдиницу><Сумма>20</Сумма></Товар></Товары>
<ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>Номер по 1С</Наименование>
<Значение>ЦБ-7</Значение></ЗначениеРеквизита></ЗначенияРеквизитов></Документ>"""


def test_orders_of_a_file_are_told_once_and_prove_the_delivery(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[list[int]] = []
    monkeypatch.setattr(ports, "_remote_orders", [lambda ids: told.append(list(ids))])
    waiting = OutboxOrder.objects.create(connection=base, number="1001", payload={})
    run = take(base, ORDER.format(amount=20), kind="sale")
    assert run.state == Run.State.DONE, run.error
    order = RemoteOrder.objects.get()
    assert (order.number, order.remote_number, order.currency) == ("1001", "ЦБ-7", "RUB")
    assert order.lines == [
        {
            "ref": "p1#c1",
            "sku": "",
            "name": "Ручка",
            "unit": "",
            "quantity": "2",
            "price": "10.00",
            "amount": "20.00",
            "vat_rate": None,
        }
    ]
    waiting.refresh_from_db()
    assert waiting.state == OutboxOrder.State.CONFIRMED
    assert told == [[order.pk]]
    assert order.noticed_at is not None
    take(base, ORDER.format(amount=20), kind="sale")
    assert told == [[order.pk]]
    take(base, ORDER.format(amount=30), kind="sale")
    assert told == [[order.pk], [order.pk]]


def test_followers_hear_of_a_change_and_not_of_a_repetition(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[int] = []
    monkeypatch.setattr(ports, "_mirror_changed", [lambda: heard.append(1)])
    take(base, goods(product("p1")))
    assert heard == [1]
    take(base, goods(product("p1")))
    assert heard == [1]


SAMPLES = Path(__file__).parents[3] / "samples" / "onec"


def taken(dialect: str) -> dict[str, Any]:
    """The one offer of a folder, without its base; the folder is taken twice."""
    base = ConnectionFactory(user=dialect)
    for _time in range(2):
        for path in sorted((SAMPLES / dialect).glob("*.xml")):
            run = take(base, path.read_bytes())
            assert run.state == Run.State.DONE, run.error
    (told,) = [each for each in dumped() if each.pop("connection") == dialect]
    return told


def test_two_dialects_telling_of_the_same_goods_make_the_same_mirror() -> None:
    told = taken("ut11")
    assert told == taken("module31")
    assert (told["name"], told["sku"]) == ("Ручка-скоба 128 мм (Бронза)", "РС-128 Л")
    assert list(told["prices"].values()) == ["258.00"]
    assert sorted(told["stock"].values()) == ["12", "5"]
    assert not Parked.objects.exists()


@pytest.mark.skipif("VITRINA_SAMPLES" not in os.environ, reason="VITRINA_SAMPLES names no folder")
@pytest.mark.gotcha(49)
def test_real_files_are_taken_twice_without_a_crash_and_without_a_change() -> None:
    for folder in sorted(Path(os.environ["VITRINA_SAMPLES"]).iterdir()):
        for path in sorted(folder.glob("*.xml")) if folder.is_dir() else ():
            base = ConnectionFactory()
            first = take(base, path.read_bytes())
            assert first.state == Run.State.DONE, (path, first.error)
            before = ChangeBatch.objects.count()
            again = take(base, path.read_bytes())
            assert again.created_count == again.changed_count == 0, path
            assert ChangeBatch.objects.count() == before, path


def test_a_large_file_is_taken_apart_by_a_second_process_with_the_same_outcome(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 3)
    started: list[int] = []
    ask = foreseeing.Foreseer._ask

    def counted(self: foreseeing.Foreseer, *asked: Any) -> list[Any]:
        started.append(1)
        return ask(self, *asked)

    monkeypatch.setattr(foreseeing.Foreseer, "_ask", counted)
    states = []
    for limit, connection in ((0, base), (importing.LARGE_BYTES, ConnectionFactory(user="other"))):
        monkeypatch.setattr(importing, "LARGE_BYTES", limit)
        assert take(connection, whole_catalogue(10)).state == Run.State.DONE
        rows = [json.loads(line) for line in mirror.dump()]
        states.append(
            [
                (row["ref"], row["name"], list(row["prices"].values()), list(row["stock"].values()))
                for row in rows
                if row["connection"] == connection.user
            ]
        )
        assert started
    assert len(states[0]) == 10
    assert states[0] == states[1]
