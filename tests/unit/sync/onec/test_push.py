"""Bodies of the push: walked row by row, each bad row by itself."""

from __future__ import annotations

import io
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.onec import push
from sync.onec.push import ENTITIES, BadPlace
from sync.onec.records import Row, WholeRecord
from sync.onec.stream import BadFile

MOSCOW = ZoneInfo("Europe/Moscow")


def rows(body: Any, kind: str = "partner") -> list[Row]:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return list(push.read(io.BytesIO(raw), kind, MOSCOW))


def one(row: Any, kind: str) -> Any:
    found = rows({"records": [row]}, kind)[0]
    assert found.record is not None, found.error
    return found.record


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_example_is_read(entity: str) -> None:
    kind, models = ENTITIES[entity]
    found = rows({"records": [model.example for model in models]}, kind)
    assert [row.error for row in found] == [()] * len(models)
    assert all(row.ref for row in found)


def test_a_bad_row_takes_nothing_else_with_it() -> None:
    found = rows({"records": [{"ref": "a", "name": "A"}, {"ref": "b", "nam": "B"}, 7, {"name": 5}]})
    assert [row.position for row in found] == [1, 2, 3, 4]
    assert found[1].error == ("an unknown field", "nam")
    assert (found[1].ref, found[1].fragment) == ("b", '{"ref": "b", "nam": "B"}')
    assert found[2].error == ("an object is expected",)
    assert found[3].record is not None


@pytest.mark.parametrize(
    ("row", "kind", "error"),
    [
        ({"amount": "x"}, "balance", ("not a number", "amount, x")),
        ({"amount": True}, "balance", ("not a number", "amount")),
        ({"amount": None}, "balance", ("not a number", "amount")),
        ({}, "balance", ("a field is missing", "amount")),
        (
            {"ref": 5.5, "archived": "наверное"},
            "partner",
            ("true or false is expected", "archived"),
        ),
        ({"name": []}, "partner", ("a text is expected", "name")),
        ({"name": "a\x00b"}, "partner", ("a text with characters that are no text", "name")),
        ({"name": "\ud800"}, "partner", ("a text with characters that are no text", "name")),
        ({"ref": "r" * 256}, "partner", ("a text too long", "ref")),
        ({"kind": "alien"}, "counterparty", ("an unknown value", "kind")),
        ({"kind": "alien"}, "order", ("an unknown kind of document", "alien")),
        ({"signed_on": "вчера"}, "contract", ("a date is expected", "signed_on, вчера")),
        ({"deferral_days": "1.5"}, "contract", ("a whole number is expected", "deferral_days")),
        ({"lines": [{"quantity": 1}]}, "order", ("a field is missing", "lines.0.price")),
        ({"lines": {}}, "order", ("a list is expected", "lines")),
        ({"paid_on": "", "amount": 1}, "payment", ("a date is expected", "paid_on")),
        (
            {"amount": 1, "moved_at": "2026"},
            "settlement",
            ("a date and time are expected", "moved_at, 2026"),
        ),
    ],
)
def test_a_reason_names_the_field(row: Any, kind: str, error: tuple[str, ...]) -> None:
    raw = json.dumps({"records": [row]}).encode()
    assert rows(raw, kind)[0].error == error


def test_numbers_never_pass_through_a_float() -> None:
    raw = b'{"records": [{"amount": 1234567890.10, "base_amount": "0,30"}]}'
    record: Any = rows(raw, "balance")[0].record
    assert (record.amount, record.base_amount) == (Decimal("1234567890.10"), Decimal("0.30"))


def test_times_are_those_of_the_base() -> None:
    for told in ("2026-11-24T12:00:00", "2026-11-24T09:00:00Z", "2026-11-24T14:00:00+05:00"):
        record = one({"amount": 1, "moved_at": told}, "settlement")
        assert record.moved_at == datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001  1C's own clock
    contract = one({"signed_on": "2026-01-15T00:00:00"}, "contract")
    assert contract.signed_on == date(2026, 1, 15)
    assert one({"signed_on": "0001-01-01T00:00:00"}, "contract").signed_on is None


def test_identifiers_are_those_of_the_mirror() -> None:
    guid = "6F1C2A54-0D3B-11EF-9C1A-00155D012E01"
    assert one({"ref": f" {guid} "}, "partner").ref == guid.lower()
    stock = one({"ref": guid, "characteristic_ref": guid, "stock": []}, "stock")
    assert stock.ref == f"{guid.lower()}#{guid.lower()}"
    assert one({"ref": 100245}, "partner").ref == "100245"


def test_a_settlement_without_a_moment_is_a_balance_and_gets_an_identifier() -> None:
    told = {"counterparty_ref": "c1", "currency": "руб.", "amount": 5, "document_ref": "d1"}
    first, second, moved = rows(
        {"records": [told, {**told, "due_on": "2026-12-01"}, {**told, "moved_at": "2026-11-01"}]},
        "settlement",
    )
    assert (first.kind, second.kind, moved.kind) == ("balance", "balance", "settlement")
    assert first.ref == "c1|||RUB|d1|"
    assert len({first.ref, second.ref, moved.ref}) == 3
    again = rows({"records": [told]}, "settlement")[0]
    assert again.ref == first.ref
    long = rows({"records": [{**told, "document_ref": "d" * 255}]}, "settlement")[0]
    assert len(long.ref) == 64


def test_documents_are_orders_and_payments() -> None:
    order, payment = rows(
        {
            "records": [
                {"number": "100245", "lines": [{"ref": "P#c", "quantity": 2, "price": "1.5"}]},
                {"kind": "payment", "number": "7", "paid_on": "2026-11-01", "amount": 3},
            ]
        },
        "order",
    )
    assert (order.kind, payment.kind) == ("order", "payment")
    assert (order.ref, payment.ref) == ("100245", "7")
    record: Any = order.record
    assert (record.lines[0].ref, record.lines[0].product_ref) == ("P#c", "P")


def test_the_version_of_an_order_is_no_part_of_its_content() -> None:
    told = {"number": "1", "status": "Новый"}
    digests = {one({**told, "version": version}, "order").digest for version in ("1", "2")}
    assert len(digests) == 1
    assert one({**told, "status": "Отгружен"}, "order").digest not in digests


def test_a_whole_telling_ends_with_a_word_of_it() -> None:
    body = {"counterparty_refs": ["C1", " "], "complete": True, "records": [{"amount": 1}]}
    last = rows(body, "balance")[-1]
    assert (last.position, last.record) == (2, WholeRecord(("C1",)))
    assert rows({"records": [], "complete": False}, "balance") == []


@pytest.mark.parametrize(
    ("raw", "reason", "line", "column"),
    [
        (b"", "the JSON is broken", 1, 1),
        (b"[]", "the JSON is broken", 1, 1),
        (b'{"records": [{"a": 1},\n  {]}', "the JSON is broken", 2, 4),
        (b'{"records": []} x', "something stands behind the end of the body", 1, 17),
        (b'{"records": [NaN]}', "not a number", 1, 14),
        (b'{"records": [], "records": []}', "a field told twice", 1, 26),
        (b'{"record": []}', "an unknown field", 1, 14),
        (b'{"records": [], "complete": 1}', "a value that does not fit", 1, 30),
        (b'{"records": [], "counterparty_refs": [1]}', "a value that does not fit", 1, 41),
        (b"{1: []}", "a name in quotes is expected", 1, 3),
        (b'{"records": ' + b"[" * 100_000, "the JSON is nested too deeply", 1, 14),
    ],
)
def test_a_broken_body_says_where(raw: bytes, reason: str, line: int, column: int) -> None:
    with pytest.raises(BadPlace) as caught:
        push.survey(raw)
    found = (caught.value.args[0], caught.value.line, caught.value.column)
    assert found == (reason, line, column)


def test_a_body_without_records_or_in_another_encoding_is_refused() -> None:
    with pytest.raises(BadFile, match="no records"):
        push.survey(b"{}")
    with pytest.raises(BadFile, match="UTF-8") as caught:
        push.survey('{"records":\n["ё"]}'.encode("cp1251"))
    assert caught.value.line == 2


def test_a_byte_order_mark_is_no_fault() -> None:
    assert push.survey(b'\xef\xbb\xbf{"records": [{}, {}], "complete": true}') == push.Survey(
        2, complete=True
    )


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers()
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
_names = sorted(
    {name for _kind, models in ENTITIES.values() for model in models for name in model.model_fields}
)


@given(
    kind=st.sampled_from(sorted(kind for kind, _models in ENTITIES.values())),
    told=st.lists(st.dictionaries(st.sampled_from(_names), _json, max_size=6) | _json, max_size=4),
)
def test_any_row_is_a_record_or_a_reason(kind: str, told: list[Any]) -> None:
    raw = json.dumps({"records": told}).encode()
    found = rows(raw, kind)
    assert push.survey(raw).count == len(found) == len(told)
    for row in found:
        assert (row.record is None) == bool(row.error)
        # whatever is kept of it can be written down
        for text in (row.ref, row.version, row.fragment, *row.error):
            text.encode()
            assert "\x00" not in text


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_body_is_read_or_refused(raw: bytes) -> None:
    try:
        push.survey(raw)
    except BadFile as error:
        told = error.args[0]
    else:
        told = "sound"
    assert told


@pytest.mark.parametrize(
    "number", ["1e99999999999999999999", "-1E-99999999999999999999", "1e999999"]
)
def test_a_number_beyond_reckoning_is_refused_with_its_row_alone(number: str) -> None:
    raw = f'{{"records":[{{"amount":{number}}},{{"amount":1}}]}}'.encode()
    assert push.survey(raw).count == 2
    bad, good = rows(raw, "balance")
    assert bad.error == ("not a number", f"amount, {number}")
    assert good.record is not None
    (partner,) = rows(f'{{"records":[{{"credit_days":{number}}}]}}'.encode())
    assert partner.record is None


@pytest.mark.parametrize("refs", [[], [""], [" ", ""], [chr(0xD800)], ["c1\x00"], None, "c1"])
def test_clients_of_a_whole_telling_that_are_none_are_refused(refs: Any) -> None:
    raw = json.dumps({"complete": True, "records": [], "counterparty_refs": refs}).encode()
    with pytest.raises(BadFile):
        push.survey(raw)
    with pytest.raises(BadFile):
        list(push.read(io.BytesIO(raw), "balance", MOSCOW))


def test_no_list_of_clients_is_the_whole_base() -> None:
    assert rows({"complete": True, "records": []})[0].record == WholeRecord()
    some = {"complete": True, "records": [], "counterparty_refs": ["c1"]}
    assert rows(some)[0].record == WholeRecord(("c1",))


def test_a_field_whose_name_is_no_text_is_refused_in_words_that_can_be_kept() -> None:
    (row,) = rows(b'{"records":[{"\\ud800":1}]}')
    assert row.error
    " ".join(row.error).encode()
