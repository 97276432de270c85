"""One statement a table that touches only rows that differ."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sync.merging import Batch, Target, Touched, amend, fill, known, mark_seen, merge
from sync.models import ChangeBatch, Connection, Warehouse
from sync.staging import Staging, staging
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
PLACES = Target(
    name="try",
    model=Warehouse,
    staged=("ref", "archived", "name", "address", "digest", "receipt"),
    values={"name": "COALESCE(s.name, t.name, '')"},
    with_present=True,
)
MARKS = Target(name="trymark", model=Warehouse, staged=("ref", "archived", "digest", "receipt"))


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


@pytest.fixture
def stage(base: Connection) -> Staging:
    return staging(base.pk)


def put(
    stage: Staging, *rows: tuple[Any, ...], target: Target = PLACES, at: datetime = AT
) -> tuple[list[Touched], bool]:
    how = amend if target is MARKS else merge
    with stage.locked(lambda: fill(stage, target, rows)):
        batch = Batch(None, at)
        touched = how(stage, target, batch)
        return touched, batch.settle()


def row(name: str | None = "Склад", digest: int = 1, receipt: int = 1, ref: str = "w") -> Any:
    return (ref, False, name, "", digest, receipt)


def test_new_rows_are_inserted_under_the_number_of_the_batch(stage: Staging) -> None:
    touched, changed = put(stage, row(), row(ref="v"))
    number = ChangeBatch.objects.get().pk
    assert changed
    assert {(it.ref, it.changed_in, it.changed_at) for it in Warehouse.objects.all()} == {
        ("w", number, AT),
        ("v", number, AT),
    }
    assert {each.extra for each in touched} == {("w",), ("v",)}
    assert all(each.changed for each in touched)


def test_an_equal_row_is_not_touched_and_uses_up_no_number(stage: Staging) -> None:
    put(stage, row())
    touched, changed = put(stage, row(), at=LATER)
    assert (touched, changed) == ([], False)
    assert Warehouse.objects.get().changed_at == AT
    assert ChangeBatch.objects.count() == 1


def test_a_new_value_moves_the_row_to_the_later_batch(stage: Staging) -> None:
    put(stage, row())
    put(stage, row("Другой", digest=2), at=LATER)
    it = Warehouse.objects.get()
    assert (it.name, it.digest, it.changed_at) == ("Другой", 2, LATER)
    assert it.changed_in == ChangeBatch.objects.latest("pk").pk


def test_a_new_digest_alone_is_kept_without_a_move(stage: Staging) -> None:
    put(stage, row())
    touched, changed = put(stage, row(digest=2), at=LATER)
    assert ([each.changed for each in touched], changed) == ([False], False)
    assert (Warehouse.objects.get().digest, Warehouse.objects.get().changed_at) == (2, AT)
    assert ChangeBatch.objects.count() == 1


def test_null_keeps_what_is_there(stage: Staging) -> None:
    put(stage, row("Склад"))
    put(stage, row(None, digest=2), row(None, ref="new"))
    assert dict(Warehouse.objects.values_list("ref", "name")) == {"w": "Склад", "new": ""}


def test_an_older_receipt_never_takes_the_place_of_a_newer(stage: Staging) -> None:
    put(stage, row("Новый", digest=2, receipt=7))
    touched, _changed = put(stage, row("Старый", digest=3, receipt=6))
    assert touched == []
    assert Warehouse.objects.get().name == "Новый"
    put(stage, row("Равный", digest=4, receipt=7))
    assert Warehouse.objects.get().name == "Равный"


def test_amending_makes_no_row(stage: Staging) -> None:
    put(stage, row())
    touched, _changed = put(stage, ("w", True, 5, 1), ("nobody", True, 5, 1), target=MARKS)
    assert [each.extra for each in touched] == [("w",)]
    it = Warehouse.objects.get()
    assert (it.archived, it.name, it.digest) == (True, "Склад", 5)


def test_rows_of_another_base_are_left_alone(stage: Staging) -> None:
    other = ConnectionFactory()
    put(staging(other.pk), row("Чужой"))
    put(stage, row("Свой"))
    put(stage, ("w", True, 5, 1), target=MARKS)
    assert Warehouse.objects.get(connection=other).archived is False
    assert Warehouse.objects.count() == 2


def test_a_confirmed_row_gets_the_later_receipt_and_nothing_else(
    base: Connection, stage: Staging
) -> None:
    put(stage, row())
    mark_seen(stage, PLACES, base.pk, ["w"], 9)
    mark_seen(stage, PLACES, base.pk, ["w"], 8)
    it = Warehouse.objects.get()
    assert (it.receipt, it.changed_at, it.digest) == (9, AT, 1)


def test_known_rows_are_found_by_ref_in_one_query(
    base: Connection, stage: Staging, django_assert_num_queries: Any
) -> None:
    put(stage, row(), row(ref="v", digest=3))
    with django_assert_num_queries(1):
        assert known(stage, Warehouse, base.pk, ["w", "v", "x"], "digest") == {"w": (1,), "v": (3,)}
    assert known(stage, Warehouse, base.pk, []) == {}
    many = [f"r{n}" for n in range(40_000)]
    assert known(stage, Warehouse, base.pk, [*many, "w"]) == {"w": ()}


def test_what_the_portal_owns_of_a_row_begins_with_its_default_and_stays(stage: Staging) -> None:
    put(stage, row())
    assert Warehouse.objects.get().is_sold_from
    Warehouse.objects.update(title="Главный", is_sold_from=False)
    put(stage, row("Другой", digest=2), at=LATER)
    it = Warehouse.objects.get()
    assert (it.name, it.title, it.is_sold_from) == ("Другой", "Главный", False)
