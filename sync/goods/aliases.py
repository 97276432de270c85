"""Words of 1C for units and currencies, and what the portal takes them for.

A person's word comes first, then the table in code, then 1C's own as it came. A word that neither
knows is listed by itself (`Alias` with an empty `means`), so that somebody says what it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sync.models import Alias, Connection
from sync.onec import units, values

Kind = Alias.Kind

LISTED = 500
"""Unknown words of a base and kind that are listed; a base with more has nonsense in the field."""
SEEN_AGAIN = timedelta(days=1)
"""A word in use is marked as seen no more often."""
_MET = 5_000
"""Words kept in mind at a time."""


class Words:
    """The words of one base, read when the first of them is asked for: one query.

    What it meets for the first time is remembered until :meth:`keep` writes it down.
    """

    def __init__(self, connection_id: int) -> None:
        self._connection_id = connection_id
        self._known: dict[tuple[str, str], Alias] | None = None
        self._units: dict[str, str] = {}
        self._currencies: dict[str, str] = {}
        self._met: dict[tuple[str, str], None] = {}

    def unit(self, told: str) -> str:
        """What the portal calls a unit of 1C; nothing for nothing."""
        found = self._units.get(told)
        if found is None:
            found = self._look(Kind.UNIT, told.strip()[:100], units.known(told))
            _remember(self._units, told, found)
        return found

    def currency(self, told: str) -> str:
        """The ISO code of a currency of 1C, else the word as it came; nothing for nothing."""
        found = self._currencies.get(told)
        if found is None:
            found = self._look(Kind.CURRENCY, told.strip()[:100], _iso(told))
            _remember(self._currencies, told, found)
        return found

    def _look(self, kind: str, told: str, usual: str) -> str:
        if not told:
            return ""
        own = self._rows().get((kind, told))
        if own is not None or not usual:
            self._met[kind, told] = None
        return (own.means if own else "") or usual or told

    def _rows(self) -> dict[tuple[str, str], Alias]:
        if self._known is None:
            rows = Alias.objects.filter(connection=self._connection_id)
            self._known = {(row.kind, row.told): row for row in rows}
        return self._known

    def keep(self, at: datetime) -> None:
        """List the unknown words that were met, and mark the others as seen.

        No query when nothing was met; at most two.
        """
        if not self._met:
            return
        rows = self._rows()
        new, again = [], []
        counts = {kind: sum(1 for own, _told in rows if own == kind) for kind in Kind.values}
        for key in self._met:
            own = rows.get(key)
            if own is None and counts[key[0]] < LISTED:
                counts[key[0]] += 1
                kind, told = key
                new.append(
                    Alias(connection_id=self._connection_id, kind=kind, told=told, seen_at=at)
                )
            elif own is not None and at - own.seen_at > SEEN_AGAIN:
                again.append(own.pk)
        self._met = {}
        if new:
            Alias.objects.bulk_create(new, ignore_conflicts=True)
            rows.update(((row.kind, row.told), row) for row in new)
        if again:
            Alias.objects.filter(pk__in=again).update(seen_at=at)


def unit(connection: Connection, told: str) -> str:
    """What the portal calls a unit of a base. One query; for many, ask one `Words`."""
    return Words(connection.pk).unit(told)


def currency(connection: Connection, told: str) -> str:
    """The ISO code of a currency of a base, else the word. One query; for many, ask `Words`."""
    return Words(connection.pk).currency(told)


def usual(kind: str, told: str) -> str:
    """What the table in code takes a word for; the word itself when it knows none."""
    return (units.known(told) if kind == Kind.UNIT else _iso(told)) or told


def is_iso(code: str) -> bool:
    """Whether a text looks like a code of ISO 4217."""
    return len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()


def names(kind: str) -> Iterable[str]:
    """What a word may well mean: known units, or codes of currencies."""
    return units.NAMES if kind == Kind.UNIT else sorted(set(values.CURRENCIES.values()))


def _iso(told: str) -> str:
    code = values.currency(told)
    return code if is_iso(code) else ""


def _remember(words: dict[str, str], told: str, found: str) -> None:
    if len(words) >= _MET:
        words.clear()
    words[told] = found
