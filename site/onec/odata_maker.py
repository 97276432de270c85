"""What the makers of the base of УТ and of УНФ share."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from onec.odata_base import Base, guid

_NAMES = ("Вектор", "Гранит", "Динамика", "Заря", "Импульс", "Каскад", "Ладога", "Меридиан")

RUB, CNY = guid("currency", "RUB"), guid("currency", "CNY")
COMPANY = guid("organisation")
PRICE_TYPES = (guid("price type", "opt"), guid("price type", "retail"))
WAREHOUSES = (guid("warehouse", 1), guid("warehouse", 2))
BOX = guid("package", "box")


@dataclass
class Maker:
    """A base being made: how many clients, which goods, by whose chance, on which day."""

    base: Base
    clients: int
    goods: Sequence[str]
    chance: random.Random
    today: datetime

    def object(self, entity: str, ref: str, name: str, **fields: Any) -> str:
        """Write an element of a catalogue; its identifier."""
        self.base.insert(
            entity,
            {"Ref_Key": ref, "DeletionMark": False, "Description": name, "Code": "", **fields},
        )
        return ref

    def record(self, register: str, period: datetime, kind: str, line: int, **fields: Any) -> None:
        """Write a movement of a register."""
        self.base.insert(
            f"{register}_RecordType",
            {
                "Period": f"{period:%FT%T}",
                "LineNumber": str(line),
                "Active": True,
                "RecordType": kind,
                **fields,
            },
        )


def make_currencies(maker: Maker) -> None:
    """Currencies and the supplier's own company."""
    maker.object("Catalog_Валюты", RUB, "RUB", Code="643")
    maker.object("Catalog_Валюты", CNY, "CNY", Code="156")
    maker.object("Catalog_Организации", COMPANY, "ООО «Поставщик»")


def inn(number: int) -> str:
    """A taxpayer's number."""
    return f"77{number:08d}"


def client_name(number: int) -> str:
    """A name for a client."""
    return f"{_NAMES[number % len(_NAMES)]}-{number + 1}"


def some_sum(maker: Maker) -> Decimal:
    """Some amount of money."""
    return Decimal(maker.chance.randrange(1_000_00, 900_000_00)) / 100


def pay(maker: Maker, entity: str, code: str, at: datetime, amount: Decimal, **fields: str) -> None:
    """Write a payment that came by bank."""
    maker.base.insert(
        entity,
        {
            "Ref_Key": guid("payment", code),
            "DeletionMark": False,
            "Posted": True,
            "Number": code,
            "Date": f"{at:%FT%T}",
            "СуммаДокумента": amount,
            "НазначениеПлатежа": f"Оплата по заказу {code}",
            "НомерВходящегоДокумента": str(int(code[-6:])),
            "ДатаВходящегоДокумента": f"{at:%F}T00:00:00",
            **fields,
        },
    )
