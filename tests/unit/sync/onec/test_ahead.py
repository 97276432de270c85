"""The next portion is made ready meanwhile; what lives in the file is not read beyond."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.onec import commerceml
from sync.onec.ahead import ahead
from sync.onec.commerceml import Item
from tests.factories.commerceml import classifier, goods, group, message, package, product


def file_of(tmp_path: Path, *content: str) -> Path:
    path = tmp_path / "import.xml"
    path.write_bytes(message("".join(content)))
    return path


def noted(portions: Iterator[list[Item]], asked: list[int]) -> Iterator[list[Item]]:
    for portion in portions:
        asked.append(len(portion))
        yield portion


def names_of(path: Path, size: int) -> list[str]:
    portions = ahead(commerceml.read(path, size=size), {"product"})
    return [item.product().name or "" for items in portions for item in items]


def test_portions_come_whole_and_in_order(tmp_path: Path) -> None:
    path = file_of(tmp_path, goods(*(product(f"p{n}", f"Ручка {n}") for n in range(10))))
    assert names_of(path, 3) == [f"Ручка {n}" for n in range(10)]


def test_goods_are_read_one_portion_ahead_in_a_thread_of_their_own(tmp_path: Path) -> None:
    path = file_of(tmp_path, goods(*(product(f"p{n}", "Ручка") for n in range(4))))
    asked: list[int] = []
    before = threading.active_count()
    portions = ahead(noted(commerceml.read(path, size=1), asked), set())
    next(portions)
    for _ in range(100):
        if len(asked) == 2:
            break
        threading.Event().wait(0.02)
    assert len(asked) == 2
    portions.close()
    assert threading.active_count() == before


def test_groups_are_taken_before_the_file_is_read_on(tmp_path: Path) -> None:
    path = file_of(tmp_path, classifier(group("g1", "Фурнитура") + group("g2", "Ручки")))
    asked: list[int] = []
    names: list[str | None] = []
    for items in ahead(noted(commerceml.read(path, size=1), asked), set()):
        threading.Event().wait(0.05)
        assert len(asked) == len(names) + 1
        names.append(commerceml.category_records(items[0].element)[0].name)
    assert names == ["Фурнитура", "Ручки"]


def test_what_is_wrong_with_the_file_is_told_to_the_reader(tmp_path: Path) -> None:
    path = file_of(tmp_path, goods(*(product(f"p{n}", "Ручка") for n in range(9))))
    path.write_bytes(path.read_bytes()[:-30])
    before = sys.getswitchinterval()
    with pytest.raises(commerceml.BadFile):
        names_of(path, 2)
    assert sys.getswitchinterval() == before


def test_a_bad_number_is_told_when_the_offer_is_asked_for(tmp_path: Path) -> None:
    bad = "<Предложение><Ид>p</Ид><Количество>много</Количество></Предложение>"
    path = file_of(tmp_path, package(bad))
    ((item,),) = ahead(commerceml.read(path), {"stock"})
    with pytest.raises(ValueError, match="not a number"):
        item.offer(identity=False, prices=False, stock=True)
