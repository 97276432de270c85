"""The life of an order: which status may follow which, and what 1C's words mean for ours.

УТ 11 tells no status, only marks (posted, paid, shipped, cancelled, deleted); УНФ tells a name
besides. The names are mapped by a table that the supplier's people edit (`StatusMap`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from base.texts import name_key
from dealer_area.models import Order, StatusMap

Status = Order.Status

WAY = (
    Status.SUBMITTED,
    Status.ACCEPTED,
    Status.CONFIRMED,
    Status.IN_PRODUCTION,
    Status.PARTLY_SHIPPED,
    Status.SHIPPED,
    Status.CLOSED,
)
"""The way of a sent order, forward; steps may be left out."""

SENT = (*WAY, Status.CANCELLED)
"""Every status of an order that was handed to 1C, in the order to show them."""

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        # УТ 11, where a channel tells its states
        "К обеспечению": Status.CONFIRMED,
        "К выполнению": Status.CONFIRMED,
        "Ожидается согласование": Status.ACCEPTED,
        "Ожидается аванс (до обеспечения)": Status.CONFIRMED,
        "Ожидается предоплата (до отгрузки)": Status.CONFIRMED,
        "Готов к обеспечению": Status.CONFIRMED,
        "Ожидается обеспечение": Status.IN_PRODUCTION,
        "Готов к отгрузке": Status.IN_PRODUCTION,
        "К отгрузке": Status.IN_PRODUCTION,
        "В процессе отгрузки": Status.PARTLY_SHIPPED,
        "Ожидается оплата (после отгрузки)": Status.SHIPPED,
        "Готов к закрытию": Status.SHIPPED,
        "Закрыт": Status.CLOSED,
        # УНФ
        "Открыт": Status.ACCEPTED,
        "В работе": Status.CONFIRMED,
        "В производстве": Status.IN_PRODUCTION,
        "Выполнен": Status.SHIPPED,
        "Завершен": Status.CLOSED,
        "Отменен": Status.CANCELLED,
        # our own names, which 1C learns by asking, and modules that speak as Bitrix does
        "Принят": Status.ACCEPTED,
        "Принят 1С": Status.ACCEPTED,
        "Подтвержден": Status.CONFIRMED,
        "Отгружен частично": Status.PARTLY_SHIPPED,
        "Частично отгружен": Status.PARTLY_SHIPPED,
        "Отгружен": Status.SHIPPED,
        "Доставлен": Status.SHIPPED,
    }
)
"""Names of 1C as a new base starts with them."""

DELETED = "Пометка удаления (признак 1С)"
REVOKED = "Отменён (признак 1С)"
POSTED = "Проведён (признак 1С)"
UNPOSTED = "Не проведён (признак 1С)"

MARKS: Mapping[str, str] = MappingProxyType(
    {
        DELETED: Status.CANCELLED,
        REVOKED: Status.CANCELLED,
        POSTED: Status.CONFIRMED,
        # the posting was taken off, perhaps for a minute while somebody changes the order
        UNPOSTED: Status.ACCEPTED,
    }
)
"""What 1C's marks mean, in the same table as its names. Without a status a mark tells nothing."""

_MARKS = {name_key(name): status for name, status in MARKS.items()}

ECHOES = frozenset(map(name_key, ("Новый", "Не согласован", "Отправлен", "N")))
"""Our own first status that 1C sends back: it tells nothing."""


@dataclass(frozen=True, slots=True)
class RemoteState:
    """What 1C says about an order; None is "not told"."""

    name: str = ""
    posted: bool | None = None
    deleted: bool | None = None
    cancelled: bool | None = None
    paid: bool | None = None
    shipped: bool | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What it means: a status of ours, and whether the name 1C gave was a strange one."""

    status: str
    is_unknown: bool


def status_of(remote: RemoteState, meanings: Mapping[str, str]) -> Verdict:
    """The status that 1C's words mean; `meanings` maps `name_key` of a name to a status or "".

    Marks of deletion and of cancelling decide first; they and the marks of posting mean what the
    table says of them (`MARKS` where it says nothing). Else the name decides, raised to "shipped"
    by the mark of shipment; without a known name the marks do: shipped, posted, else 1C merely has
    the order. Whether it is paid is a fact of its own, not a status.
    """
    key = name_key(remote.name)
    told = "" if key in ECHOES else meanings.get(key, "")
    is_unknown = bool(key) and key not in ECHOES and not told
    for is_set, mark in ((remote.deleted, DELETED), (remote.cancelled, REVOKED)):
        if is_set and (meant := _mark(mark, meanings)):
            return Verdict(meant, is_unknown)
    found = told
    if not found and remote.posted is not None:
        found = _mark(POSTED if remote.posted else UNPOSTED, meanings)
    found = found or Status.ACCEPTED
    if remote.shipped and may_follow(found, Status.SHIPPED):
        found = Status.SHIPPED
    return Verdict(found, is_unknown)


def _mark(name: str, meanings: Mapping[str, str]) -> str:
    key = name_key(name)
    return meanings.get(key, _MARKS[key])


def may_follow(before: str, after: str) -> bool:
    """Whether an order may go from one status to another because 1C says so.

    Forward along the way, with steps left out; cancelled from anywhere but "closed"; and from
    "cancelled" back to the way, because 1C takes a mark of deletion off again.
    """
    if before == after:
        return False
    if after == Status.CANCELLED:
        return before != Status.CLOSED
    if after not in WAY:
        return False
    if before == Status.CANCELLED:
        return True
    return before in WAY and WAY.index(Status(after)) > WAY.index(Status(before))


def meanings_of(connection_id: int) -> dict[str, str]:
    """Meanings of the names and marks of a base by `name_key`; it gets the usual ones it lacks."""
    rows = StatusMap.objects.filter(connection_id=connection_id)
    found = dict(rows.values_list("name_key", "status"))
    if not found:
        plant_meanings(connection_id=connection_id)
        found = {name_key(name): status for name, status in {**MEANINGS, **MARKS}.items()}
    elif not _MARKS.keys() <= found.keys():
        # a base that is older than its marks
        _plant(connection_id, MARKS)
        found = {**_MARKS, **found}
    return found


def plant_meanings(*, connection_id: int) -> None:
    """Give a base the usual names and marks; those it has keep their meaning."""
    _plant(connection_id, {**MEANINGS, **MARKS})


def _plant(connection_id: int, meanings: Mapping[str, str]) -> None:
    StatusMap.objects.bulk_create(
        [
            StatusMap(
                connection_id=connection_id, name=name, name_key=name_key(name), status=status
            )
            for name, status in meanings.items()
        ],
        ignore_conflicts=True,
    )


def note_unknown(*, connection_id: int, names: set[str]) -> None:
    """List names without a meaning, so that the supplier's people give them one."""
    StatusMap.objects.bulk_create(
        [
            StatusMap(connection_id=connection_id, name=name, name_key=name_key(name), status="")
            for name in sorted(names)
        ],
        ignore_conflicts=True,
    )
