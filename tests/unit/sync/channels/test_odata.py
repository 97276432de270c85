"""Reading a base in pages: each row counts once, whatever the pages cut."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from itertools import groupby
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, unquote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onec import odata as standin
from onec.odata_base import Base, Virtual, guid
from onec.odata_questions import WrongQuestionError
from sync.channels import odata
from sync.channels.asking import Asker, PullFailed
from sync.models import Connection
from sync.onec import odata as reading
from sync.onec.odata_dialects import UNF, UT11
from sync.onec.odata_queries import Part

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FEW = settings(deadline=None, max_examples=40)
STOCK = "AccumulationRegister_ЗапасыНаСкладах"


def asker(base: Base) -> Asker:
    owner: Any = SimpleNamespace(base=base, faults=standin.OdataFaults(), url="")

    def answer(request: httpx.Request) -> httpx.Response:
        path = unquote(request.url.path).partition(standin.ROOT)[2]
        query = request.url.query.decode()
        options = {name: values[-1] for name, values in parse_qs(query).items()}
        try:
            told = standin._answer(owner, path, options)
        except WrongQuestionError as wrong:
            error = {"code": wrong.code, "message": {"value": wrong.words}}
            return httpx.Response(wrong.status, json={"odata.error": error})
        text = json.dumps(told, default=standin._number)
        return httpx.Response(200, content=text.encode())

    return Asker(f"http://1c{standin.ROOT}", "", "", transport=httpx.MockTransport(answer))


def pages(base: Base, part: Part) -> list[dict[str, Any]]:
    """The rows that count, in the order told."""
    pull = odata._Pull(Connection(), asker(base), UNF, part, AT)
    found = []
    for _body, rows, cut in pull._pages(part.entities[0], None, selects=True):
        found += reading.without_last(rows, part.key) if cut else rows
    return found


def stock_of(counts: list[int]) -> Base:
    """So many warehouses with stock for each product."""
    base = Base("unf")
    dimensions = ("СтруктурнаяЕдиница", "Номенклатура", "Характеристика")
    base.virtual[STOCK] = Virtual("Balance", dimensions, ("Количество",))
    base.rows[f"{STOCK}_RecordType"] = [
        {
            "Period": "2026-11-01T00:00:00",
            "Active": True,
            "RecordType": "Receipt",
            "СтруктурнаяЕдиница_Key": guid("place", place),
            "Номенклатура_Key": guid("product", product),
            "Характеристика_Key": guid("variant"),
            "Количество": 1,
        }
        for product, count in enumerate(counts)
        for place in range(count)
    ]
    return base


@FEW
@given(st.lists(st.integers(0, 9), max_size=12), st.integers(1, 7))
def test_rows_of_a_register_count_once_and_together(counts: list[int], page: int) -> None:
    [part] = UNF.parts["stock"]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(odata, "PAGE", page)
        told = pages(stock_of(counts), part)
    seen = [(row["Номенклатура_Key"], row["СтруктурнаяЕдиница_Key"]) for row in told]
    assert len(seen) == len(set(seen)) == sum(counts)
    keys = [product for product, _place in seen]
    # rows of one product stand side by side
    assert [key for key, _same in groupby(keys)] == list(dict.fromkeys(keys))


@FEW
@given(st.integers(0, 40), st.integers(1, 7))
def test_objects_count_once(count: int, page: int) -> None:
    base = Base("ut11", rows={"Catalog_Партнеры": []})
    for number in range(count):
        row = {"Ref_Key": guid(number), "DeletionMark": False, "Description": str(number)}
        base.insert("Catalog_Партнеры", row)
    [part] = [part for part in UT11.parts["counterparties"] if part.name == "partner"]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(odata, "PAGE", page)
        told = pages(base, part)
    assert len({row["Ref_Key"] for row in told}) == len(told) == count


def test_one_key_with_too_many_rows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(odata, "PAGE", 2)
    monkeypatch.setattr(odata, "WIDEST", 8)
    [part] = UNF.parts["stock"]
    with pytest.raises(PullFailed):
        pages(stock_of([20]), part)


def test_base_that_repeats_a_page_is_not_read_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(odata, "PAGE", 1)
    body = json.dumps({"value": [{"Ref_Key": guid(1)}]}).encode()
    same = Asker(
        "http://1c/",
        "",
        "",
        transport=httpx.MockTransport(lambda _request: httpx.Response(200, content=body)),
    )
    [part] = [part for part in UT11.parts["counterparties"] if part.name == "partner"]
    pull = odata._Pull(Connection(), same, UT11, part, AT)
    with pytest.raises(PullFailed):
        list(pull._pages("Catalog_Партнеры", None, selects=True))


def test_answers_are_kept_as_they_came_but_for_breaks_of_lines() -> None:
    body = '\ufeff{\r\n "value": [{"Ref_Key": "1", "Description": "а\\nб"}]\r\n}\r\n'.encode()
    line = odata._answer({"rows": "Catalog_X", "cut": False}, body)
    assert line.count(b"\n") == 1
    told = json.loads(line)
    assert told["rows"] == "Catalog_X"
    assert told["answer"] == json.loads(body.decode("utf-8-sig"))
    assert io.BytesIO(line).readline() == line
