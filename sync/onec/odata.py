"""Answers of 1C's OData, as they were stored, into rows of records.

The file of a pull holds JSON lines: first what was asked, then one raw answer of 1C each, at the
end whether that was everything. Pages of rows come first, the tables that they refer to behind
them: the file is gone through twice, so that only those tables are held in memory.

Numbers may be numbers or texts; "0001-01-01" is an empty date, the identifier of zeros none. A
page that is cut tells the rows of its last key once more in the next one: there they count.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

from sync.onec import odata_settlements as settlements
from sync.onec.commerceml import BadFile
from sync.onec.odata_dialects import DIALECTS
from sync.onec.odata_queries import Dialect, Part
from sync.onec.odata_told import Told, currency_of, flag_of, reference, text
from sync.onec.records import (
    AgreementRecord,
    ContractRecord,
    CounterpartyKind,
    CounterpartyRecord,
    OfferPricesRecord,
    OfferStockRecord,
    OrderStatusRecord,
    PartnerRecord,
    PaymentRecord,
    PriceRecord,
    Record,
    Row,
    StockRecord,
    WholeRecord,
)
from sync.onec.values import day

RULES = "1"
"""Put before 1C's DataVersion; another one when the same row begins to give another record."""

ASKED, ROWS, LOOKUP, END = b'{"asked"', b'{"rows"', b'{"lookup"', b'{"end"'
"""How the lines of a file begin, by what they hold."""

FRAGMENT = 4000
"""Characters of a row kept for a person."""

_CLOSED = frozenset({"Закрыт", "Закрыто"})
_CLIENT_CONTRACTS = frozenset({"СПокупателем", "СКомиссионером", "Прочее", "ПередачаНаКомиссию"})
_KINDS: Mapping[str, CounterpartyKind] = {
    "ИндивидуальныйПредприниматель": "sole_trader",
    "ФизЛицо": "person",
    "ФизическоеЛицо": "person",
}
_OFF_MARKET = Decimal(0)


@dataclass
class _File:
    """What the first pass finds: the part, and the tables by name and identifier."""

    dialect: Dialect
    part: Part
    tables: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    end: dict[str, Any] = field(default_factory=dict)


def read(file: BinaryIO, kind: str, _zone: tzinfo) -> Iterator[Row]:
    """The rows of a stored pull, of the kind of its run; times stay as 1C told them.

    Raises BadFile for one that no pull has written, or of another kind.
    """
    found = _survey(file)
    if found.part.name != kind:
        raise BadFile("not the answers of a pull")
    position = 0
    file.seek(0)
    take = _READERS[found.part.name]
    for line in file:
        if not line.startswith(ROWS):
            continue
        page = load(line)
        rows = page["answer"]["value"]
        if page.get("cut"):
            rows = without_last(rows, found.part.key)
        for row in take(found, [Told(each, found.part.names, found.tables) for each in rows]):
            position += 1
            yield _at(row, position)
    for row in _end(found):
        position += 1
        yield _at(row, position)


def load(text_of_json: bytes | str) -> Any:
    """JSON with exact decimals. Raises ValueError for anything else."""
    return json.loads(text_of_json, parse_float=_exact, parse_constant=_constant)


def _exact(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("not a number", text[:60]) from None


def _constant(text: str) -> Any:
    """NaN and Infinity are no JSON and no amounts."""
    raise ValueError("not a number", text)


def without_last(rows: Sequence[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """The rows before those of the last key."""
    last = rows[-1][key] if rows else None
    return [row for row in rows if row[key] != last]


def part_named(dialect: Dialect, name: str) -> Part:
    """The part of a dialect; KeyError when it has none."""
    for parts in dialect.parts.values():
        for part in parts:
            if part.name == name:
                return part
    raise KeyError(name)


def refs_of(part: Part, rows: Iterable[dict[str, Any]]) -> set[str]:
    """Identifiers of the records that rows of registers give, to tell what is missing."""
    told = [Told(row, part.names, {}) for row in rows if row.get("Active") is not False]
    if part.name == "stock":
        return {offer for each in told if (offer := _offer(each))}
    groups: dict[str, list[Told]] = {}
    if part.name == "settlement":
        for each in told:
            groups.setdefault(settlements.movement_ref(each), []).append(each)
    return {ref for ref, members in groups.items() if settlements.moves(members)}


def _survey(file: BinaryIO) -> _File:
    first = file.readline()
    if not first.startswith(ASKED):
        raise BadFile("not the answers of a pull")
    try:
        asked = load(first)["asked"]
        dialect = DIALECTS[asked["dialect"]]
        found = _File(dialect, part_named(dialect, asked["part"]))
    except (KeyError, TypeError, ValueError) as error:
        raise BadFile("not the answers of a pull") from error
    keys = {lookup.name: lookup.key for lookup in found.part.lookups}
    for line in file:
        if line.startswith(LOOKUP):
            told = load(line)
            table = found.tables.setdefault(told["lookup"], {})
            key = keys[told["lookup"]]
            for row in told["answer"]["value"]:
                table[reference(row.get(key))] = row
        elif line.startswith(END):
            found.end = load(line)
    if not found.end:
        raise BadFile("the answers of the pull break off")
    return found


def _at(row: Row, position: int) -> Row:
    return Row(position, row.kind, row.ref, row.version, row.record, row.error, row.fragment)


def _end(found: _File) -> Iterator[Row]:
    """What the pull did not tell any more of, and that it told everything."""
    name = found.part.name
    for gone in found.end.get("absent", ()):
        record = OfferStockRecord(gone["ref"], ()) if name == "stock" else settlements.gone(gone)
        yield Row(0, name, gone["ref"], "", record, fragment=json.dumps(gone, ensure_ascii=False))
    if name == "balance" and found.end.get("whole"):
        yield Row(0, name, "", "", WholeRecord())


def _single(
    make: Callable[[Told], Record | None],
) -> Callable[[_File, Sequence[Told]], Iterator[Row]]:
    """A reader of rows that give a record each."""

    def take(found: _File, rows: Sequence[Told]) -> Iterator[Row]:
        for told in rows:
            if told.row.get("IsFolder") is True:
                continue
            ref = told.own_ref
            version = text(told.row.get("DataVersion"))
            try:
                record = make(told)
            except ValueError as error:
                yield _refused(found, ref, error, [told])
                continue
            if record is not None:
                own = f"{RULES}:{version}" if version and not _joins(found) else ""
                yield Row(0, found.part.name, ref, own, record, fragment=_fragment([told]))

    return take


def _joins(found: _File) -> bool:
    """Whether the version of the object says nothing of all that its record is made of."""
    return any(lookup.name == "state" for lookup in found.part.lookups)


def _grouped(
    ref_of: Callable[[Told], str], make: Callable[[str, Sequence[Told]], Record | None]
) -> Callable[[_File, Sequence[Told]], Iterator[Row]]:
    """A reader of rows of a register, of which several make one record.

    All rows of one key stand in one page, so a page can be taken for itself.
    """

    def take(found: _File, rows: Sequence[Told]) -> Iterator[Row]:
        groups: dict[str, list[Told]] = {}
        for told in rows:
            if told.row.get("Active") is False:
                continue
            groups.setdefault(ref_of(told), []).append(told)
        for ref, members in groups.items():
            try:
                record = make(ref, members)
            except ValueError as error:
                yield _refused(found, ref, error, members)
                continue
            if record is not None:
                yield Row(0, found.part.name, ref, "", record, fragment=_fragment(members))

    return take


def _refused(found: _File, ref: str, error: ValueError, rows: Sequence[Told]) -> Row:
    why = tuple(str(each) for each in error.args)
    return Row(0, found.part.name, ref, "", None, why, _fragment(rows))


def _fragment(rows: Sequence[Told]) -> str:
    told: Any = rows[0].row if len(rows) == 1 else [each.row for each in rows]
    return json.dumps(told, ensure_ascii=False, default=str)[:FRAGMENT]


def _archived(told: Told) -> bool:
    return (
        told.row.get("DeletionMark") is True
        or told.flag("is_void") is True
        or told.text("status") in _CLOSED
    )


def _partner(told: Told) -> PartnerRecord:
    return PartnerRecord(told.own_ref, told.text("name"), archived=_archived(told))


def _counterparty(told: Told) -> CounterpartyRecord:
    return CounterpartyRecord(
        ref=told.own_ref,
        partner_ref=told.ref("partner"),
        name=told.text("name"),
        full_name=told.text("full_name"),
        inn=told.text("inn"),
        kpp=told.text("kpp"),
        kind=_KINDS.get(told.text("kind"), "company"),
        archived=_archived(told),
    )


def _agreement(told: Told) -> AgreementRecord:
    return AgreementRecord(
        ref=told.own_ref,
        partner_ref=told.ref("partner"),
        name=told.text("name"),
        price_type_ref=told.ref("price_type"),
        warehouse_ref=told.ref("warehouse"),
        currency=currency_of(told.joined("currency", told.ref("currency"))),
        archived=_archived(told),
    )


def _contract(told: Told) -> ContractRecord | None:
    kind = told.text("type")
    if kind and kind not in _CLIENT_CONTRACTS:
        return None
    limit = told.number("credit_limit")
    days = told.number("deferral_days")
    organisation = told.joined("organisation", told.ref("organisation")) or {}
    return ContractRecord(
        ref=told.own_ref,
        counterparty_ref=told.ref("counterparty"),
        partner_ref=told.ref("partner"),
        agreement_ref="",
        number=told.text("number"),
        name=told.text("name"),
        signed_on=day(told.text("signed_on")),
        organisation_ref=told.ref("organisation"),
        organisation_name=text(organisation.get("Description")),
        currency=currency_of(told.joined("currency", told.ref("currency"))),
        price_type_ref=told.ref("price_type"),
        credit_limit=limit if told.flag("is_limited") is not False else None,
        deferral_days=int(days) if days else None,
        archived=_archived(told),
    )


def _status(told: Told) -> OrderStatusRecord:
    row = told.row
    state = told.joined("state", told.ref("state") or told.own_ref) or {}
    told_state = text(state.get("Description")) or words(text(state.get("Состояние")))
    ended = told.text("ended")
    return OrderStatusRecord(
        ref=told.own_ref,
        number="",
        remote_number=text(row.get("Number")),
        remote_on=day(text(row.get("Date"))),
        status=told_state or words(told.text("status")),
        posted=flag_of(row.get("Posted")),
        deleted=flag_of(row.get("DeletionMark")),
        cancelled=ended.startswith("Отмен") if "ended" in told.names else None,
        paid=_complete(state.get("ПроцентОплаты")),
        shipped=_complete(state.get("ПроцентОтгрузки")),
        amount=told.number("amount"),
        currency=currency_of(told.joined("currency", told.ref("currency"))),
    )


def _complete(percent: object) -> bool | None:
    return None if percent in (None, "") else Decimal(str(percent)) >= 100


def _payment(told: Told) -> PaymentRecord | None:
    row = told.row
    if row.get("DeletionMark") is True or row.get("Posted") is False:
        return None
    amount = told.number("amount")
    paid_on = day(told.text("paid_on")) or day(text(row.get("Date")))
    if amount is None or paid_on is None:
        raise ValueError("a payment without a date or an amount")
    return PaymentRecord(
        ref=told.own_ref,
        source="onec",
        number=told.text("number") or text(row.get("Number")),
        paid_on=paid_on,
        amount=amount,
        currency=currency_of(told.joined("currency", told.ref("currency"))),
        purpose=told.text("purpose"),
        counterparty_ref=told.ref("counterparty"),
    )


def _offer(told: Told) -> str:
    """The identifier of the offer as exchange files write it: product, or product#variant."""
    product, variant = told.ref("product"), told.ref("variant")
    return f"{product}#{variant}" if product and variant else product


def _prices(ref: str, rows: Sequence[Told]) -> OfferPricesRecord:
    if not ref:
        raise ValueError("an offer without Ид")
    prices: dict[str, PriceRecord] = {}
    for told in rows:
        amount = told.number("amount")
        kind = told.ref("price_type")
        # a price of nothing, or one that no longer holds, is how 1C takes a price back
        if amount is None or amount == _OFF_MARKET or told.flag("is_actual") is False:
            continue
        if not kind:
            raise ValueError("a price without ИдТипаЦены")
        if amount < 0:
            raise ValueError("a negative price", str(amount))
        size = _package_size(told)
        currency = told.joined("currency", told.ref("currency"))
        if currency is None:
            column = told.joined("price_type", kind) or {}
            currency = told.joined("currency", reference(column.get("ВалютаЦены_Key")))
        # a price of one base unit wins over one that is worked out of a package
        if kind not in prices or size == 1:
            prices[kind] = PriceRecord(kind, amount / size, currency_of(currency))
    return OfferPricesRecord(ref, tuple(prices.values()))


def _package_size(told: Told) -> Decimal:
    """Base units in the package that the price is for; 1 when it is for the base unit itself."""
    package = told.ref("package")
    kind = told.text("package_type")
    if not package or (kind and not kind.endswith("Catalog_ЕдиницыИзмерения")):
        return Decimal(1)
    table = told.joined("package", package)
    if table is None:
        raise ValueError("a price of a package whose size 1C did not tell", package)
    whole = Decimal(str(table.get("Числитель", table.get("Коэффициент", 1)) or 1))
    return whole / Decimal(str(table.get("Знаменатель") or 1))


def _stock(ref: str, rows: Sequence[Told]) -> OfferStockRecord:
    if not ref:
        raise ValueError("an offer without Ид")
    places: dict[str, Decimal] = {}
    for told in rows:
        free = (told.number("quantity") or Decimal(0)) - (told.number("reserved") or Decimal(0))
        place = told.ref("warehouse")
        places[place] = places.get(place, Decimal(0)) + free
    return OfferStockRecord(ref, tuple(StockRecord(*each) for each in places.items()))


def words(name: str) -> str:
    """A value of an enumeration as words: ГотовКОтгрузке is "Готов к отгрузке"."""
    if not name or " " in name:
        return name
    spaced = "".join(
        f" {letter.lower()}" if letter.isupper() and place else letter
        for place, letter in enumerate(name)
    )
    return spaced.strip()


_READERS: Mapping[str, Callable[[_File, Sequence[Told]], Iterator[Row]]] = {
    "partner": _single(_partner),
    "counterparty": _single(_counterparty),
    "agreement": _single(_agreement),
    "contract": _single(_contract),
    "status": _single(_status),
    "payment": _single(_payment),
    "price": _grouped(_offer, _prices),
    "stock": _grouped(_offer, _stock),
    "balance": _grouped(settlements.balance_ref, settlements.balance),
    "settlement": _grouped(settlements.movement_ref, settlements.movement),
}
