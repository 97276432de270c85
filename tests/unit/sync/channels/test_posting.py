"""Orders as files of a folder: at least once, confirmed by a mark or by what 1C tells."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from onec.orders import read_batch
from sync.channels import folder, posting, tending
from sync.channels.folder import FolderFailed
from sync.models import Connection, ExchangeSession, OutboxOrder, Run
from sync.onec import batching
from tests.factories.sync import ConnectionFactory, outgoing_order, queued_order

pytestmark = pytest.mark.django_db
State = OutboxOrder.State


@pytest.fixture
def base(settings: Any, tmp_path: Path) -> Connection:
    settings.EXCHANGE_DROP_ROOT = tmp_path
    return ConnectionFactory(folder="ut11")


@pytest.fixture
def out(base: Connection, tmp_path: Path) -> Path:
    found = tmp_path / "ut11" / "out"
    found.mkdir(parents=True)
    return found


@pytest.fixture
def at() -> datetime:
    return timezone.now()


def place(base: Connection, *numbers: str) -> None:
    for number in numbers:
        queued_order(base, outgoing_order(number))


def states() -> dict[str, str]:
    return dict(OutboxOrder.objects.values_list("number", "state"))


def given(out: Path, name: str) -> list[str]:
    return [order.number for order in read_batch((out / name).read_text())]


def names(out: Path) -> list[str]:
    return sorted(path.name for path in out.iterdir())


def test_orders_are_written_where_there_is_a_place_for_them(
    base: Connection, out: Path, at: datetime
) -> None:
    place(base, "1", "2")
    name = posting.post(base, at=at)
    assert names(out) == [name]
    assert given(out, name) == ["1", "2"]
    assert set(states().values()) == {State.GIVEN}


def test_without_a_place_or_orders_nothing_is_written(
    base: Connection, out: Path, at: datetime
) -> None:
    assert posting.post(base, at=at) == ""
    assert not ExchangeSession.objects.exists()
    place(base, "1")
    out.rmdir()
    assert posting.post(base, at=at) == ""
    (out.parent / "elsewhere").mkdir()
    out.symlink_to(out.parent / "elsewhere")
    with pytest.raises(FolderFailed, match="out"):
        posting.post(base, at=at)
    assert states() == {"1": State.WAITING}


def test_a_mark_confirms_the_orders_of_its_file_and_no_others(
    base: Connection, out: Path, at: datetime
) -> None:
    place(base, "1")
    name = posting.post(base, at=at)
    place(base, "2")
    (out / f"{name}.ok").touch()
    second = posting.post(base, at=at)
    assert states() == {"1": State.CONFIRMED, "2": State.GIVEN}
    assert names(out) == [second]
    assert given(out, second) == ["2"]


def test_one_file_at_a_time(base: Connection, out: Path, at: datetime) -> None:
    place(base, "1")
    name = posting.post(base, at=at)
    place(base, "2")
    assert posting.post(base, at=at + timedelta(minutes=5)) == ""
    assert names(out) == [name]


def test_a_file_that_is_merely_gone_confirms_nothing(
    base: Connection, out: Path, at: datetime
) -> None:
    place(base, "1")
    (out / posting.post(base, at=at)).unlink()
    assert posting.post(base, at=at + timedelta(minutes=5)) == ""
    again = posting.post(base, at=at + timedelta(minutes=31))
    assert given(out, again) == ["1"]
    assert OutboxOrder.objects.get().attempts == 2


def test_a_file_that_1c_leaves_lying_is_withdrawn_so_that_new_orders_go(
    base: Connection, out: Path, at: datetime
) -> None:
    place(base, "1")
    first = posting.post(base, at=at)
    place(base, "2")
    second = posting.post(base, at=at + timedelta(minutes=31))
    assert names(out) == [second]
    assert given(out, second) == ["1", "2"]
    # the late mark of the first file still counts for what was in it
    (out / f"{first}.ok").touch()
    posting.post(base, at=at + timedelta(minutes=32))
    assert states() == {"1": State.CONFIRMED, "2": State.GIVEN}


def test_what_1c_tells_of_orders_confirms_a_file_too(
    base: Connection, out: Path, at: datetime
) -> None:
    place(base, "1")
    first = posting.post(base, at=at)
    OutboxOrder.objects.update(state=State.CONFIRMED)
    place(base, "2")
    second = posting.post(base, at=at + timedelta(minutes=1))
    assert names(out) == [second]
    assert first != second


def test_a_refusal_gives_the_orders_apart_and_names_the_culprit(
    base: Connection, out: Path, at: datetime
) -> None:
    place(base, "1", "2")
    for turn in range(30):
        name = posting.post(base, at=at + timedelta(minutes=20 * turn))
        if not name:
            continue
        bad = "2" in given(out, name)
        mark = out / f"{name}.{'err' if bad else 'ok'}"
        mark.write_bytes("Не найдена номенклатура".encode("cp1251") if bad else b"")
        if states()["2"] == State.PERSON:
            break
    posting.post(base, at=at + timedelta(days=1))
    assert states() == {"1": State.CONFIRMED, "2": State.PERSON}
    row = OutboxOrder.objects.get(number="2")
    assert row.error == "Не найдена номенклатура"
    assert row.attempts > batching.SUSPECT_AFTER
    assert Run.objects.filter(kind="query", state="failed", error=row.error).exists()
    assert names(out) == []


def test_marks_of_strangers_are_left_alone(base: Connection, out: Path, at: datetime) -> None:
    place(base, "1")
    name = posting.post(base, at=at)
    other = ConnectionFactory()
    foreign = ExchangeSession.objects.create(
        connection=other, key="k", exchange_type="folder", seen_at=at
    )
    for strange in (f"orders-{foreign.pk}.xml.ok", "orders-x.xml.ok", "orders-999999.xml.ok"):
        (out / strange).touch()
    (out / f"{name}.ok").symlink_to(out / name)
    posting.post(base, at=at)
    assert states() == {"1": State.GIVEN}


def test_a_base_without_its_folder_says_so(base: Connection, at: datetime) -> None:
    with pytest.raises(FolderFailed):
        posting.post(base, at=at)


def test_each_minute_all_folders_are_seen_to_and_one_bad_one_stops_none(
    base: Connection, out: Path
) -> None:
    ConnectionFactory(folder="нет такой")
    paused = ConnectionFactory(folder="paused", is_paused=True)
    (out.parents[1] / "paused" / "out").mkdir(parents=True)
    place(base, "1")
    queued_order(paused, outgoing_order("2"))
    tending.tend_folders.now()
    assert states() == {"1": State.GIVEN, "2": State.WAITING}


def test_a_folder_that_fails_in_an_unforeseen_way_stops_no_other(
    base: Connection, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = ConnectionFactory(folder="second")
    (out.parents[1] / "second" / "out").mkdir(parents=True)
    place(base, "1")
    queued_order(second, outgoing_order("2"))
    tend = folder.tend

    def failing(connection: Connection) -> None:
        if connection == base:
            raise ValueError("nobody thought of this")
        tend(connection)

    monkeypatch.setattr(folder, "tend", failing)
    tending.tend_folders.now()
    assert states() == {"1": State.WAITING, "2": State.GIVEN}
