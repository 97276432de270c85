"""Goods that a full load told nothing of any more: hidden, or shown to a person who decides.

One file never proves that a product is gone: УТ marks only the first of many portions as complete,
and an export of one group says the same. So absence is looked at only where somebody has said that
a load was the whole catalogue: 1C by `deactivate` (:func:`take_load`), a person about
uploads (:func:`tell_whole`). And only when every file of the load was imported without failure.
Then the identifiers in its files are compared with the current goods of the base. Up to the share
that the base allows they are hidden, above it an :class:`Absence` waits for a person. Hidden is
archived: whatever 1C tells of such a product later makes it current again, also when it tells
just what it told before.

The work is a run of kind :data:`KIND`; what it is about stands in its `only`, pairs of texts:
`session` and `since`, or `upload` for each upload, or `absence` when a person has decided;
`receipt` is the last file that was compared with.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.models import User
from sync import decisions, leases, ports
from sync.files import loads
from sync.files.loads import Load, NotWhole, Told
from sync.holding import OPEN, finish, lease_of_connection, left, portal_error
from sync.merging import Batch
from sync.models import (
    Absence,
    Alarm,
    Connection,
    ExchangeSession,
    Offer,
    Product,
    Run,
)
from sync.staging import staging
from sync.watching import alarms

log = logging.getLogger(__name__)

KIND = "absence"
"""Kind of the runs that compare."""

CODE = "absence"
"""Code of the alarm while a person has to decide."""

JOINED = timedelta(minutes=1)
"""A comparison that failed is told again for so long; later it is tried anew."""

WAITS = timedelta(seconds=5)
"""How long a comparison may stand in the queue before it is put there again."""

PATIENCE = timedelta(days=1)
"""How long a comparison waits for the last imports of its load."""


Enqueue = Callable[[int], None]
Beat = Callable[[], None]


def take_load(
    *, session: ExchangeSession, since: datetime, at: datetime, queue: Enqueue
) -> Run | None:
    """The run that compares the load which this session of 1C ends; asked again, the same one.

    The load is every catalogue file of the base since `since`. None where not one came: there is
    nothing to compare with.
    """
    if not loads.has_files(session.connection, since):
        return None
    mine = [["session", f"{session.pk}:{session.upload}"], ["since", since.isoformat()]]
    earlier = Run.objects.filter(
        connection=session.connection, kind=KIND, queued_at__gte=session.started_at
    )
    for run in earlier.order_by("-pk"):
        recent = run.finished_at is None or run.finished_at > at - JOINED
        if run.only[:1] == mine[:1] and (run.state != Run.State.FAILED or recent):
            return run
    return _queued(session.connection, mine, queue, trigger=Run.Trigger.ONEC)


def tell_whole(
    *,
    connection: Connection,
    uploads: Sequence[tuple[int, int]],
    by: User | None,
    at: datetime,
    queue: Enqueue,
) -> Run:
    """A person says that these uploads (session and number) together were the whole catalogue."""
    mine = [["upload", f"{session}:{upload}"] for session, upload in sorted(set(uploads))]
    log.info("uploads %s of base %s are the whole catalogue: %s", mine, connection.pk, by)
    return _queued(connection, mine, queue, trigger=Run.Trigger.PERSON, by=by)


def hide(*, absence: Absence, by: User | None, at: datetime, queue: Enqueue) -> Run | None:
    """A person has decided to hide: the worker does it. None when it was decided already.

    What 1C has told again meanwhile stays.
    """
    with transaction.atomic():
        row = Absence.objects.select_for_update().get(pk=absence.pk)
        if row.state != Absence.State.WAITING:
            return None
        _settle(row, Absence.State.HIDDEN, by, at)
        decisions.record(row.connection, "sync.absence.hide", by=by, at=at, what=str(row))
        receipt = dict(map(tuple, row.run.only)).get("receipt", "0") if row.run else "0"
        mine = [["absence", str(row.pk)], ["receipt", receipt]]
        return _queued(row.connection, mine, queue, trigger=Run.Trigger.PERSON, by=by)


def leave(*, absence: Absence, by: User | None, at: datetime) -> bool:
    """A person has decided to leave the goods as they are; whether there was something to decide.

    The next full load asks again.
    """
    with transaction.atomic():
        row = Absence.objects.select_for_update().get(pk=absence.pk)
        if row.state != Absence.State.WAITING:
            return False
        _settle(row, Absence.State.KEPT, by, at)
        decisions.record(row.connection, "sync.absence.leave", by=by, at=at, what=str(row))
    return True


def abandoned(now: datetime) -> list[int]:
    """Ids of comparisons that nobody is busy with, oldest first."""
    return left(Run.objects.filter(kind=KIND), now, patience=WAITS)


def work(run_id: int, *, owner: str, beat: Beat = lambda: None) -> None:
    """Do a run of this kind to its end; one whose load is still being imported stays queued.

    Doing it again after a kill ends in the same state.
    """
    run = (
        Run.objects.select_related("connection", "by")
        .filter(pk=run_id, kind=KIND, state__in=OPEN)
        .first()
    )
    if run is None:
        return
    _Comparison(run, owner, beat).go()


class _Comparison:
    """One worker's work on one run."""

    def __init__(self, run: Run, owner: str, beat: Beat) -> None:
        self.run = run
        self.owner = owner
        self.beat = beat
        self.staging = staging(run.connection_id)

    def go(self) -> None:
        run = self.run
        asked = dict(map(tuple, run.only))
        try:
            if "absence" in asked:
                self._hide_decided(int(asked["absence"]), int(asked.get("receipt", 0)))
                return
            load = loads.resolve(run.connection, run.only)
            if load.is_waiting:
                if timezone.now() - run.queued_at > PATIENCE:
                    raise NotWhole([_("its files were not imported within a day")])
                return
            self._begin()
            self._compare(load)
        except NotWhole as error:
            told = "; ".join(error.reasons[:3])
            finish(
                self.run,
                error=_("The load was not whole, nothing was hidden: %(why)s") % {"why": told},
            )
        except OperationalError:
            # not the load's fault: the run stays open, and the sweeper goes on with it
            raise
        except Exception as error:
            log.exception("comparison %s failed", run.pk)
            finish(run, error=portal_error(error))
            raise
        finally:
            if run.changed_count:
                ports.tell_mirror_changed()

    def _begin(self) -> None:
        run = self.run
        run.state = Run.State.RUNNING
        run.started_at = run.started_at or timezone.now()
        run.save(update_fields=["state", "started_at"])

    def _compare(self, load: Load) -> None:
        run = self.run
        with loads.told(run.connection, load, self.beat) as told:
            if not told.goods:
                raise NotWhole([_("no goods are in it")])
            run.read_count = told.goods
            run.only = [
                *(pair for pair in run.only if pair[0] != "receipt"),
                ["receipt", str(told.receipt)],
            ]
            run.save(update_fields=["read_count", "only"])
            row = self._row(told)
            if row is None:
                known = self._goods().count()
                self._hide_offers(told)
                finish(self.run, title=_("All goods are still told: %(count)s") % {"count": known})
            elif row.state == Absence.State.HIDDEN:
                self._take_goods(told, row, hides=True)
                self._hide_offers(told)
                _close_alarm(run.connection, timezone.now())
                finish(self.run, title=self._hidden_words(row))
            else:
                self._take_goods(told, row, hides=False)
                self._ask(row, told)

    def _goods(self) -> models.QuerySet[Product]:
        """Current goods of the base."""
        return Product.objects.filter(connection=self.run.connection, archived=False)

    def _may_hide(self, known: int, absent: int) -> bool:
        return absent * 100 <= known * self.run.connection.absence_limit

    def _row(self, told: Told) -> Absence | None:
        """The row of this run, None when all goods are told.

        After a kill it is the one there is, with the counts and the decision of the first look.
        Nobody can decide about it while the goods are hidden or gathered: one to be asked about
        waits only from :meth:`_ask` on.
        """
        begun: Absence | None = Absence.objects.filter(run=self.run).first()
        if begun is not None:
            return begun
        self._supersede()
        absent = told.count_absent_goods()
        if not absent:
            return None
        known = self._goods().count()
        hides = self._may_hide(known, absent) and not told.other_catalogues()
        now = timezone.now()
        made: Absence = Absence.objects.create(
            run=self.run,
            connection=self.run.connection,
            state=Absence.State.HIDDEN if hides else Absence.State.KEPT,
            known_count=known,
            absent_count=absent,
            found_at=now,
            decided_at=now if hides else None,
        )
        return made

    def _supersede(self) -> None:
        """A later load answers the question of an earlier one."""
        now = timezone.now()
        waiting = Absence.objects.filter(
            connection=self.run.connection, state=Absence.State.WAITING
        ).exclude(run=self.run)
        if waiting.update(state=Absence.State.KEPT, decided_at=now):
            _close_alarm(self.run.connection, now)

    def _take_goods(self, told: Told, row: Absence, *, hides: bool) -> None:
        """Note the absent goods in the row, and hide them where that is decided."""
        through = Absence.products.through
        after = 0
        while ids := told.absent_goods(after, self.staging.portion):
            after = ids[-1]
            pairs = [through(absence_id=row.pk, product_id=pk) for pk in ids]
            if hides:
                self._archive(Product, ids, told.receipt, pairs)
            else:
                through.objects.bulk_create(pairs, ignore_conflicts=True, batch_size=200)
            self.beat()

    def _hide_offers(self, told: Told) -> None:
        """Hide variants that the load left out of products it told variants of."""
        known = Offer.objects.filter(connection=self.run.connection, archived=False).count()
        absent = told.count_absent_offers()
        if not absent:
            return
        if not self._may_hide(known, absent):
            self.run.warnings = [
                _("%(count)s variants of goods were not told; that is too many to hide them.")
                % {"count": absent}
            ]
            self.run.warning_count = 1
            return
        after = 0
        while ids := told.absent_offers(after, self.staging.portion):
            after = ids[-1]
            self._archive(Offer, ids, told.receipt)
            self.beat()

    def _archive(
        self,
        model: type[Product] | type[Offer],
        ids: Sequence[int],
        receipt: int,
        pairs: Sequence[Any] = (),
    ) -> None:
        """Archive rows that no later file has touched, in a transaction of their own.

        Their digest is forgotten: the same element told again is news then.
        """
        name = lease_of_connection(self.run.connection_id)
        turn = leases.turn(name, self.owner, beat=self.beat)
        with turn, self.staging.locked(lambda: None):
            batch = Batch(self.run, timezone.now())
            batch.changes = model.objects.filter(
                pk__in=ids, archived=False, receipt__lte=receipt
            ).update(archived=True, digest=0, changed_in=batch.number, changed_at=batch.at)
            batch.settle()
            if pairs:
                Absence.products.through.objects.bulk_create(
                    pairs, ignore_conflicts=True, batch_size=200
                )
            self.run.changed_count += batch.changes
            self.run.save(update_fields=["changed_count"])

    def _ask(self, row: Absence, told: Told) -> None:
        share = round(row.absent_count * 100 / max(1, row.known_count))
        others = told.other_catalogues()
        words = _(
            "A full load told nothing of %(absent)s of %(known)s goods (%(share)s %%):"
            " a person decides whether they are hidden."
        ) % {"absent": row.absent_count, "known": row.known_count, "share": share}
        if others:
            words += " " + _("The base has other catalogues that were not in it: %(names)s.") % {
                "names": ", ".join(others[:5])
            }
        # a question that can be answered, and the end of the run, are one thing
        with transaction.atomic():
            Absence.objects.filter(pk=row.pk).update(state=Absence.State.WAITING)
            alarms.open_alarm(
                connection=self.run.connection,
                code=CODE,
                level=Alarm.Level.AMBER,
                text=words,
                at=timezone.now(),
            )
            finish(self.run, title=words)

    def _hide_decided(self, absence_id: int, receipt: int) -> None:
        """Hide what a person decided about, but for what was told since."""
        self._begin()
        row = Absence.objects.get(pk=absence_id)
        load = loads.later(self.run.connection, receipt)
        through = Absence.products.through
        with loads.told(self.run.connection, load, self.beat) as told:
            after = 0
            last = max(receipt, told.receipt)
            while ids := list(
                through.objects.filter(absence_id=row.pk, product_id__gt=after)
                .order_by("product_id")
                .values_list("product_id", flat=True)[: self.staging.portion]
            ):
                after = ids[-1]
                gone = told.not_among(ids)
                if gone:
                    self._archive(Product, gone, last)
                self.beat()
        finish(self.run, title=self._hidden_words(row))

    def _hidden_words(self, row: Absence) -> str:
        """What the run has hidden, also before a kill."""
        hidden = Product.objects.filter(
            connection=self.run.connection,
            archived=True,
            changed_in__in=self.run.batches.values("pk"),
        ).count()
        return ngettext(
            "%(count)s product was hidden of %(known)s: the full load told nothing of it.",
            "%(count)s goods were hidden of %(known)s: the full load told nothing of them.",
            hidden,
        ) % {"count": hidden, "known": row.known_count}


def _queued(
    connection: Connection,
    only: list[list[str]],
    queue: Enqueue,
    *,
    trigger: Run.Trigger,
    by: User | None = None,
) -> Run:
    with transaction.atomic():
        run = Run.objects.create(
            connection=connection,
            kind=KIND,
            title=_("Comparison with a full load"),
            trigger=trigger,
            by=by,
            only=only,
        )
        queue(run.pk)
    run.refresh_from_db()
    return run


def _settle(row: Absence, state: Absence.State, by: User | None, at: datetime) -> None:
    row.state = state
    row.decided_at = at
    row.decided_by = by
    row.save(update_fields=["state", "decided_at", "decided_by"])
    _close_alarm(row.connection, at)


def _close_alarm(connection: Connection, at: datetime) -> None:
    alarms.close_alarm(connection=connection, code=CODE, at=at)
