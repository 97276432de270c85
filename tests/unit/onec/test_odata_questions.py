"""Questions of OData as the stand-in reads them."""

from __future__ import annotations

from typing import Any

import pytest

from onec.odata_questions import WrongQuestionError, condition, ordered, read_path

A, B = "00000001-0000-0000-0000-000000000002", "00000002-0000-0000-0000-000000000001"
ROW = {"Ref_Key": A, "Date": "2026-11-01T00:00:00", "Sum": 5, "Ok": True, "Name": "О'Нил"}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (f"Ref_Key eq guid'{A}'", True),
        (f"Ref_Key ne guid'{A}'", False),
        (f"Ref_Key eq cast(guid'{A}', 'Document_X')", True),
        ("Date ge datetime'2026-11-01T00:00:00'", True),
        ("Date lt datetime'2026-11-01T00:00:00'", False),
        ("Sum gt 4.5 and Sum le 5", True),
        ("not Sum gt 4", False),
        ("Ok eq true", True),
        ("Ok eq false or Name eq 'О''Нил'", True),
        ("Ok eq false and (Sum eq 5 or Sum eq 6)", False),
    ],
)
def test_conditions(text: str, holds: bool) -> None:
    assert condition(text)(ROW) is holds


@pytest.mark.parametrize(
    "text", ["Sum", "Sum gt", "Sum like 5", "(Sum eq 5", "Sum eq 5 5", "Sum eq ~"]
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(WrongQuestionError):
        condition(text)(ROW)


def test_field_that_is_not_there_is_refused() -> None:
    with pytest.raises(WrongQuestionError, match="Чужое"):
        condition("Чужое eq 5")(ROW)


def test_identifiers_are_in_the_order_of_the_base() -> None:
    found: list[Any] = [
        row["Ref_Key"] for row in ordered([{"Ref_Key": A}, {"Ref_Key": B}], "Ref_Key")
    ]
    assert found == [B, A]
    assert condition(f"Ref_Key gt guid'{B}'")({"Ref_Key": A})


def test_order_by_several_fields() -> None:
    rows = [{"a": 1, "b": 1}, {"a": 1, "b": 2}, {"a": 0, "b": 1}]
    assert ordered(rows, "a desc,b desc") == [rows[1], rows[0], rows[2]]


def test_path_with_a_function() -> None:
    asked = read_path("R/Balance(Period=datetime'2026-11-01T00:00:00',Dimensions='А,Б')")
    assert (asked.entity, asked.function) == ("R", "Balance")
    assert asked.arguments == {"Period": "2026-11-01T00:00:00", "Dimensions": "А,Б"}
    assert read_path("Catalog_X").function == ""
    with pytest.raises(WrongQuestionError):
        read_path("a/b/c")
