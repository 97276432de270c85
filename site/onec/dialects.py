"""How two configurations shape an exchange: УТ 11.5 (`ut11`) and УНФ (`unf`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from onec.client import Manners

DialectName = Literal["ut11", "unf"]


@dataclass(frozen=True)
class Dialect:
    """What differs between the configurations.

    `session_per_portion`: a whole session for each portion, or one for everything.
    `imports_orders`: asks `import` after it has sent its answers to orders.
    `inits_orders`: calls `init` before it sends them.
    """

    name: DialectName
    manners: Manners
    session_per_portion: bool
    imports_orders: bool
    inits_orders: bool
    schema_version: str
    namespace: str


UT11 = Dialect(
    name="ut11",
    manners=Manners(
        timeout=180,
        poll_pause=0,
        strict_init=True,
        sends_session_id=False,
        bare_root=False,
    ),
    session_per_portion=True,
    imports_orders=True,
    inits_orders=True,
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
    ),
    session_per_portion=False,
    imports_orders=False,
    inits_orders=False,
    schema_version="2.08",
    namespace="urn:1C.ru:commerceml_210",
)
DIALECTS: dict[DialectName, Dialect] = {"ut11": UT11, "unf": UNF}
