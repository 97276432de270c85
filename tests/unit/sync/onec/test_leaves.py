"""Objects taken apart without a parser: the plain way is read, any other is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from sync.onec import elements, leaves
from sync.onec.leaves import Unclear, apart, containers, pairs_reader, text_of, value

KNOWN = containers("Группы", "Изготовитель")
NAMES = ("ЗначенияСвойства", "Ид")


def test_leaves_come_in_order_and_containers_by_name() -> None:
    text = '<a>1</a>\n<Группы><Ид>g</Ид></Группы> <b x="1">2</b><c/><d y="a>b"/><a/>'
    found, blocks = apart(text, KNOWN)
    assert found == [
        ("a", "", "1"),
        ("b", ' x="1"', "2"),
        ("c", "", ""),
        ("d", ' y="a>b"', ""),
        ("a", "", ""),
    ]
    assert blocks == {"Группы": "<Ид>g</Ид>"}
    assert leaves.attributes(' x="1"  yy=""') == {"x": "1", "yy": ""}


@pytest.mark.parametrize(
    "text",
    [
        "<a><b>1</b></a>",
        "<a>1</b>",
        "<a>1",
        "<x:a>1</x:a>",
        "<a b='1'>1</a>",
        '<a b="&amp;">1</a>',
        "<Другое><Группы><Ид>g</Ид></Группы></Другое>",
        "<Группы><Ид>g</Ид></Группы><Группы><Ид>h</Ид></Группы>",
        "<Группы><Группы><Ид>g</Ид></Группы></Группы>",
        "<Группы><Ид>g</Ид>",
        "<Изготовитель><Группы><Ид>g</Ид></Группы></Изготовитель>",
    ],
)
def test_what_is_written_otherwise_is_unclear(text: str) -> None:
    with pytest.raises(Unclear):
        apart(text, KNOWN)


def test_a_value_is_what_a_parser_says() -> None:
    assert value(" &quot;A&amp;B&quot; &#1040;&#x411; ") == '"A&B" АБ'
    assert text_of("а\r\nб\rв".encode()) == "а\nб\nв"
    for odd in ("&nbsp;", "a & b", "&#xFFFFFF;", "&#1;"):
        with pytest.raises(Unclear):
            value(odd)


@given(st.text(alphabet="<>&;\"'# xаб\n\t1", max_size=30))
def test_any_text_is_read_as_the_parser_reads_it(text: str) -> None:
    root = etree.Element("a")
    root.text = text
    raw = etree.tostring(root, encoding="utf-8")
    found, _blocks = apart(text_of(raw), ())
    assert [value(each[2]) for each in found] == [elements.text(etree.fromstring(raw))]


@pytest.mark.parametrize(
    ("inside", "is_plain"),
    [
        ("<ЗначенияСвойства><Ид>a</Ид><Значение> 1 </Значение></ЗначенияСвойства>", True),
        ("<ЗначенияСвойства>\n<Ид>a</Ид>\n<Значение></Значение>\n</ЗначенияСвойства>", True),
        ("<ЗначенияСвойства><Ид></Ид><Значение>1</Значение></ЗначенияСвойства>", True),
        ("<ЗначенияСвойства><Ид>a</Ид><Значение/></ЗначенияСвойства>", True),
        ("<ЗначенияСвойства><Ид>a</Ид></ЗначенияСвойства>", True),
        ("<ЗначенияСвойства><Ид>a</Ид><Значение>&amp;</Значение></ЗначенияСвойства>", True),
        ("", True),
        (
            "<ЗначенияСвойства><Ид>a</Ид><Значение>1</Значение><Значение>2</Значение>"
            "</ЗначенияСвойства>",
            False,
        ),
        (
            "<ЗначенияСвойства><Ид>a</Ид></ЗначенияСвойства>"
            "<ЗначенияСвойства><Значение>2</Значение><Ид>a</Ид></ЗначенияСвойства>",
            False,
        ),
        ("<ЗначенияСвойства><Ид>a</Ид><Имя>b</Имя></ЗначенияСвойства>", False),
    ],
)
def test_lists_of_values_are_those_of_the_element(inside: str, is_plain: bool) -> None:
    whole = elements.pairs(etree.fromstring(f"<a>{inside}</a>"), *NAMES)
    read = pairs_reader(*NAMES, leaves.text_pair)
    if is_plain:
        assert read(inside) == whole
    else:
        with pytest.raises(Unclear):
            read(inside)


def test_guids_of_values_are_lower_cased() -> None:
    upper = "0A1B2C3D-0000-0000-0000-00000000000F"
    inside = f"<ЗначенияСвойства><Ид>{upper}</Ид><Значение>{upper}</Значение></ЗначенияСвойства>"
    read = pairs_reader(*NAMES, leaves.ref_pair)
    assert read(inside) == ((upper.lower(), (upper.lower(),)),)


def test_a_unit_with_a_ratio_is_a_leaf_without_it() -> None:
    ratio = "<Пересчет><Единица>796</Единица></Пересчет>"
    text = f'<Ид>1</Ид><БазоваяЕдиница Код="1">шт {ratio} </БазоваяЕдиница><a/>'
    assert leaves.without_reckoning(text) == (
        '<Ид>1</Ид><БазоваяЕдиница Код="1">шт </БазоваяЕдиница><a/>'
    )
    for other in (f"<b>{ratio}</b>", f"<БазоваяЕдиница>{ratio}{ratio}</БазоваяЕдиница>"):
        with pytest.raises(Unclear):
            apart(leaves.without_reckoning(other), ())
