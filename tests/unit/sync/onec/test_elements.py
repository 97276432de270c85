"""Small reading of elements by their local names."""

from __future__ import annotations

import pytest
from lxml import etree

from sync.onec import elements

NS = ' xmlns="urn:1C.ru:commerceml_3"'


@pytest.mark.parametrize("namespace", ["", NS])
def test_children_are_found_whatever_the_namespace(namespace: str) -> None:
    it = etree.fromstring(f"<Т{namespace}><Ид> 1 </Ид><Ид>2</Ид><Имя/><!-- x --></Т>")
    assert elements.child_text(it, "Ид") == "1"
    assert [elements.text(each) for each in elements.children(it, "Ид")] == ["1", "2"]
    assert elements.child(it, "Нет") is None
    assert elements.child_text(it, "Имя") == ""
    assert list(elements.children(None, "Ид")) == []
    assert elements.fields(it)["Ид"] == "1"


def test_pairs_keep_order_and_leave_out_empty_values_and_nameless_items() -> None:
    it = etree.fromstring(
        "<С><П><Ид>a</Ид><Значение>1</Значение><Значение/><Значение> 2 </Значение></П>"
        "<П><Ид>b</Ид></П><П><Значение>x</Значение></П><Иное><Ид>c</Ид></Иное></С>"
    )
    assert elements.pairs(it, "П", "Ид") == (("a", ("1", "2")), ("b", ()))
    assert elements.pairs(None, "П", "Ид") == ()


@pytest.mark.parametrize(
    ("xml", "deleted"),
    [
        ('<Т Статус="Удален"/>', True),
        ('<Т Статус="Изменен"/>', False),
        ("<Т><Статус>Удалён</Статус></Т>", True),
        ("<Т><Статус/></Т>", None),
        ("<Т><ПометкаУдаления>true</ПометкаУдаления></Т>", True),
        ("<Т><ПометкаУдаления>false</ПометкаУдаления></Т>", False),
        ("<Т><ПометкаУдаления/></Т>", None),
        ("<Т><Ид>1</Ид></Т>", None),
    ],
)
@pytest.mark.parametrize("namespace", ["", NS])
@pytest.mark.gotcha(24)
def test_a_deletion_mark_in_its_spellings(xml: str, deleted: bool | None, namespace: str) -> None:
    assert (
        elements.marked_deleted(etree.fromstring(xml.replace("<Т", f"<Т{namespace}", 1))) is deleted
    )
