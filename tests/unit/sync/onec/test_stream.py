"""Reading XML of any size safely."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from sync.onec import stream
from sync.onec.cutting import parsed
from sync.onec.stream import BadFile, Found, chunks, survey
from tests.factories.commerceml import goods, message, product


def write(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "import.xml"
    path.write_bytes(content)
    return path


def _own(found: Found) -> etree._Element:
    if found.cut is None:
        return found.element
    return parsed(found.cut.raw, found.element.nsmap)


def portions(path: Path, size: int = 2) -> list[list[str]]:
    found = []
    for portion in chunks(
        path, encoding=None, tags=("Товар",), accept=lambda _name, _element: True, size=size
    ):
        found.append([str(_own(each)[0].text) for each in portion])
    return found


def test_a_whole_file_is_read_by_its_own_declaration(tmp_path: Path) -> None:
    beats: list[int] = []
    path = write(tmp_path, message(goods(product("p1"))))
    assert survey(path, beat=lambda: beats.append(1)) is None
    assert beats
    assert survey(write(tmp_path, message("", "windows-1251"))) is None


@pytest.mark.gotcha(16)
def test_bytes_that_are_not_utf_8_are_read_as_windows_1251(tmp_path: Path) -> None:
    content = message(goods(product("p", "Имя"))).decode().encode("windows-1251")
    assert survey(write(tmp_path, content)) == "windows-1251"


@pytest.mark.parametrize(
    ("content", "words", "line"),
    [
        (b" \n", "the file is empty", 0),
        (message(goods(product("p")))[:-3], "the file is cut off", 2),
        (message(goods(product("p")))[:-4], "the file is cut off", 2),
        (
            b"<?xml version='1.0'?>\n<a><b></a>",
            "an element is closed by the tag of another one: <b> … </a>",
            2,
        ),
        (b"<!DOCTYPE a><a/>", "DOCTYPE", 0),
        (b"<a/>", "the root element is not", 0),
    ],
)
def test_a_bad_file_is_refused_with_reason_and_line(
    tmp_path: Path, content: bytes, words: str, line: int
) -> None:
    with pytest.raises(BadFile, match=words) as caught:
        survey(write(tmp_path, content))
    assert not line or caught.value.line == line
    assert "\n" not in str(caught.value)


@pytest.mark.gotcha(20)
def test_an_entity_bomb_is_never_expanded(tmp_path: Path) -> None:
    bomb = (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
        "<КоммерческаяИнформация>&b;</КоммерческаяИнформация>"
    )
    with pytest.raises(BadFile, match="DOCTYPE"):
        survey(write(tmp_path, bomb.encode()))


def test_objects_come_in_portions(tmp_path: Path) -> None:
    path = write(tmp_path, message(goods(*(product(f"p{n}") for n in range(5)))))
    assert portions(path) == [["p0", "p1"], ["p2", "p3"], ["p4"]]


def test_portions_are_limited_in_bytes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "CHUNK_BYTES", stream.BLOCK)
    heavy = "<Описание>" + "я" * stream.BLOCK + "</Описание>"
    path = write(tmp_path, message(goods(*(product(f"p{n}", inside=heavy) for n in range(4)))))
    assert [len(portion) for portion in portions(path, size=100)] == [1, 1, 1, 1]


def test_an_object_over_the_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "OBJECT_LIMIT", stream.BLOCK)
    heavy = "<Описание>" + "я" * stream.BLOCK * 2 + "</Описание>"
    path = write(tmp_path, message(goods(product("p", inside=heavy))))
    with pytest.raises(BadFile, match="over 16 MB"):
        portions(path)


@pytest.mark.gotcha(47)
def test_a_portion_is_emptied_when_the_next_is_asked_for(tmp_path: Path) -> None:
    # what stands behind a comment is not cut out
    path = write(tmp_path, message(goods("<!-- x -->", *(product(f"p{n}") for n in range(3)))))
    source = chunks(
        path, encoding=None, tags=("Товар",), accept=lambda _name, _element: True, size=1
    )
    first = next(source)[0].element
    assert len(first) == 2
    next(source)
    assert len(first) == 0


def test_comments_and_instructions_are_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path, message(goods("<!-- x --><?y z?>", product("p"))))
    assert portions(path) == [["p"]]


def test_a_name_without_its_namespace() -> None:
    element = etree.fromstring("<a xmlns='urn:x'><b xmlns=''/></a>")
    assert [stream.LOCAL[each.tag] for each in element.iter()] == ["a", "b"]
