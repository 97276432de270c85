"""A bank statement in the format 1CClientBankExchange: money that came in, as rows of payments.

A text of sections with `key=value` lines, version 1.02 or 1.03. Which encoding it is in the bytes
tell better than the header, in which banks write "Windows" over UTF-8: the words of the format are
looked for in each. A section that is broken is a row with its reason and its line; the sections
after it are read as if nothing had been. Pure: no Django, no database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import BinaryIO

from sync.onec import values
from sync.onec.records import PaymentRecord, Row
from sync.onec.stream import BadFile

SIGN = "1CClientBankExchange"
KIND = "payment"

HEAD = 64 * 1024
"""Bytes in which the words of the format are looked for."""

LINE_LIMIT = 64 * 1024
"""Bytes of one line: a longer one is no statement's."""

SECTION_LINES = 500
"""Lines of one section: a document has some forty."""

_ENCODINGS = ("utf-8", "cp1251", "cp866")
_WORDS = ("ВерсияФормата", "Кодировка", "СекцияДокумент", "СекцияРасчСчет", "РасчСчет")
_DAY = re.compile(r"\s*(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?!\d)")


@dataclass(slots=True)
class _Section:
    """An open section: the line it began in, what its first line says, and its fields."""

    line: int
    head: str
    fields: dict[str, str] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)
    is_garbled: bool = False

    def add(self, line: str) -> None:
        """Take a line; of a field told twice the first value that says something stays."""
        self.text.append(line)
        key, sign, value = line.partition("=")
        if sign and not self.fields.get(key.strip()):
            self.fields[key.strip()] = value.strip()


def read(file: BinaryIO, kind: str, zone: tzinfo) -> Iterator[Row]:
    """The payments that came in, one by one; `position` is the line their section begins in.

    `kind` and `zone` are those of every reader; a statement needs neither. Raises BadFile for what
    is no statement at all, or names no account of ours.
    """
    encoding = _encoding(file)
    accounts = _accounts(file, encoding)
    section: _Section | None = None
    for number, line in _lines(file, encoding):
        word, _sign, value = line.partition("=")
        word = word.strip()
        if word == "КонецДокумента" and section is not None:
            yield from _document(section, accounts)
            section = None
        elif word == "СекцияДокумент":
            if section is not None:
                yield _broken(section, "a section of the statement that does not end")
            section = _Section(number, value.strip())
        elif section is not None:
            if (
                word.startswith("Секция")
                or word == "КонецФайла"
                or len(section.text) >= SECTION_LINES
            ):
                yield _broken(section, "a section of the statement that does not end")
                section = None
            else:
                section.is_garbled |= "\ufffd" in line
                section.add(line)
    if section is not None:
        yield _broken(section, "a section of the statement that does not end")


def _accounts(file: BinaryIO, encoding: str) -> set[str]:
    """Our accounts: the statement is about them. They may stand in its head or in sections."""
    found = set()
    for _number, line in _lines(file, encoding):
        word, _sign, value = line.partition("=")
        if word.strip() == "РасчСчет" and _digits(value):
            found.add(_digits(value))
    file.seek(0)
    if not found:
        raise BadFile("the statement names no account")
    return found


def _encoding(file: BinaryIO) -> str:
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    mark = head.startswith(b"\xef\xbb\xbf")
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(SIGN.encode()):
        raise BadFile("the file is no bank statement: it does not begin with 1CClientBankExchange")
    if mark:
        return "utf-8-sig"
    for encoding in _ENCODINGS:
        text = head.decode(encoding, "ignore")
        if any(word in text for word in _WORDS):
            return encoding
    raise BadFile("the encoding of the statement is not known")


def _lines(file: BinaryIO, encoding: str) -> Iterator[tuple[int, str]]:
    """Lines without their ends, counted from 1; what cannot be decoded shows as U+FFFD."""
    number = 0
    while raw := file.readline(LINE_LIMIT):
        number += 1
        if not raw.endswith(b"\n") and len(raw) == LINE_LIMIT:
            raise BadFile("a line of the statement is too long", line=number)
        # some programs part lines by a carriage return alone
        for piece in raw.decode(encoding, "replace").rstrip("\r\n").split("\r"):
            yield number, piece


def _document(section: _Section, accounts: set[str]) -> Iterator[Row]:
    """The row of a document that is money received; none for any other."""
    told = section.fields
    account = _first(told, "ПолучательСчет", "ПолучательРасчСчет")
    received = _first(told, "ДатаПоступило")
    if not received or _digits(account) not in accounts:
        return
    if section.is_garbled:
        yield _broken(section, "the bytes are not in the encoding of the statement")
        return
    try:
        record = _payment(told, account, received)
    except ValueError as error:
        yield _broken(section, *(str(each) for each in error.args))
        return
    yield Row(section.line, KIND, _ref(section), "", record, (), _fragment(section))


def _payment(told: Mapping[str, str], account: str, received: str) -> PaymentRecord:
    number = _first(told, "Номер")
    if not number:
        raise ValueError("a payment of the statement without Номер")
    amount = values.number(_first(told, "Сумма"))
    if amount is None:
        raise ValueError("a payment of the statement without Сумма")
    if amount <= 0:
        raise ValueError("a payment of the statement that is not above zero", str(amount))
    paid_on = _day(received)
    if paid_on is None:
        raise ValueError("a date of the statement that is none", received[:60])
    ours = _digits(account)
    return PaymentRecord(
        ref="",
        source="bank",
        number=number,
        paid_on=paid_on,
        amount=amount,
        currency=_currency(ours),
        payer_name=_first(told, "Плательщик1", "Плательщик"),
        payer_inn=_inn(_first(told, "ПлательщикИНН")),
        payer_account=_digits(_first(told, "ПлательщикСчет", "ПлательщикРасчСчет")),
        our_account=ours,
        purpose=_purpose(told),
    )


def _purpose(told: Mapping[str, str]) -> str:
    whole = told.get("НазначениеПлатежа", "")
    if whole:
        return whole
    parts = (told.get(f"НазначениеПлатежа{number}", "") for number in range(1, 7))
    return " ".join(part for part in parts if part)


def _broken(section: _Section, *error: str) -> Row:
    return Row(section.line, KIND, _ref(section), "", None, error, _fragment(section))


def _ref(section: _Section) -> str:
    told = section.fields
    return " ".join(filter(None, (told.get("Номер", ""), told.get("Дата", ""))))[:255]


def _fragment(section: _Section) -> str:
    return "\n".join([f"СекцияДокумент={section.head}", *section.text])[:2000]


def _first(told: Mapping[str, str], *keys: str) -> str:
    return next((told[key] for key in keys if told.get(key)), "")


def _digits(account: str) -> str:
    return re.sub(r"\s", "", account)


def _inn(text: str) -> str:
    """Banks write a single 0 for a payer without an INN."""
    found = re.sub(r"\D", "", text)
    return found if len(found) in {5, 10, 12} else ""


def _currency(account: str) -> str:
    code = account[5:8]
    if len(account) != 20 or not account.isdecimal():
        return ""
    return values.currency(code)


def _day(text: str) -> date | None:
    match = _DAY.match(text)
    if match is None:
        return values.day(text)
    of_month, month, year = (int(part) for part in match.groups())
    try:
        return date(year + 2000 if year < 100 else year, month, of_month)
    except ValueError:
        return None
