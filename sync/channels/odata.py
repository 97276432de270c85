"""Pulls: what a schedule wants of 1C's OData, page by page into a stored file, then imported.

Each part (partners, contracts, balances…) is a file of its own with a run of its own, and only one
pull of a part goes on at a time. The raw answers are stored as they came; what they mean is read
when the run imports them, so a pull can be downloaded and repeated. A pull that breaks off stores
nothing and leaves a failed run with the reason: half of an answer is never taken for all of it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _

from base.jobs import task
from base.models import User
from sync import journal, leases
from sync.channels.asking import Asker, NotPublished, PullFailed, Refused, Unreachable, asker
from sync.files import receiving
from sync.holding import lease_of_run, portal_error
from sync.models import (
    Connection,
    OfferStock,
    ReceivedFile,
    RemoteOrder,
    Run,
    Schedule,
    SettlementEntry,
)
from sync.onec import odata
from sync.onec.odata_dialects import DIALECTS
from sync.onec.odata_queries import (
    PAGE,
    WIDEST,
    Dialect,
    Lookup,
    Part,
    address,
    lookup_addresses,
)
from sync.onec.odata_told import Told
from sync.runs import inbound
from sync.runs.running import Queue
from sync.tasks import QUEUE
from sync.watching import schedule, turns
from sync.watching.sources import run_kinds

LEASE_SECONDS = 240.0
"""Longer than one attempt to ask; it is prolonged before each."""

SILENT_SECONDS = 120
"""How long a base that did not answer is not asked again by schedules."""

LONGEST_SILENT_SECONDS = 3600
"""The longest pause that a base may ask for."""

PERSON_SECONDS = 30
"""A person may ask a base that did not answer once in so long."""

STATES = 1000
"""Where more orders than that are told, payment and shipment are asked of those that we know."""

SUSPICIOUS = 20
"""An empty answer is not believed where the portal knows of so many."""


@task()
def rehearse(schedule_id: int, by_id: int) -> None:
    """Fetch what a schedule is about for dry runs: the journal tells what would change.

    What failed is in the journal, too, also where nobody could be asked.
    """
    wanted = Schedule.objects.select_related("connection").filter(pk=schedule_id).first()
    if wanted is None:
        return
    by = User.objects.filter(pk=by_id).first()
    with turns.alone() as is_alone:
        if not is_alone:
            rehearse.after(turns.AGAIN_SECONDS, schedule_id, by_id)
            return
        before = journal.newest()
        try:
            pull(wanted, Run.Trigger.PERSON, by, rehearsal=True)
        except Exception as error:
            journal.refuse_untold(
                connection=wanted.connection,
                kinds=run_kinds(wanted.kind),
                after=before,
                title=wanted.get_channel_display(),
                error=str(error) or type(error).__name__,
                at=timezone.now(),
                trigger=Run.Trigger.PERSON,
                by=by,
                rehearsal=True,
            )
            if not isinstance(error, PullFailed):
                raise


def pull(
    wanted: Schedule, trigger: Run.Trigger, by: User | None, *, rehearsal: bool = False
) -> None:
    """Fetch what the schedule is about: a run for each part, in the queue.

    The parts are independent: what one of them lacks does not keep the others. Raises PullFailed
    with the words of the first that failed, when all have been tried. `rehearsal` makes dry runs.
    A base that did not answer, or had no time, is left alone for a while: the worker's time
    belongs to the others. A person may try it now and then.
    """
    silent = f"odata-silent:{wanted.connection_id}"
    why = cache.get(silent)
    if why and trigger == Run.Trigger.PERSON:
        tried = f"odata-tried:{wanted.connection_id}"
        why = None if cache.add(tried, True, PERSON_SECONDS) else why
    if why:
        raise PullFailed(
            _("The base is not asked again yet: it failed a moment ago. %(why)s") % {"why": why}
        )
    try:
        _pull_parts(wanted, trigger, by, rehearsal=rehearsal)
    except Unreachable as failure:
        if failure.is_final or failure.is_busy:
            asked = min(int(failure.pause), LONGEST_SILENT_SECONDS)
            cache.set(silent, str(failure), max(asked, SILENT_SECONDS))
        raise
    cache.delete(silent)


def _pull_parts(
    wanted: Schedule, trigger: Run.Trigger, by: User | None, *, rehearsal: bool
) -> None:
    failures: list[PullFailed] = []
    with asker(wanted.connection) as base:
        dialect = dialect_of(wanted.connection, base)
        parts = dialect.parts.get(wanted.kind, ())
        if not parts:
            raise PullFailed(_("OData does not bring this kind of data: choose another channel."))
        for part in parts:
            try:
                pull_part(
                    wanted.connection,
                    base,
                    dialect,
                    part,
                    trigger=trigger,
                    by=by,
                    rehearsal=rehearsal,
                )
            except PullFailed as failure:
                failures.append(failure)
                if isinstance(failure, Unreachable) and (failure.is_final or failure.is_busy):
                    # nobody is there, or has time: 1C need not hear a wrong password once more
                    break
    if failures:
        raise next((each for each in failures if isinstance(each, Unreachable)), failures[0])


def dialect_of(connection: Connection, base: Asker) -> Dialect:
    """How the base names things: by its family, else by whether it has partners."""
    family = Connection.Family
    if connection.family == family.UT103:
        raise PullFailed(_("This configuration of 1C is too old to be asked by OData."))
    known = {family.UT11: "ut11", family.UNF: "unf"}.get(family(connection.family))
    if known is None:
        try:
            base.ask("Catalog_Партнеры?$format=json&$top=1", entity="Catalog_Партнеры")
        except NotPublished:
            known = "unf"
        else:
            known = "ut11"
    return DIALECTS[known]


def pull_part(
    connection: Connection,
    base: Asker,
    dialect: Dialect,
    part: Part,
    *,
    trigger: Run.Trigger,
    by: User | None = None,
    queue: Queue | None = QUEUE,
    rehearsal: bool = False,
) -> Run | None:
    """Fetch one part and queue its run; None when somebody else is fetching it already.

    Raises PullFailed, after a failed run has been written, when it could not be had whole.
    """
    owner, lease = secrets.token_hex(8), f"odata:{connection.pk}:{part.name}"
    if not leases.acquire(lease, owner, seconds=LEASE_SECONDS):
        return None
    held = [lease]
    try:
        run = _announce(connection, part, owner, trigger=trigger, by=by, rehearsal=rehearsal)
        held.append(lease_of_run(run.pk))
        base.beat = partial(_beat, held, owner)
        _fetch(run, owner, _Pull(connection, base, dialect, part, run.started_at or timezone.now()))
    finally:
        for name in held:
            leases.release(name, owner)
    if queue is not None:
        queue.import_file(run.pk)
    return run


def _announce(
    connection: Connection,
    part: Part,
    owner: str,
    *,
    trigger: Run.Trigger,
    by: User | None,
    rehearsal: bool,
) -> Run:
    """The run of a part, with a receipt from before the first question."""
    at = timezone.now()
    return inbound.announce(
        connection=connection,
        kind=part.name,
        channel=ReceivedFile.Channel.ODATA,
        file_kind=ReceivedFile.Kind.PULL,
        name=f"odata-{part.name}-{at:%Y%m%d-%H%M%S}.jsonl",
        title=f"OData: {part.entities[-1]}",
        at=at,
        owner=owner,
        seconds=LEASE_SECONDS,
        trigger=trigger,
        by=by,
        rehearsal=rehearsal,
    )


def _beat(held: Sequence[str], owner: str) -> None:
    """Show that the pull goes on. Raises PullFailed when somebody else has it now."""
    if not all(leases.renew(name, owner, seconds=LEASE_SECONDS) for name in held):
        raise PullFailed(_("Another worker has taken the pull over."))


def _fetch(run: Run, owner: str, told: _Pull) -> None:
    """Store what 1C tells. Raises PullFailed, after the run was called off, for half of it."""
    try:
        inbound.deliver(run=run, owner=owner, content=told.lines())
    except (PullFailed, receiving.Refused) as failure:
        inbound.call_off(run=run, error=str(failure), at=timezone.now())
        if isinstance(failure, PullFailed):
            raise
        raise PullFailed(str(failure)) from failure
    except BaseException as error:
        words = portal_error(error) if isinstance(error, Exception) else _("The portal stopped.")
        inbound.call_off(run=run, error=words, at=timezone.now())
        raise
    run.warnings = told.notes
    run.warning_count = len(told.notes)
    run.save(update_fields=["warnings", "warning_count"])


@dataclass
class _Pull:
    """One part being fetched. `notes` are what a person should know of it."""

    connection: Connection
    base: Asker
    dialect: Dialect
    part: Part
    at: datetime
    notes: list[str] = field(default_factory=list)
    _refs: dict[str, set[str]] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)
    _count: int = 0

    def lines(self) -> Iterator[bytes]:
        """The file, line by line. Raises PullFailed in the middle when it cannot be had whole."""
        part, since = self.part, self._since()
        asked = {"dialect": self.dialect.name, "part": part.name, "at": f"{self.at:%FT%TZ}"}
        if since is not None:
            asked["since"] = f"{since:%FT%T}"
        yield _line({"asked": asked})
        entity, pages = self._first_published(
            part.entities,
            part.function,
            lambda name, selects: self._pages(name, since, selects=selects),
        )
        for body, rows, cut in pages:
            counted = odata.without_last(rows, part.key) if cut else rows
            self._count += len(counted)
            self._note(counted)
            yield _answer({"rows": entity, "cut": cut}, body)
        for lookup in part.lookups:
            yield from self._lookup(lookup)
        yield _line({"end": True, "whole": part.whole, "absent": self._absent(since)})

    def _since(self) -> datetime | None:
        if not self.part.days:
            return None
        zone = schedule.zone_of(self.connection)
        day = (self.at - timedelta(days=self.part.days)).astimezone(zone)
        return day.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)

    def _first_published(
        self,
        entities: Sequence[str],
        function: str,
        pages_of: Callable[[str, bool], Iterator[_Page]],
    ) -> tuple[str, Iterator[_Page]]:
        """Pages of the first of the names that the base knows, with its first page asked for.

        A base that lacks one of the fields is asked for whole rows.
        """
        for entity in entities:
            for selects in (True, False):
                pages = pages_of(entity, selects)
                try:
                    first = next(pages, None)
                except NotPublished:
                    break
                except Refused:
                    if not selects:
                        raise
                    continue
                return entity, _chained(first, pages)
        raise NotPublished(entities[-1] if not function else f"{entities[-1]}/{function}")

    def _pages(self, entity: str, since: datetime | None, *, selects: bool) -> Iterator[_Page]:
        """Pages in the order of the key. All rows of one key are in the page that counts them.

        A full page may have cut the rows of its last key in two: the next one begins with them
        once more. Rows that come or go meanwhile shift nothing, as nothing is skipped by number.
        """
        part = self.part
        after: Any = None
        again = False
        top = PAGE
        while True:
            answer = self.base.ask(
                address(
                    entity, part, top=top, after=after, again=again, since=since, selects=selects
                ),
                entity=entity,
            )
            rows = answer.rows
            if any(part.key not in row for row in rows):
                raise Refused(_("1C told rows without the field %(name)s.") % {"name": part.key})
            if len(rows) < top:
                if rows or after is None:
                    yield answer.body, rows, False
                return
            last = rows[-1][part.key]
            if part.repeats and rows[0][part.key] == last:
                if top >= WIDEST:
                    raise PullFailed(_("Too many rows of one object: 1C cannot be read in pages."))
                top *= 2
                continue
            if last == after:
                raise PullFailed(_("1C tells the same page again and again."))
            yield answer.body, rows, part.repeats
            after, again = last, part.repeats

    def _note(self, rows: Iterable[dict[str, Any]]) -> None:
        """Remember what the rows refer to and whom they told of."""
        rows = list(rows)
        for lookup in self.part.lookups:
            refs = self._refs.setdefault(lookup.name, set())
            for row in rows:
                for name in lookup.of:
                    refs.add(_referred(row, name, lookup.type))
            refs.discard("")
        if self.part.name in {"stock", "settlement"}:
            self._told |= odata.refs_of(self.part, rows)

    def _lookup(self, lookup: Lookup) -> Iterator[bytes]:
        """The rows of a table that were referred to."""
        refs = sorted(self._refs.get(lookup.name, ()))
        if lookup.name == "state" and len(refs) > STATES:
            refs = sorted(self._refs[lookup.name] & self._known_orders())
        if lookup.of and not refs:
            return
        try:
            _entity, pages = self._first_published(
                lookup.entities,
                "",
                lambda name, selects: (
                    self._referred_rows(name, lookup, refs, selects=selects)
                    if lookup.of
                    else self._all_rows(name, lookup, selects=selects)
                ),
            )
            for body, _rows, _cut in pages:
                yield _answer({"lookup": lookup.name}, body)
        except (NotPublished, Refused) as failure:
            if lookup.needed:
                raise
            self.notes.append(str(failure))

    def _known_orders(self) -> set[str]:
        known = RemoteOrder.objects.filter(connection=self.connection).exclude(ref="")
        return set(known.order_by("-pk").values_list("ref", flat=True)[:STATES])

    def _referred_rows(
        self, entity: str, lookup: Lookup, refs: Sequence[str], *, selects: bool
    ) -> Iterator[_Page]:
        for asked in lookup_addresses(entity, lookup, refs, selects=selects):
            answer = self.base.ask(asked, entity=entity)
            yield answer.body, answer.rows, False

    def _all_rows(self, entity: str, lookup: Lookup, *, selects: bool) -> Iterator[_Page]:
        table = Part("partner", (entity,), {name: name for name in lookup.fields})
        own = _Pull(self.connection, self.base, self.dialect, table, self.at)
        return own._pages(entity, None, selects=selects)

    def _absent(self, since: datetime | None) -> list[dict[str, str]]:
        """What the portal knows and 1C no longer tells: its stock is none, the movement gone."""
        match self.part.name:
            case "stock":
                return self._absent_stock()
            case "settlement" if since is not None:
                return self._absent_movements(since)
            case _:
                return []

    def _absent_stock(self) -> list[dict[str, str]]:
        rows = OfferStock.objects.filter(connection=self.connection).exclude(quantities={})
        known = list(rows.values_list("offer__ref", flat=True).iterator())
        absent = sorted(ref for ref in known if ref not in self._told)
        is_over_limit = len(absent) * 100 > len(known) * self.connection.absence_limit
        if len(absent) > SUSPICIOUS and is_over_limit:
            raise PullFailed(
                _(
                    "1C told no stock of %(count)s goods that had some. This is not believed: see "
                    "whether the user of OData may read the register of stock for every warehouse."
                )
                % {"count": len(absent)}
            )
        return [{"ref": ref} for ref in absent]

    def _absent_movements(self, since: datetime) -> list[dict[str, str]]:
        zone = schedule.zone_of(self.connection)
        known = SettlementEntry.objects.filter(
            connection=self.connection,
            archived=False,
            moved_at__gte=since.replace(tzinfo=zone),
            origin=ReceivedFile.Channel.ODATA,
        ).select_related("counterparty", "contract", "organisation")
        return [
            {
                "ref": entry.ref,
                "counterparty": entry.counterparty.ref if entry.counterparty else "",
                "contract": entry.contract.ref if entry.contract else "",
                "organisation": entry.organisation.ref if entry.organisation else "",
                "currency": entry.currency,
                "amount": str(entry.amount),
                "base_amount": "" if entry.base_amount is None else str(entry.base_amount),
                "document": entry.document_ref,
                "document_name": entry.document_name,
                "document_number": entry.document_number,
                "document_on": f"{entry.document_on or ''}",
                "order": entry.order_number,
                "kind": entry.kind,
                "moved_at": f"{entry.moved_at.astimezone(zone):%FT%T}",
            }
            for entry in known.iterator()
            if entry.ref not in self._told
        ]


_Page = tuple[bytes, list[dict[str, Any]], bool]
"""A body as it came, its rows, and whether the rows of its last key come once more."""


def _chained(first: _Page | None, others: Iterator[_Page]) -> Iterator[_Page]:
    if first is not None:
        yield first
        yield from others


def _referred(row: Mapping[str, Any], name: str, wanted: str) -> str:
    """What a field of the row refers to; empty for nothing, or another table than the wanted."""
    if wanted and not str(row.get(f"{name}_Type", wanted)).endswith(wanted):
        return ""
    return Told(row, {name: name}, {}).ref(name)


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _answer(head: Mapping[str, Any], body: bytes) -> bytes:
    """A line with the answer as it came: breaks of lines in JSON stand between its words only."""
    raw = body.removeprefix(b"\xef\xbb\xbf").replace(b"\r", b" ").replace(b"\n", b" ").strip()
    return _line(head)[:-2] + b',"answer":' + raw + b"}\n"


schedule.PULLS[Schedule.Channel.ODATA] = pull
