"""How configurations shape an exchange.

`ut11` is УТ 11.5 (and КА 2, ERP 2, which share its module), `unf` УНФ, `ut103` УТ 10.3, `bitrix31`
the free module of Bitrix that is built into configurations, in its schema 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from onec.client import Manners

DialectName = Literal["ut11", "unf", "ut103", "bitrix31"]


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
    `namespace`: of what it writes, "" for none. `charset`: of what it writes.
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
        timeout=180, poll_pause=1, strict_init=False, sends_session_id=True, version="3.1"
    ),
    session_per_portion=False,
    inits_query=True,
    inits_orders=False,
    imports_orders=True,
    ends_full_export=True,
    repeats=1,
    schema_version="3.1",
    namespace="urn:1C.ru:commerceml_3",
)
DIALECTS: dict[DialectName, Dialect] = {
    dialect.name: dialect for dialect in (UT11, UNF, UT103, BITRIX31)
}
