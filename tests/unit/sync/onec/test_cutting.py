"""Goods and offers cut out of a file's bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.onec import commerceml, cutting, stream
from sync.onec.cutting import Cutter, parsed
from tests.factories.commerceml import goods, message, product

OFFER = (
    "<Предложение>\n\t<Ид>p#c</Ид>\n\t<Наименование>Ручка &quot;А&quot;</Наименование>\n\t"
    "<Цены>\n\t<Цена><ИдТипаЦены>t</ИдТипаЦены><ЦенаЗаЕдиницу>5</ЦенаЗаЕдиницу></Цена></Цены>\n\t"
    '<Количество>3</Количество>\n\t<Склад ИдСклада="w" КоличествоНаСкладе="3"/>\n</Предложение>\n'
)


def offers(*inside: str, package: str = "ПакетПредложений") -> str:
    return f"<{package}><Предложения>{''.join(inside)}</Предложения></{package}>"


def everything(path: Path, encoding: str | None = None) -> list[tuple[object, ...]]:
    """All that a file tells of its goods and offers."""
    found: list[tuple[object, ...]] = []
    for portion in commerceml.read(path, encoding=encoding, size=3):
        for item in portion:
            record: object = None
            if item.ids() != ("", ""):
                if item.kind == "product":
                    record = commerceml.product_record(item.element)
                elif item.kind == "offer":
                    record = (commerceml.offer_record(item.element), item.may_create)
            found.append((item.ordinal, item.kind, item.line, item.ids(), record))
    return found


FILES = {
    "goods": message(goods(*(product(f"p{n}", f"Имя\n{n}") for n in range(8)))),
    "offers": message(offers(OFFER, OFFER.replace("p#c", "q"))),
    "changes": message(offers(OFFER, package="ИзмененияПакетаПредложений")),
    "attributes": message(offers(OFFER.replace("<Предложение>", '<Предложение Статус="Удален">'))),
    "windows-1251": message(goods(*(product(f"p{n}") for n in range(5))), "windows-1251"),
    "empty ones": message(goods(product("a"), "<Товар/>", '<Товар Статус="x"/>', product("b"))),
    "an empty one first": message(goods('<Товар Статус="x"/>') + offers(OFFER)),
    "spaces in tags": message(goods(product("a").replace("</Товар>", "</Товар\n>"), product("b"))),
    "a comment": message(goods(product("a"), "<!-- <Товар> -->", product("b"))),
    "CDATA": message(goods(product("a", "<![CDATA[</Товар>]]>"), product("b"))),
    "one inside another": message(
        goods(product("a", inside=f"<Части>{product('b')}</Части>"), product("c"))
    ),
    "a placeholder": message(goods(product("a"), "<vitrina.cut/>", product("b"))),
    "elsewhere": message(f"<Пакет>{product('a')}</Пакет>" + goods(product("b"))),
    "a document": message(
        f"<Документ><Ид>d</Ид><Товары>{product('a')}</Товары></Документ>" + goods(product("b"))
    ),
}


@pytest.mark.parametrize("block", [1, 41, 64, 100, 65536])
@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_cutting_changes_nothing_of_what_a_file_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, block: int
) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(content)
    monkeypatch.setattr(stream, "BLOCK", block)
    cut = everything(path)
    monkeypatch.setattr(stream, "ENCODINGS", {})
    assert cut == everything(path)


def test_neighbours_share_a_placeholder_and_lines_are_kept() -> None:
    cutter = Cutter("utf-8")
    told = "<Товары>\n<Товар>\n1</Товар>\n<Товар>2</Товар><x/><Товар>3</Товар>"
    left = cutter.take(told.encode())
    assert left.count(b"<vitrina.cut/>") == 2
    assert left.count(b"\n") == 3
    assert [[(each.name, each.line) for each in run] for run in cutter.runs] == [
        [("Товар", 2), ("Товар", 4)],
        [("Товар", 4)],
    ]


def test_an_object_without_an_end_is_not_kept_back_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cutting, "WAITING_LIMIT", 50)
    cutter = Cutter("utf-8")
    assert cutter.take("<Товар>".encode() + b"x" * 10) == b""
    assert cutter.take(b"y" * 50) == "<Товар>".encode() + b"x" * 10 + b"y" * 50
    assert cutter.take("</Товар><Товар></Товар>".encode()) == "</Товар><Товар></Товар>".encode()
    assert not cutter.runs


def test_namespaces_of_the_place_hold_inside() -> None:
    spaces: dict[str | None, str] = {None: "urn:a", "x": "urn:x"}
    found = parsed(b"<c x:b='1'/>", spaces)
    assert found.get("{urn:x}b") == "1"
    assert found.tag == "{urn:a}c"


def test_an_object_kept_as_xml_has_the_digests_it_had_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "offers.xml"
    path.write_bytes(message(offers(OFFER)))
    for portion in commerceml.read(path):
        for item in portion:
            kept = commerceml.from_xml("offer", item.xml())
            assert kept.offer_digests() == item.offer_digests()
            assert kept.ids() == item.ids() == ("p#c", "p")
