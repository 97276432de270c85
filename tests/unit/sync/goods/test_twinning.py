"""Likely twins: which pairs are found, and which are not."""

from __future__ import annotations

import pytest

from sync.models import Alarm, Connection, Product, Run, Twin
from tests.factories.commerceml import goods, product, take
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


def item(ref: str, name: str, sku: str = "", barcode: str = "") -> str:
    inside = f"<Артикул>{sku}</Артикул>" if sku else ""
    inside += f"<Штрихкод>{barcode}</Штрихкод>" if barcode else ""
    return product(ref, name, inside)


def pairs() -> list[tuple[str, str, list[str], bool]]:
    return [
        (twin.old.ref, twin.new.ref, twin.whys, twin.is_sure)
        for twin in Twin.objects.filter(state=Twin.State.WAITING).order_by("pk")
    ]


@pytest.mark.parametrize(
    ("old", "new", "whys", "is_sure"),
    [
        (("Ручка", "", "460"), ("Иное", "", "460"), ["barcode"], True),
        (("Ручка", "A-1", ""), ("РУЧКА", "a1", ""), ["sku", "name"], True),
        (("Ручка", "A-1", ""), ("Петля", "A-1", ""), ["sku"], False),
        (("Ручка", "", ""), ("ручка", "", ""), ["name"], False),
        (("Ручка", "A-1", "460"), ("Ручка", "A-1", "461"), ["sku", "name"], False),
    ],
)
def test_signs(
    base: Connection,
    old: tuple[str, str, str],
    new: tuple[str, str, str],
    whys: list[str],
    is_sure: bool,
) -> None:
    take(base, goods(item("111", *old)))
    take(base, goods(item("guid", *new)))
    assert pairs() == [("111", "guid", whys, is_sure)]


def test_a_name_alone_is_no_sign_where_articles_differ(base: Connection) -> None:
    take(base, goods(item("111", "Ручка", "A-1")))
    take(base, goods(item("guid", "Ручка", "A-2")))
    assert pairs() == []


def test_a_sign_that_several_share_is_none(base: Connection) -> None:
    take(base, goods(item("111", "Ручка"), item("112", "Ручка")))
    take(base, goods(item("guid", "Ручка")))
    assert pairs() == []


def test_what_the_file_still_tells_is_another_product(base: Connection) -> None:
    take(base, goods(item("111", "Ручка", "A-1")))
    take(base, goods(item("111", "Ручка", "A-1"), item("guid", "Ручка", "A-1")))
    assert pairs() == []


def test_a_pair_is_dropped_when_1c_tells_the_old_one_again(base: Connection) -> None:
    take(base, goods(item("111", "Ручка", "A-1")))
    take(base, goods(item("guid", "Ручка", "A-1")))
    assert len(pairs()) == 1
    assert Alarm.objects.filter(code="twins", closed_at=None).exists()
    take(base, goods(item("111", "Ручка", "A-1")))
    assert pairs() == []
    assert not Alarm.objects.filter(code="twins", closed_at=None).exists()


def test_a_changed_product_is_not_new(base: Connection) -> None:
    take(base, goods(item("111", "Ручка", "A-1"), item("112", "Петля", "B-1")))
    run = take(base, goods(item("112", "Ручка", "A-1")))
    assert run.changed_count == 1
    assert pairs() == []


def test_the_first_load_and_other_bases_have_no_twins(base: Connection) -> None:
    take(ConnectionFactory(), goods(item("111", "Ручка", "A-1", "460")))
    take(base, goods(item("guid", "Ручка", "A-1", "460")))
    assert pairs() == []


def test_an_archived_product_may_be_the_old_one_though_it_is_told(base: Connection) -> None:
    take(base, goods(item("111", "Ручка", "A-1")))
    gone = product("111", "Ручка", "<Артикул>A-1</Артикул><Статус>Удален</Статус>")
    run = take(base, goods(gone, item("guid", "Ручка", "A-1")))
    assert run.state == Run.State.DONE, run.error
    assert Product.objects.get(ref="111").archived
    assert pairs() == [("111", "guid", ["sku", "name"], True)]


def test_each_product_is_in_one_pair_the_best(base: Connection) -> None:
    take(base, goods(item("111", "Ручка", "A-1"), item("112", "Петля", "B-1", "460")))
    take(base, goods(item("guid", "Ручка", "A-1", "460")))
    assert pairs() == [("112", "guid", ["barcode"], True)]
