"""A second process finds out what this one would have, and is missed by nobody."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.onec import commerceml, foreseeing
from sync.onec.commerceml import Item
from sync.onec.foreseeing import Foreseer
from tests.factories.commerceml import goods, message, offer, package, price, product

ALL = {"product", "identity", "prices", "stock"}
OFFER = (
    "<Наименование>Ручка</Наименование><ХарактеристикиТовара><ХарактеристикаТовара>"
    "<Наименование>Цвет</Наименование><Значение>Хром</Значение></ХарактеристикаТовара>"
    f"</ХарактеристикиТовара><Цены>{price('t', '5.50')}</Цены><Количество>7</Количество>"
)


def items_of(tmp_path: Path) -> list[Item]:
    path = tmp_path / "import.xml"
    content = goods(
        product("p1", "Ручка", "<Вес>0,5</Вес><Картинка>a.jpg</Картинка>"),
        product("p2", "Ручка &amp; Ко", "<Комплект><Имя>x</Имя></Комплект>"),
        "<Товар><Ид>p3</Ид></Товар>",
    ) + package(
        offer("p1#c", OFFER),
        offer("p2", '<Склад ИдСклада="w" КоличествоНаСкладе="4"/>'),
        offer("p4", "<Количество>много</Количество>"),
    )
    path.write_bytes(message(content))
    return [item for portion in commerceml.read(path) for item in portion if item.is_apart]


@pytest.fixture
def foreseer() -> Iterator[Foreseer]:
    made = Foreseer()
    yield made
    made.close()


def said(item: Item) -> object:
    """All that the reader of a file asks an object."""
    try:
        if item.kind == "product":
            return item.ids(), item.digest(), item.product()
        told = item.offer(identity=True, prices=True, stock=True)
    except ValueError as error:
        return item.ids(), error.args
    return item.ids(), item.offer_digests(), told, item.may_create


@pytest.mark.parametrize("expected", [ALL, {"product"}, {"stock"}])
def test_the_other_process_says_what_this_one_would(
    tmp_path: Path, foreseer: Foreseer, expected: set[str]
) -> None:
    asked = items_of(tmp_path)
    foreseer.foresee(asked, expected)
    assert len(asked) == 6
    assert [said(item) for item in asked] == [said(item) for item in items_of(tmp_path)]


def test_what_is_told_needs_no_second_reading(tmp_path: Path, foreseer: Foreseer) -> None:
    first, *_others, known, _stock, _bad = items_of(tmp_path)
    foreseer.foresee([first, known], ALL)
    assert first.known.product is not None
    assert (known.known.identity, known.known.prices, known.known.stock) != (None, None, None)


def test_a_process_that_dies_is_done_without(tmp_path: Path, foreseer: Foreseer) -> None:
    foreseer.foresee(items_of(tmp_path), ALL)
    process = foreseer._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    asked = items_of(tmp_path)
    foreseer.foresee(asked, ALL)
    assert [said(item) for item in asked] == [said(item) for item in items_of(tmp_path)]
    assert foreseer._process is None


def test_the_process_ends_with_the_one_that_started_it() -> None:
    code = (
        "from sync.onec.foreseeing import Foreseer\n"
        "from sync.onec.commerceml import from_xml\n"
        "f = Foreseer()\n"
        "f.foresee([from_xml('offer', '<Предложение><Ид>p</Ид></Предложение>')], set())\n"
        "print(f._process.pid, flush=True)\n"
        "import time; time.sleep(60)\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=env) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    until = time.monotonic() + 10
    while _is_alive(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _is_alive(pid)


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_broken_end_is_an_end() -> None:
    out = io.BytesIO()
    foreseeing.serve(io.BytesIO(b"\0\0"), out)
    assert out.getvalue() == b""
