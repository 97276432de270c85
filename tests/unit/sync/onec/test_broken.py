"""What is wrong with a file, told by kind."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from sync.intake.reasons import OF_FILES
from sync.onec import broken
from sync.onec.commerceml import BadFile, read, survey

_WHOLE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<КоммерческаяИнформация>{}</КоммерческаяИнформация>'
)


def _of(inside: str) -> bytes:
    return _WHOLE.format(inside).encode()


@pytest.mark.parametrize(
    ("content", "told", "line"),
    [
        (_of("<a>Болты & гайки</a>"), ("the character & must be written as &amp;",), 2),
        (_of("<a>Болты &гайки</a>"), ("the character & must be written as &amp;",), 2),
        (_of("<a>5&nbsp;м</a>"), ("a name behind & that XML does not know", "&nbsp;"), 2),
        (_of("<a>\x01</a>"), ("a character that XML does not allow",), 2),
        (_of("<a>&#1;</a>"), ("a character that XML does not allow",), 2),
        (_of("<a> < 5 м</a>"), ("the character < must be written as &lt;",), 2),
        (_of('<a b="<"/>'), ("the character < must be written as &lt;",), 2),
        (_of("<a b=1/>"), ("the value of an attribute stands without quotes",), 2),
        (_of('<a b="1" b="2"/>'), ("an attribute is told twice",), 2),
        (
            _of("<a></b>"),
            ("an element is closed by the tag of another one", "<a> … </b>"),
            2,
        ),
        (_of("") + b"<b/>", ("the file is cut off: send it once more",), 2),
        (_of("") + _of(""), ("something stands before the XML declaration",), 2),
        (_of("<a>x</a>")[:-25], ("the file is cut off: send it once more",), 2),
        (_of("<a>x</a>")[:60], ("the file is cut off: send it once more",), 2),
        (b"\n\n" + _of(""), ("something stands before the XML declaration",), 3),
        (b'{"a": 1}', ("this is no XML", '{"a": 1}'), 1),
        (b"PK\x03\x04rest", ("this is a ZIP archive under the name of an XML file",), 0),
        (b"\x1f\x8b\x08\0", ("this is a gzip archive under the name of an XML file",), 0),
        (b"\x89PNG\r\n", ("this is a picture under the name of an XML file",), 0),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1",
            ("this is an Excel workbook under the name of an XML file",),
            0,
        ),
        (
            b'<?xml version="1.0" encoding="windows-9999"?><a/>',
            ("the declared encoding is not known", "windows-9999"),
            1,
        ),
    ],
)
def test_each_kind_has_words_of_its_own(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    content: bytes,
    told: tuple[str, ...],
    line: int,
) -> None:
    path = tmp_path / "import.xml"
    path.write_bytes(content)
    with caplog.at_level(logging.INFO), pytest.raises(BadFile) as caught:
        survey(path)
    assert (caught.value.args, caught.value.line) == (told, line)
    assert told[0] in OF_FILES


def test_other_kinds_by_the_words_of_the_parser() -> None:
    deep = broken.kind_of_error(1, "Excessive depth in document: 256 use XML_PARSE_HUGE option")
    assert deep == ("the elements of the file are nested too deeply",)
    assert broken.kind_of_error(114, "Buffer size limit") == ("a text of the file is too large",)
    assert broken.kind_of_error(99, "who knows") == ("the XML is broken",)


def test_every_kind_can_be_translated() -> None:
    assert {broken.CUT_OFF, *broken._KINDS.values(), *dict(broken._MAGIC).values()} <= set(OF_FILES)


@pytest.mark.parametrize(
    "inside",
    [
        "<Каталог><Товары><Товар><Ид>1</Ид><x:Артикул>5</x:Артикул></Товар></Товары></Каталог>",
        '<Каталог><Товары><Товар xsi:nil="true"><Ид>1</Ид><Артикул>5</Артикул></Товар></Товары>'
        "</Каталог>",
        "<Документ><x:Ид>1</x:Ид><Артикул>5</Артикул></Документ>",
        "<Классификатор><Группы><Группа><x:Ид>1</x:Ид><y:Артикул>5</y:Артикул></Группа></Группы>"
        "</Классификатор>",
    ],
)
def test_names_with_a_prefix_that_is_not_declared_are_read_without_it(
    tmp_path: Path, inside: str
) -> None:
    path = tmp_path / "import.xml"
    path.write_bytes(_of(inside))
    assert survey(path) is None
    (item,) = next(read(path))
    assert item.ref == "1"
    assert item.element.findtext("Артикул") == "5"
