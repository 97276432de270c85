"""How configurations shape an exchange.

`ut11` is УТ 11.5 (and КА 2, ERP 2, which share its module), `unf` УНФ, `unf210` УНФ with
subordinate documents, `ut103` УТ 10.3, `bitrix209` and `bitrix31` the free module of Bitrix that is
built into configurations, in its older and its newer schema, `other` a program that is no 1C: a
cash register or a service of a warehouse.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from onec.client import ExchangeType, Manners

DialectName = Literal["ut11", "unf", "unf210", "ut103", "bitrix209", "bitrix31", "other"]
MODULES: tuple[DialectName, ...] = ("bitrix209", "bitrix31")
"""The module of Bitrix in each of its schemas."""


@dataclass(frozen=True)
class Dialect:
    """What differs between the configurations.

    `session_per_portion`: a whole session for each portion, or one for everything.
    `inits_query`: calls `init` before it asks for orders, and not again before its answers.
    `inits_orders`: calls `init` before it sends its answers.
    `imports_orders`: asks `import` after it has sent them.
    `ends_full_export`: says `deactivate` and `complete` at the end of a full export.
    `repeats`: how often a session that failed is held again from its beginning. УТ 11 and УНФ
    do so within one run, the others at the next one.
    `namespace`: of what it writes, "" for none. `charset`: of what it writes, with a byte order
    mark before UTF-8 where it `marks` it. `orders_type`: by which type it asks for orders.
    `sends_references`: sends lists of references (`references*.xml`) in a session of their own.
    `tells_synchronisation`: writes the attribute СинхронизацияТоваров on the root, and dates with
    milliseconds and a zone.
    """

    name: DialectName
    manners: Manners
    session_per_portion: bool
    inits_query: bool
    inits_orders: bool
    imports_orders: bool
    ends_full_export: bool
    repeats: int
    schema_version: str
    namespace: str
    charset: str = "utf-8"
    marks: bool = True
    orders_type: ExchangeType = "sale"
    sends_references: bool = False
    tells_synchronisation: bool = False

    @property
    def is_module(self) -> bool:
        """Whether it is the module of Bitrix."""
        return self.name in MODULES


UT11 = Dialect(
    name="ut11",
    manners=Manners(timeout=180, poll_pause=0, strict_init=True),
    session_per_portion=True,
    inits_query=False,
    inits_orders=True,
    imports_orders=True,
    ends_full_export=False,
    repeats=3,
    schema_version="2.07",
    namespace="urn:1C.ru:commerceml_2",
)
UNF = Dialect(
    name="unf",
    manners=Manners(
        timeout=1800,
        poll_pause=5,
        strict_init=False,
        sends_session_id=True,
        bare_root=True,
        asks_again=True,
    ),
    session_per_portion=False,
    inits_query=False,
    inits_orders=False,
    imports_orders=False,
    ends_full_export=False,
    repeats=3,
    schema_version="2.08",
    namespace="urn:1C.ru:commerceml_210",
)
UNF210 = replace(
    UNF,
    name="unf210",
    manners=replace(UNF.manners, version="2.09", cml_version="2.10"),
    imports_orders=True,
    inits_orders=True,
    schema_version="2.10",
)
UT103 = Dialect(
    name="ut103",
    manners=Manners(timeout=180, poll_pause=0, strict_init=True),
    session_per_portion=False,
    inits_query=False,
    inits_orders=False,
    imports_orders=False,
    ends_full_export=False,
    repeats=1,
    schema_version="2.04",
    namespace="",
)
BITRIX31 = Dialect(
    name="bitrix31",
    manners=Manners(
        timeout=180,
        poll_pause=1,
        strict_init=False,
        sends_session_id=True,
        version="3.1",
        needs_version=True,
    ),
    session_per_portion=False,
    inits_query=True,
    inits_orders=False,
    imports_orders=True,
    ends_full_export=True,
    repeats=1,
    schema_version="3.1",
    namespace="urn:1C.ru:commerceml_3",
    sends_references=True,
)
BITRIX209 = replace(
    BITRIX31,
    name="bitrix209",
    manners=replace(BITRIX31.manners, version="2.09"),
    schema_version="2.09",
    namespace="urn:1C.ru:commerceml_2",
    sends_references=False,
)
OTHER = Dialect(
    name="other",
    manners=Manners(timeout=60, poll_pause=2, strict_init=False, agent="Warehouse/3.2"),
    session_per_portion=False,
    inits_query=False,
    inits_orders=False,
    imports_orders=False,
    ends_full_export=False,
    repeats=1,
    schema_version="2.05",
    namespace="",
    marks=False,
    tells_synchronisation=True,
)
DIALECTS: dict[DialectName, Dialect] = {
    dialect.name: dialect for dialect in (UT11, UNF, UNF210, UT103, BITRIX209, BITRIX31, OTHER)
}
