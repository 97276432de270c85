"""What comparing objects and writing them needs, found out in a process of its own.

    python -m sync.onec.foreseeing

reads portions of objects as bytes from its input and answers each with what `Item.foresee` finds
out. It knows no file and no database, and ends when its input does: with the process that started
it, however that ends. Both are the same Python, so they speak `marshal`.
"""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
from collections.abc import Collection, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any, BinaryIO, cast

from sync.onec.commerceml import Item, Surroundings
from sync.onec.cutting import Cut
from sync.onec.offers import OfferDigests
from sync.onec.records import OfferIdentity, PriceRecord, ProductRecord, StockRecord

_PRODUCT = tuple(ProductRecord.__dataclass_fields__)
_DECIMALS = tuple(_PRODUCT.index(name) for name in ("weight", "vat_rate"))
_product_fields = attrgetter(*_PRODUCT)
_identity_fields = attrgetter(*OfferIdentity.__dataclass_fields__)


class Foreseer:
    """The process at work for one file; started with the first portion, gone with `close`."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._has_failed = False

    def foresee(self, items: Sequence[Item], expected: Collection[str]) -> None:
        """Like `Item.foresee` for each; what the process cannot do is done here."""
        told: list[Any] = [None] * len(items)
        if not self._has_failed:
            try:
                told = self._ask(items, expected)
            except (OSError, EOFError, ValueError, TypeError):
                self._has_failed = True
                self.close()
        for item, found in zip(items, told, strict=True):
            if found is None:
                item.foresee(expected)
            else:
                _adopt(item, found)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _ask(self, items: Sequence[Item], expected: Collection[str]) -> list[Any]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sync.onec.foreseeing"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        spaces: dict[int, int] = {}
        described: list[dict[str | None, str]] = []
        objects = []
        for item in items:
            around = item.surroundings
            if id(around) not in spaces:
                spaces[id(around)] = len(described)
                described.append(around.namespaces)
            objects.append((item.kind, item.raw, spaces[id(around)]))
        message = marshal.dumps((described, objects, list(expected)))
        _send(cast("BinaryIO", self._process.stdin), message)
        return cast("list[Any]", _receive(cast("BinaryIO", self._process.stdout)))


def _send(stream: BinaryIO, message: bytes) -> None:
    stream.write(len(message).to_bytes(8, "big"))
    stream.write(message)
    stream.flush()


def _receive(stream: BinaryIO) -> Any:
    """The next message. Raises EOFError at the end."""
    size = stream.read(8)
    message = stream.read(int.from_bytes(size, "big"))
    if len(size) < 8 or not message:
        raise EOFError
    return marshal.loads(message)  # noqa: S302  from our own child or parent


def serve(source: BinaryIO, out: BinaryIO) -> None:
    """Answer portions until there are no more."""
    while True:
        try:
            described, objects, expected = _receive(source)
        except EOFError:
            return
        around = [Surroundings(namespaces, may_create=False) for namespaces in described]
        found = [_found(kind, raw, around[place], expected) for kind, raw, place in objects]
        _send(out, marshal.dumps(found))


def _found(kind: Any, raw: bytes, around: Surroundings, expected: Collection[str]) -> Any:
    item = Item(0, kind, None, Cut("", raw, 0), around)
    try:
        item.foresee(expected)
    except Exception:  # whatever it is, it comes again where somebody can be told
        return None
    return _export(item)


def _export(item: Item) -> tuple[Any, ...]:
    known = item.known
    product = None
    if known.product is not None:
        fields = list(_product_fields(known.product))
        for place in _DECIMALS:
            fields[place] = None if fields[place] is None else str(fields[place])
        product = tuple(fields)
    identity = None
    if known.identity is not None:
        own, archived = known.identity
        identity = (None if own is None else _identity_fields(own), archived)
    return (
        known.ids,
        known.digest,
        None if known.digests is None else tuple(known.digests),
        product,
        identity,
        None
        if known.prices is None
        else [
            (
                each.price_type_ref,
                str(each.amount),
                each.currency,
                None if each.min_quantity is None else str(each.min_quantity),
            )
            for each in known.prices
        ],
        None
        if known.stock is None
        else [(each.warehouse_ref, str(each.quantity)) for each in known.stock],
    )


def _adopt(item: Item, told: tuple[Any, ...]) -> None:
    known = item.known
    known.ids, known.digest, digests, product, identity, prices, stock = told
    if digests is not None:
        known.digests = OfferDigests(*digests)
    if product is not None:
        fields = list(product)
        for place in _DECIMALS:
            fields[place] = None if fields[place] is None else Decimal(fields[place])
        known.product = ProductRecord(*fields)
    if identity is not None:
        own, archived = identity
        known.identity = (None if own is None else OfferIdentity(*own), archived)
    if prices is not None:
        known.prices = tuple(
            [
                PriceRecord(
                    ref, Decimal(amount), currency, None if least is None else Decimal(least)
                )
                for ref, amount, currency, least in prices
            ]
        )
    if stock is not None:
        known.stock = tuple([StockRecord(ref, Decimal(quantity)) for ref, quantity in stock])


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
