"""What an exchange file holds, decided by its elements and never by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.onec import commerceml, stream
from sync.onec.commerceml import BadFile
from tests.factories.commerceml import (
    changes,
    classifier,
    goods,
    group,
    message,
    offer,
    package,
    price_type,
    product,
    prop,
)

WHOLE = (
    classifier(group("g", "Г", group("h", "Д")), prop("s", "С", {"v": "В", "w": "Щ"}))
    + goods(product("p"))
    + package(
        offer("p", '<Склад ИдСклада="w1" КоличествоНаСкладе="1"/>'),
        types=price_type("t"),
        places="<Склад><Ид>w1</Ид></Склад><Склад><Ид>w2</Ид></Склад>",
    )
)


def read(tmp_path: Path, content: bytes, after: int = 0, size: int = 3) -> list[tuple[int, str]]:
    path = tmp_path / "x.xml"
    path.write_bytes(content)
    return [
        (item.ordinal, item.kind)
        for portion in commerceml.read(path, after=after, size=size)
        for item in portion
    ]


KINDS = [
    "category",
    "property_value",
    "property_value",
    "property",
    "product",
    "price_type",
    "warehouse",
    "warehouse",
    "offer",
]


def test_objects_are_told_by_their_place(tmp_path: Path) -> None:
    assert [kind for _n, kind in read(tmp_path, message(WHOLE))] == KINDS


@pytest.mark.parametrize("after", range(10))
def test_reading_goes_on_behind_any_object(tmp_path: Path, after: int) -> None:
    whole = list(enumerate(KINDS, start=1))
    assert read(tmp_path, message(WHOLE), after=after) == whole[after:]


@pytest.mark.parametrize("namespace", ["", "urn:1C.ru:commerceml_3", "urn:1C.ru:commerceml_210"])
@pytest.mark.gotcha(32)
def test_the_namespace_does_not_matter(tmp_path: Path, namespace: str) -> None:
    content = message(WHOLE).replace(
        b'xmlns="urn:1C.ru:commerceml_2"', f'xmlns="{namespace}"'.encode() if namespace else b""
    )
    assert len(read(tmp_path, content)) == len(KINDS)


def test_documents_stand_in_the_root_or_in_a_container(tmp_path: Path) -> None:
    one = "<Документ><Номер>1</Номер></Документ>"
    content = message(f"{one}<Контейнер>{one}{one}</Контейнер>")
    assert [kind for _n, kind in read(tmp_path, content)] == ["document"] * 3


def test_a_party_of_a_document_is_no_object_of_its_own(tmp_path: Path) -> None:
    party = "<Контрагенты><Контрагент><Ид>c</Ид></Контрагент></Контрагенты>"
    content = message(f"<Документ><Номер>1</Номер>{party}</Документ>{party}")
    assert [kind for _n, kind in read(tmp_path, content)] == ["document", "counterparty"]


@pytest.mark.parametrize(
    "content",
    ["", "<Каталог/>", classifier(), package(), "<Классификатор><Группы/></Классификатор>"],
)
def test_a_file_with_nothing_to_tell_is_normal(tmp_path: Path, content: str) -> None:
    assert read(tmp_path, message(content)) == []


@pytest.mark.parametrize(
    "content", ["<Нечто>1</Нечто>", "<Каталог><Товары><Вещь/></Товары></Каталог>"]
)
@pytest.mark.gotcha(32)
def test_a_file_in_which_nothing_is_recognised_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(BadFile, match="no object was recognised"):
        read(tmp_path, message(content))


def test_a_package_of_changes_creates_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    for content, creates in ((package(offer("p")), True), (changes(offer("p")), False)):
        path.write_bytes(message(content))
        for portion in commerceml.read(path):
            assert [each.may_create for each in portion] == [creates]


def test_a_fragment_is_the_element_cut_to_size(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(message(goods(product("p", "я" * 50))))
    for portion in commerceml.read(path):
        (it,) = portion
        assert commerceml.fragment(it.element).startswith("<Товар")
        assert len(commerceml.fragment(it.element, 30)) == 30
        assert (it.ref, it.line) == ("p", 2)


def test_documents_that_cannot_be_read_are_told_and_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(message("<Документ/><Документ><Номер>1001</Номер></Документ>"))
    refused: list[str] = []
    found = list(
        commerceml.parse_documents(path, on_error=lambda _item, words: refused.append(words))
    )
    assert [each.number for each in found] == ["1001"]
    assert refused == ["a document without Номер and Ид"]


def test_the_digest_follows_the_content(tmp_path: Path) -> None:
    def digest(content: str) -> int:
        path = tmp_path / "x.xml"
        path.write_bytes(message(goods(content)))
        for portion in commerceml.read(path):
            return portion[0].digest()
        raise AssertionError

    assert digest(product("p")) == digest(product("p"))
    assert digest(product("p")) != digest(product("p", "Иначе"))
    assert -(2**63) <= digest(product("p")) < 2**63


def test_the_lines_of_a_document_do_not_stretch_its_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "OBJECT_LIMIT", stream.BLOCK)
    lines = "".join(product(f"p{n}") for n in range(3000))
    content = message(f"<Документ><Номер>1</Номер><Товары>{lines}</Товары></Документ>")
    with pytest.raises(BadFile, match="over 16 MB"):
        read(tmp_path, content)
