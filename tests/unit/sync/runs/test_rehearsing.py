"""A dry run changes nothing and tells what a real one would change."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from sync import mirror, ports
from sync.models import (
    ChangeBatch,
    Connection,
    OutboxOrder,
    Parked,
    ReceivedFile,
    Rejection,
    RemoteOrder,
    Run,
    Twin,
)
from sync.runs import importing, rehearsing, replaying
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
    prop,
    state_of_mirror,
    store,
    take,
)
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory(user="exchange")


def rehearse(base: Connection, content: str, *, kind: str = "catalog") -> Run:
    run = store(base, message(content), kind=kind)
    Run.objects.filter(pk=run.pk).update(is_rehearsal=True)
    importing.import_run(run.pk, owner="worker")
    run.refresh_from_db()
    return run


def catalogue(name: str = "Ручка", amount: str = "100", left: int = 5) -> str:
    return (
        classifier(group("g", "Фурнитура"), prop("colour", "Цвет", {"w": "белый", "b": "чёрный"}))
        + goods(product("p1", name, "<Группы><Ид>g</Ид></Группы>"))
        + package(
            offer(
                "p1",
                f"<Цены>{price('t', amount)}</Цены><Остатки><Остаток><Склад><Ид>w</Ид>"
                f"<Количество>{left}</Количество></Склад></Остаток></Остатки>",
            ),
            types=price_type("t", "Оптовая"),
            places="<Склад><Ид>w</Ид><Наименование>Казань</Наименование></Склад>",
        )
    )


def everything() -> list[Any]:
    return [
        list(mirror.dump()),
        state_of_mirror(),
        ChangeBatch.objects.count(),
        list(Parked.objects.values_list()),
        list(Rejection.objects.values_list()),
        list(RemoteOrder.objects.values_list()),
        list(OutboxOrder.objects.values_list()),
        list(Twin.objects.values_list()),
    ]


def test_nothing_is_left_of_it(base: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    take(base, catalogue())
    heard: list[str] = []
    monkeypatch.setattr(ports, "_mirror_changed", [lambda: heard.append("changed")])
    before = everything()
    run = rehearse(
        base,
        catalogue("Иная", "120", 7)
        + goods(product("bad", ""), product("p2", "Ручка"))
        + package(offer("p3", "<Количество>1</Количество>")),
    )
    assert run.state == Run.State.DONE, run.error
    assert everything() == before
    assert heard == []
    again = take(base, catalogue())
    assert (again.created_count, again.changed_count) == (0, 0)


def told(run: Run) -> dict[tuple[str, str], dict[str, list[str]]]:
    return {(each["kind"], each["ref"]): each["fields"] for each in run.differences}


def test_differences_are_told_in_words(base: Connection) -> None:
    take(base, catalogue())
    run = rehearse(base, catalogue("Иная", "120", 7))
    assert (run.created_count, run.changed_count, run.unchanged_count) == (0, 2, 6)
    found = told(run)
    assert found["product", "p1"] == {"name": ["Ручка", "Иная"]}
    assert found["offer", "p1"] == {
        "цена: Оптовая": ["100.00", "120.00"],
        "остатки: Казань": ["5", "7"],
    }
    assert {each["action"] for each in run.differences} == {"changed"}


def test_what_is_new_is_told_as_created(base: Connection) -> None:
    run = rehearse(base, catalogue())
    actions = {(each["kind"], each["ref"]): each["action"] for each in run.differences}
    assert actions["product", "p1"] == "created"
    assert actions["offer", "p1"] == "created"
    assert told(run)["product", "p1"]["category"] == ["", "Фурнитура"]
    assert told(run)["offer", "p1"]["цена: Оптовая"] == ["", "100.00"]
    assert run.created_count == 8


def test_a_price_that_is_no_longer_told_goes(base: Connection) -> None:
    take(base, catalogue())
    run = rehearse(base, package(offer("p1", f"<Цены>{price('t2', '9')}</Цены>")))
    assert told(run)["offer", "p1"] == {"цена: Оптовая": ["100.00", ""], "цена: t2": ["", "9.00"]}


def test_refusals_are_told_and_not_kept(base: Connection) -> None:
    run = rehearse(base, goods(product("bad", ""), product("p2", "Ручка")))
    assert run.rejected_count == 1
    assert ("product", "bad") in told(run)
    assert not Rejection.objects.exists()


def test_a_refusal_is_told_with_name_line_and_reason(base: Connection) -> None:
    nameless = "<Товар><Наименование>Петля</Наименование></Товар>"
    run = rehearse(base, goods(nameless, product("p2", "Ручка")))
    (refused,) = [each for each in run.differences if each["action"] == "rejected"]
    assert (refused["name"], refused["ref"]) == ("Петля", "")
    assert refused["reason_key"] == "a product without Ид"
    assert refused["reason"]
    assert refused["line"]


def test_refusals_are_told_behind_many_differences(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsing, "KEPT_DIFFERENCES", 2)
    many = [product(f"p{n}", "Ручка") for n in range(4)]
    run = rehearse(base, goods(*many, *(product(f"bad{n}", "") for n in range(3))))
    actions = [each["action"] for each in run.differences]
    assert sorted(actions) == ["created", "created", "rejected", "rejected"]
    assert run.rejected_count == 3


def test_properties_are_told_by_their_names(base: Connection) -> None:
    take(base, catalogue())
    value = (
        "<ЗначенияСвойств><ЗначенияСвойства><Ид>colour</Ид><Значение>b</Значение>"
        "</ЗначенияСвойства></ЗначенияСвойств>"
    )
    run = rehearse(base, goods(product("p1", "Ручка", f"<Группы><Ид>g</Ид></Группы>{value}")))
    assert told(run)["product", "p1"] == {"свойство: Цвет": ["", "чёрный"]}


def test_no_more_than_so_many_differences(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsing, "KEPT_DIFFERENCES", 3)
    run = rehearse(base, goods(*(product(f"p{n}", "Ручка") for n in range(9))))
    assert len(run.differences) == 3
    assert run.created_count == 9


def test_a_dry_run_holds_the_lock_for_a_small_chunk_only(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 8)
    sizes: list[int] = []
    real = importing._Import._take_chunk

    def noted(self: Any, book: Any, items: Any) -> None:
        assert database.in_atomic_block
        sizes.append(len(items))
        real(self, book, items)

    monkeypatch.setattr(importing._Import, "_take_chunk", noted)
    run = rehearse(base, goods(*(product(f"p{n}", "Ручка") for n in range(5))))
    assert max(sizes) == 8 // rehearsing.SMALLER
    assert run.created_count == 5


def test_a_killed_dry_run_goes_on(base: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK", 8)
    run = store(base, message(goods(*(product(f"p{n}", "Ручка") for n in range(6)))))
    Run.objects.filter(pk=run.pk).update(is_rehearsal=True)
    real, calls = importing._Import._take_chunk, []

    def dies(self: Any, book: Any, items: Any) -> None:
        calls.append(items)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(self, book, items)

    monkeypatch.setattr(importing._Import, "_take_chunk", dies)
    with pytest.raises(KeyboardInterrupt):
        importing.import_run(run.pk, owner="worker")
    importing.import_run(run.pk, owner="other")
    run.refresh_from_db()
    assert (run.state, run.created_count, len(run.differences)) == (Run.State.DONE, 6, 6)


def test_a_stock_delta(base: Connection) -> None:
    take(base, catalogue())
    before = everything()
    run = rehearse(base, changes(offer("p1", "<Количество>9</Количество>", name="")))
    assert told(run)["offer", "p1"]["остатки: Казань"] == ["5", ""]
    assert everything() == before


def test_1c_does_not_join_a_dry_run(base: Connection) -> None:
    real = take(base, catalogue())
    dry = replaying.replay(run_or_file=real, by=None, at=timezone.now(), queue=None, rehearsal=True)
    assert (dry.is_rehearsal, dry.file, dry.kind) == (True, real.file, "catalog")
    from sync.runs.running import _run_there_is

    ReceivedFile.objects.update(sha256="x")
    assert _run_there_is(ReceivedFile.objects.get()) == real
