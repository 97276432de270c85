"""Staging tables: whatever text goes in comes out, and a failure leaves nothing behind."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.staging import dumps, staging

COLUMNS = [("name", "text"), ("number", "bigint"), ("flag", "bool")]
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


def stored() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, number, flag, connection_id FROM staged_try ORDER BY number")
        rows: list[tuple[object, ...]] = cursor.fetchall()
    return rows


@pytest.mark.django_db
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_any_text_comes_out_as_it_went_in(texts: list[str]) -> None:
    stage = staging(7)
    rows = [(text, n, n % 2 == 0) for n, text in enumerate(texts)]
    with stage.locked(lambda: stage.fill("staged_try", COLUMNS, rows)):
        assert [(name, n, bool(flag), base) for name, n, flag, base in stored()] == [
            (*row, 7) for row in rows
        ]


@pytest.mark.django_db
def test_filling_again_starts_anew_and_null_is_null() -> None:
    stage = staging(1)
    with stage.locked(lambda: stage.fill("staged_try", COLUMNS, [("a", 1, True)])):
        pass
    with stage.locked(lambda: stage.fill("staged_try", COLUMNS, [(None, 2, None)])):
        assert stored() == [(None, 2, None, 1)]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_failed_does_not_spoil_the_next() -> None:
    stage = staging(1)
    with (
        pytest.raises(RuntimeError),
        stage.locked(lambda: stage.fill("staged_try", COLUMNS, [("a", 1, True)])),
    ):
        raise RuntimeError
    with stage.locked(lambda: stage.fill("staged_try", COLUMNS, [("b", 2, True)])):
        assert [name for name, *_rest in stored()] == ["b"]


@pytest.mark.django_db
def test_rows_are_looked_up_one_by_one_whatever_the_database_knows_of_the_table() -> None:
    stage = staging(1)
    select = "SELECT id, ref FROM sync_product WHERE connection_id = 1 AND ref"
    explain = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
    with connection.cursor() as cursor:
        cursor.execute(
            explain + stage.by_ref(select), [stage.listed([f"r{n}" for n in range(999)])]
        )
        plan = "\n".join(str(row) for row in cursor.fetchall())
    assert "AND ((ref)::text = asked.ref)" in plan or "(connection_id=? AND ref=?)" in plan


JSON = st.recursive(
    TEXTS | st.integers(-(2**53), 2**53) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_json_is_what_was_put_in(value: object) -> None:
    assert json.loads(dumps(value)) == value


def test_json_is_compact_and_readable() -> None:
    assert dumps({"ё": ["1", ("a",)]}) == '{"ё":["1",["a"]]}'
