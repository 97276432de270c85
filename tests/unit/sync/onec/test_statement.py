"""Bank statements: whatever the encoding, only money that came in, one broken section apart."""

from __future__ import annotations

import io
from contextlib import suppress
from datetime import UTC, date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.onec import statement
from sync.onec.records import PaymentRecord, Row
from sync.onec.stream import BadFile
from tests.factories.statement import OURS, THEIRS, document, text


def read(source: str | bytes, encoding: str = "cp1251") -> list[Row]:
    raw = source if isinstance(source, bytes) else source.replace("\n", "\r\n").encode(encoding)
    return list(statement.read(io.BytesIO(raw), "bank", UTC))


def only(rows: list[Row]) -> PaymentRecord:
    [row] = rows
    assert isinstance(row.record, PaymentRecord), row.error
    return row.record


def test_a_payment_with_everything_it_tells() -> None:
    assert only(read(text(document()))) == PaymentRecord(
        ref="",
        source="bank",
        number="17",
        paid_on=date(2026, 11, 21),
        amount=Decimal("1250.50"),
        currency="RUB",
        payer_name="ООО Уют",
        payer_inn="7707083893",
        payer_account=THEIRS,
        our_account=OURS,
        purpose="Оплата заказа 100001, НДС=22%=225.50",
    )


@pytest.mark.gotcha(69)
@pytest.mark.parametrize("told", ["Windows", "DOS", "UTF-8", "Кои-8"])
@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "utf-8", "utf-8-sig"])
def test_the_bytes_say_the_encoding_when_the_header_lies(encoding: str, told: str) -> None:
    record = only(read(text(document(), charset=told), encoding))
    assert record.payer_name == "ООО Уют"


@pytest.mark.gotcha(69)
def test_values_keep_their_equals_signs() -> None:
    record = only(read(text(document(НазначениеПлатежа="Сч.=1=2= за товар"))))
    assert record.purpose == "Сч.=1=2= за товар"


@pytest.mark.parametrize("version", ["1.02", "1.03"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_versions_and_ends_of_lines(version: str, ends: str) -> None:
    raw = text(document(), document(Номер="18"), version=version).replace("\n", ends)
    assert [row.ref for row in read(raw.encode("cp1251"))] == ["17 20.11.2026", "18 20.11.2026"]


@pytest.mark.parametrize(
    "changed",
    [
        {"ДатаПоступило": ""},
        {"ДатаПоступило": None, "ДатаСписано": "21.11.2026"},
        {"ПолучательСчет": THEIRS, "ПлательщикСчет": OURS},
        {"ПолучательСчет": ""},
    ],
)
def test_what_did_not_come_in_is_left_out(changed: dict[str, str | None]) -> None:
    assert read(text(document(**changed))) == []


def test_several_accounts_are_ours() -> None:
    other = "40702978900000012346"
    head = text(document(), document(ПолучательСчет=other, Номер="18"))
    both = head.replace("Отправитель=Банк", f"РасчСчет={other}")
    rows = [row.record for row in read(both)]
    assert [(row.our_account, row.currency) for row in rows if isinstance(row, PaymentRecord)] == [
        (OURS, "RUB"),
        (other, "EUR"),
    ]


def test_accounts_may_stand_behind_the_documents() -> None:
    whole = text(document()).splitlines()
    head = [line for line in whole if "РасчСчет" not in line]
    moved = "\n".join([*head[:-1], "СекцияРасчСчет", f"РасчСчет={OURS}", "КонецРасчСчет"])
    assert only(read(moved)).number == "17"


def test_the_names_of_correspondent_settlement_are_known_too() -> None:
    record = only(
        read(
            text(
                document(
                    ПолучательСчет=None,
                    ПолучательРасчСчет=OURS,
                    ПлательщикСчет=None,
                    ПлательщикРасчСчет=THEIRS,
                    НазначениеПлатежа=None,
                    НазначениеПлатежа1="Оплата",
                    НазначениеПлатежа2="заказа 100001",
                )
            )
        )
    )
    assert (record.our_account, record.payer_account) == (OURS, THEIRS)
    assert record.purpose == "Оплата заказа 100001"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"Номер": ""}, "a payment of the statement without Номер"),
        ({"Сумма": None}, "a payment of the statement without Сумма"),
        ({"Сумма": "много"}, "not a number"),
        ({"Сумма": "0.00"}, "a payment of the statement that is not above zero"),
        ({"Сумма": "-5"}, "a payment of the statement that is not above zero"),
        ({"ДатаПоступило": "31.02.2026"}, "a date of the statement that is none"),
        ({"ДатаПоступило": "вчера"}, "a date of the statement that is none"),
    ],
)
@pytest.mark.gotcha(50)
def test_a_broken_section_names_its_line_and_the_rest_goes_on(
    changed: dict[str, str | None], reason: str
) -> None:
    bad, good = read(text(document(**changed), document(Номер="18")))
    assert bad.record is None
    assert bad.error[0] == reason
    assert bad.position == 11
    assert "Платежное поручение" in bad.fragment
    assert only([good]).number == "18"


def test_a_section_that_does_not_end_does_not_swallow_the_next() -> None:
    open_one = document().replace("\nКонецДокумента", "")
    bad, good = read(text(open_one, document(Номер="18")))
    assert bad.error == ("a section of the statement that does not end",)
    assert only([good]).number == "18"
    assert [row.error for row in read(text(open_one))] == [bad.error]
    cut = text(document(), document(Номер="18")).partition("ДатаПоступило=21.11.2026\nПолучатель")
    assert [row.error for row in read(cut[0])] == [bad.error]


def test_a_section_without_an_end_is_not_gathered_for_ever() -> None:
    endless = "СекцияДокумент=Платежное поручение\n" + "Поле=1\n" * 5000
    bad, good = read(text(endless, document()))
    assert bad.record is None
    assert only([good]).number == "17"


def test_garbled_bytes_spoil_their_section_alone() -> None:
    raw = text(document(), document(Номер="18")).encode()
    spoilt = raw.replace("ООО Уют".encode(), b"\xff\xfe\xff", 2)
    bad, good = read(spoilt)
    assert bad.error == ("the bytes are not in the encoding of the statement",)
    assert only([good]).number == "18"


@pytest.mark.parametrize("raw", [b"", b"<?xml version='1.0'?>", b"PK\x03\x04", "Банк".encode()])
def test_what_is_no_statement_is_refused_in_words(raw: bytes) -> None:
    with pytest.raises(BadFile, match="no bank statement"):
        read(raw)


def test_a_statement_of_nobody_is_refused() -> None:
    with pytest.raises(BadFile, match="names no account"):
        read(text(document(), ours=""))
    with pytest.raises(BadFile, match="encoding"):
        read(b"1CClientBankExchange\r\n\xf0\xf1\r\n")
    with pytest.raises(BadFile, match="line 2: a line of the statement is too long"):
        read("1CClientBankExchange\r\nКодировка=".encode("cp1251") + b"9" * 100_000)


@pytest.mark.parametrize(
    ("told", "expected"), [("0", ""), ("7707083893", "7707083893"), ("77070838", "")]
)
def test_only_a_real_inn_is_one(told: str, expected: str) -> None:
    assert only(read(text(document(ПлательщикИНН=told)))).payer_inn == expected


@given(raw=st.binary(max_size=400))
def test_nothing_but_a_bad_file_comes_of_noise(raw: bytes) -> None:
    body = f"1CClientBankExchange\r\nКодировка=Windows\r\nРасчСчет={OURS}\r\n".encode("cp1251")
    rows = read(body + raw)
    assert all(row.position >= 1 for row in rows)
    with suppress(BadFile):
        read(raw)


def test_reading_twice_gives_the_same_positions() -> None:
    whole = text(document(), document(Номер="18"), document(Сумма=None))
    assert [row.position for row in read(whole)] == [row.position for row in read(whole)]
    assert len({row.position for row in read(whole)}) == 3
