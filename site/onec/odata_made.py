"""A made-up base of 1C: clients, contracts, settlements, orders, prices and stock.

The same numbers give the same base at every start. It is made after the structure of УТ 11.5 and of
УНФ.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime

from onec.odata_base import Base, OdataDialect, guid
from onec.odata_maker import Maker, make_currencies
from onec.odata_unf import make_unf
from onec.odata_ut import make_ut


def make_base(
    dialect: OdataDialect,
    *,
    clients: int = 40,
    goods: Sequence[str] = (),
    products: int = 50,
    today: datetime | None = None,
) -> Base:
    """A base with so many clients, and prices and stock of `goods` or of made-up ones.

    `goods` are identifiers of offers, "product" or "product#characteristic". Documents are of the
    weeks before `today`, which is without a zone.
    """
    base = Base(dialect)
    named = list(goods) or [guid("product", number) for number in range(products)]
    at = (today or datetime.now()).replace(hour=12, minute=0, second=0, microsecond=0)
    maker = Maker(base, clients, named, random.Random(11), at)  # noqa: S311  nothing is secret
    make_currencies(maker)
    if dialect == "ut11":
        make_ut(maker)
    else:
        make_unf(maker)
    return base
