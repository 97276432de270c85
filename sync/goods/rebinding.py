"""Binding two rows of goods into one, when 1C tells a product under another identifier.

The old row stays: its page, its orders and its place in carts. It gets the identifier and the
words of the new one, which is archived under a name of its own. Should 1C go back to the identifier
of before, that is known to be the same product (`Twin.dead_ref`) and is bound by itself. Likely
pairs are found by `sync.goods.twinning`.
"""

from __future__ import annotations

import logging
import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.models import User
from base.texts import name_key
from sync import decisions, leases, ports
from sync.goods import owning, plain_offers
from sync.holding import at_work, finish, lease_of_run, left, portal_error
from sync.merging import Batch
from sync.models import (
    Alarm,
    Connection,
    Offer,
    OfferPrices,
    OfferStock,
    Product,
    Rejection,
    Run,
    Twin,
)
from sync.models.mirror import REF_LENGTH
from sync.staging import staging
from sync.watching import alarms

log = logging.getLogger(__name__)

ALARM = "twins"
PORTION = 20
"""Pairs bound in one transaction: it holds the lock of the mirror."""
SURE = "sure"
"""In `Run.only`: all pairs that leave little doubt."""
RESUMED_AFTER = timedelta(seconds=60)


def tell(connection: Connection, *, at: datetime) -> None:
    """Open or close the alarm about pairs that wait for a person."""
    count = Twin.objects.filter(connection=connection, state=Twin.State.WAITING).count()
    if not count:
        alarms.close_alarm(connection=connection, code=ALARM, at=at)
        return
    words = ngettext(
        "%(count)s new product looks like one the portal has under another identifier",
        "%(count)s new products look like ones the portal has under other identifiers",
        count,
    ) % {"count": count}
    alarms.open_alarm(connection=connection, code=ALARM, level=Alarm.Level.AMBER, text=words, at=at)


def enqueue(
    *,
    connection: Connection,
    twin_ids: Sequence[int] | None,
    by: User,
    at: datetime,
    queue: Callable[[int], None],
) -> Run:
    """A run in the queue that binds these pairs; None: all that leave little doubt."""
    only = [[SURE, ""]] if twin_ids is None else [["twin", str(pk)] for pk in twin_ids]
    with transaction.atomic():
        run = Run.objects.create(
            connection=connection,
            kind="binding",
            trigger=Run.Trigger.PERSON,
            by=by,
            only=only,
        )
        Run.objects.filter(pk=run.pk).update(queued_at=at)
        queue(run.pk)
    return run


def process(run_id: int) -> None:
    """Do the binding of a queued run; one that is done or that somebody is busy with is left."""
    owner = secrets.token_hex(8)
    with at_work(run_id, owner) as run:
        if run is not None and run.kind == "binding":
            _Binding(run, owner).go()


def abandoned(at: datetime) -> list[int]:
    """Ids of bindings that nobody is busy with, for the sweeper."""
    return left(Run.objects.filter(kind="binding"), at, patience=RESUMED_AFTER)


def keep_apart(*, twin_ids: Sequence[int], by: User, at: datetime) -> int:
    """A person says that these pairs are two products each; how many."""
    twins = Twin.objects.filter(pk__in=twin_ids, state=Twin.State.WAITING)
    with transaction.atomic():
        counts = Counter(twins.order_by().values_list("connection", flat=True))
        count = twins.update(state=Twin.State.APART, decided_at=at, decided_by=by)
        for base in Connection.objects.filter(pk__in=counts):
            words = str(counts[base.pk])
            decisions.record(base, "sync.twins.apart", by=by, at=at, what=words)
            tell(base, at=at)
    return count


def bind(*, twin_ids: Sequence[int], run: Run | None, by: User | None, at: datetime) -> int:
    """Bind pairs in one transaction under the lock of the mirror; how many were still waiting.

    `run` is the one that the change is journalled with.
    """
    bound = 0
    waiting = Twin.objects.filter(pk__in=twin_ids, state=Twin.State.WAITING)
    for base_id in set(waiting.values_list("connection_id", flat=True)):
        with staging(base_id).locked(lambda: None):
            batch = Batch(run, at)
            mapping: dict[int, int] = {}
            twins = _apart(
                waiting.filter(connection_id=base_id)
                .select_related("connection", "old", "new")
                .order_by("pk")
            )
            offers = _offers_of(twins)
            for twin in twins:
                mapping |= _bind(twin, batch, offers)
            if twins:
                goods = [twin.old_id for twin in twins]
                marks = ", ".join(["%s"] * len(goods))
                rule = twins[0].connection.plain_offers
                batch.changes += len(twins) + plain_offers.decide(
                    rule, batch, f"product_id IN ({marks})", *goods
                )
                _settle(twins, by, at)
                bound += len(twins)
            ports.offers_rebound(mapping)
            batch.settle()
    return bound


def _apart(twins: Iterable[Twin]) -> list[Twin]:
    """Pairs of which no two have a product in common: the first one has it."""
    found: list[Twin] = []
    taken: set[int] = set()
    for twin in twins:
        both = {twin.old_id, twin.new_id}
        if not both & taken:
            taken |= both
            found.append(twin)
    return found


def _offers_of(twins: Sequence[Twin]) -> dict[int, list[Offer]]:
    """The offers of both products of each pair, by the product."""
    found: dict[int, list[Offer]] = defaultdict(list)
    goods = [pk for twin in twins for pk in (twin.old_id, twin.new_id)]
    for offer in Offer.objects.filter(product__in=goods).order_by("pk"):
        found[offer.product_id].append(offer)
    return found


class _Binding:
    """One worker's work on one run."""

    def __init__(self, run: Run, owner: str) -> None:
        self.run = run
        self.owner = owner

    def go(self) -> None:
        """Bind the pairs of the run to its end; it is then DONE or FAILED.

        A pair that cannot be bound stays as it is, and a rejection says why. Raises LostLease, and
        OperationalError, after which the sweeper goes on.
        """
        run = self.run
        run.state = Run.State.RUNNING
        run.started_at = run.started_at or timezone.now()
        run.save(update_fields=["state", "started_at"])
        try:
            while ids := list(self._left().values_list("pk", flat=True)[:PORTION]):
                self._take(ids)
        except (leases.LostLease, OperationalError):
            raise
        except Exception as error:
            log.exception("binding %s failed", run.pk)
            self._finish(portal_error(error))
            raise
        else:
            failed = run.rejected_count and not run.changed_count
            self._finish(_("no pair could be bound") if failed else "")

    def _left(self) -> QuerySet[Twin]:
        """Pairs of the run that have not been tried."""
        run = self.run
        twins = Twin.objects.filter(connection=run.connection, state=Twin.State.WAITING)
        if [SURE, ""] in run.only:
            twins = twins.filter(is_sure=True)
        else:
            twins = twins.filter(pk__in=[int(pk) for _kind, pk in run.only])
        tried = run.rejections.filter(kind="twin").values_list("line", flat=True)
        return twins.exclude(pk__in=list(tried)).order_by("pk")

    def _take(self, ids: Sequence[int]) -> None:
        """Bind a portion; where that fails, each pair by itself."""
        try:
            self._bind(ids)
        except (leases.LostLease, OperationalError):
            raise
        except Exception as error:
            self.run.refresh_from_db(fields=["read_count", "changed_count", "rejected_count"])
            if len(ids) > 1:
                for pk in ids:
                    self._take([pk])
                return
            log.exception("pair %s of binding %s failed", ids[0], self.run.pk)
            self._reject(ids[0], error)

    def _bind(self, ids: Sequence[int]) -> None:
        run = self.run
        with transaction.atomic():
            count = bind(twin_ids=ids, run=run, by=run.by, at=timezone.now())
            run.read_count += len(ids)
            run.changed_count += count
            self._save()

    def _reject(self, twin_id: int, error: Exception) -> None:
        """Say why a pair was not bound; the pair itself goes on waiting."""
        run, now = self.run, timezone.now()
        with transaction.atomic():
            twin = Twin.objects.select_related("old", "new").get(pk=twin_id)
            # nothing to be tried again in quarantine: the pair waits among the likely twins
            Rejection.objects.create(
                run=run,
                line=twin_id,
                kind="twin",
                ref=twin.new.ref,
                reason=_("%(old)s and %(new)s were not bound: %(why)s")
                % {"old": twin.old, "new": twin.new, "why": portal_error(error)},
                resolution=Rejection.Resolution.DISMISSED,
                resolved_at=now,
            )
            run.read_count += 1
            run.rejected_count += 1
            self._save()

    def _save(self) -> None:
        """Part of the portion's transaction: the counts, and that the run is still ours."""
        self.run.save(update_fields=["read_count", "changed_count", "rejected_count"])
        if not leases.renew(lease_of_run(self.run.pk), self.owner):
            raise leases.LostLease

    def _finish(self, error: str) -> None:
        """Told before it is finished: a kill in between tells it again."""
        run = self.run
        tell(run.connection, at=timezone.now())
        ports.tell_mirror_changed()
        finish(run, error=error)


_KEPT = frozenset({"id", "connection", "archived", "changed_in", "changed_at", "ref", "product"})
"""Columns that do not go over with the words of the new row."""


def _bind(twin: Twin, batch: Batch, offers: Mapping[int, list[Offer]]) -> dict[int, int]:
    """Bind one pair; the new offers that are now old ones, by pk. `offers` are by product."""
    old, new = twin.old, twin.new
    dead, ref = old.ref, new.ref
    old_offers, new_offers = offers.get(old.pk, []), offers.get(new.pk, [])
    was_archived = new.archived
    _step_aside(new, batch)
    if new.receipt < old.receipt:
        # an older file, taken once more: 1C has said otherwise since
        dead, ref = ref, dead
    else:
        owners = owning.owners_of(twin.connection)
        _take_over(old, new, batch, owners, ref=ref, archived=was_archived)
    mapping: dict[int, int] = {}
    matched = _matched(old_offers, new_offers)
    for old_offer in old_offers:
        new_offer = matched.get(old_offer.pk)
        if new_offer is None:
            # 1C may yet tell it by the identifier its product has now
            head, mark, tail = old_offer.ref.partition("#")
            own = ref + mark + tail if head == dead else ""
            if own and not Offer.objects.filter(connection=old.connection, ref=own).exists():
                Offer.objects.filter(pk=old_offer.pk).update(ref=own[:REF_LENGTH], **_stamp(batch))
            continue
        own, was_archived = new_offer.ref, new_offer.archived
        _step_aside(new_offer, batch)
        if new_offer.receipt >= old_offer.receipt:
            owners = owning.owners_of(twin.connection) if old_offer.is_plain else {}
            _take_over(old_offer, new_offer, batch, owners, ref=own, archived=was_archived)
        _move_facets(old_offer, new_offer, batch)
        mapping[new_offer.pk] = old_offer.pk
    taken = set(mapping)
    Offer.objects.filter(pk__in=[one.pk for one in new_offers if one.pk not in taken]).update(
        product=old, **_stamp(batch)
    )
    twin.dead_ref = dead
    return mapping


def _settle(twins: Sequence[Twin], by: User | None, at: datetime) -> None:
    for twin in twins:
        twin.state, twin.decided_at, twin.decided_by = Twin.State.BOUND, at, by
    Twin.objects.bulk_update(twins, ["state", "dead_ref", "decided_at", "decided_by"])
    # the other guesses about these are out of date
    both = [pk for twin in twins for pk in (twin.old_id, twin.new_id)]
    others = Twin.objects.filter(state=Twin.State.WAITING)
    (others.filter(old_id__in=both) | others.filter(new_id__in=both)).delete()


def _stamp(batch: Batch) -> dict[str, Any]:
    return {"changed_in": batch.number, "changed_at": batch.at}


def _step_aside(row: Product | Offer, batch: Batch) -> None:
    """Archive a row under an identifier that 1C never tells."""
    mark = f"~{row.pk}"
    type(row).objects.filter(pk=row.pk).update(
        ref=row.ref[: REF_LENGTH - len(mark)] + mark, archived=True, **_stamp(batch)
    )


def _take_over(
    old: Any, new: Any, batch: Batch, owners: dict[str, Any], *, ref: str, archived: bool
) -> None:
    """Give the old row the identifier and the words of the new one, as owners of fields allow."""
    barred: set[str] = set()
    for name, owner in owners.items():
        columns = owning.FIELDS[name].columns
        is_full = not owning.is_empty(name, getattr(old, columns[0], None))
        if owner == owning.Owner.PORTAL or (owner == owning.Owner.FILL and is_full):
            barred.update(columns)
    words = {
        each.attname: getattr(new, each.attname)
        for each in old._meta.fields
        if each.name not in _KEPT and each.column not in barred
    }
    # the list that is told may leave these out
    for kept in ("description", "pictures", "name"):
        if kept in words and not words[kept]:
            del words[kept]
    type(old).objects.filter(pk=old.pk).update(**words, ref=ref, archived=archived, **_stamp(batch))


def _move_facets(old: Offer, new: Offer, batch: Batch) -> None:
    """Prices and stock go over with the newer word; where it has none, the old ones stay."""
    for model, column in ((OfferPrices, "amounts"), (OfferStock, "quantities")):
        told = model.objects.filter(offer=new).first()
        before = model.objects.filter(offer=old).first()
        if told is None or (before is not None and before.receipt > told.receipt):
            continue
        model.objects.filter(offer=old).delete()
        model.objects.create(
            offer=old,
            connection_id=old.connection_id,
            digest=told.digest,
            receipt=told.receipt,
            **{column: getattr(told, column)},
            **_stamp(batch),
        )
        told.delete()


def _matched(old: Sequence[Offer], new: Sequence[Offer]) -> dict[int, Offer]:
    """The new offer for each old one by its pk: by the identifier of the characteristic, by the
    characteristics, article, barcode or name, or because there is one on either side."""
    found: dict[int, Offer] = {}
    left_old, left_new = list(old), list(new)
    for sign in _OFFER_SIGNS:
        for one in list(left_old):
            own = sign(one)
            alike = [other for other in left_new if own and sign(other) == own]
            if len(alike) == 1 and sum(sign(other) == own for other in left_old) == 1:
                found[one.pk] = alike[0]
                left_old.remove(one)
                left_new.remove(alike[0])
    live = [one for one in left_old if not one.archived]
    if len(live) == len(left_new) == 1 and live[0].is_plain == left_new[0].is_plain:
        found[live[0].pk] = left_new[0]
    return found


def _characteristics(offer: Offer) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name_key(str(n)), name_key(str(v))) for n, v in offer.characteristics))


_OFFER_SIGNS: tuple[Callable[[Offer], Any], ...] = (
    lambda offer: "" if offer.is_plain else offer.ref.partition("#")[2],
    lambda offer: "plain" if offer.is_plain else "",
    _characteristics,
    lambda offer: offer.barcode,
    lambda offer: offer.sku_key,
    lambda offer: name_key(offer.name),
)
