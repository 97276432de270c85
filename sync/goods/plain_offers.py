"""Whether an offer without a characteristic is sold where its product also has variants.

A rule for each base of 1C (`Connection.plain_offers`):

- auto: it is sold while the product has no living variant, and again when the last one is gone;
- never: it is not sold once the product has had a variant, even one that is archived by now;
- always: it is sold beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db import connection as database
from django.db import transaction
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log

from base.models import User
from sync import ports
from sync.merging import Batch
from sync.models import Connection, Offer
from sync.portions import windows
from sync.staging import staging

Rule = Connection.PlainOffers
IN_WORDS = gettext_lazy(
    "1C may tell prices and stock of a product itself and of its variants (colour, size). “Sold"
    " where there are no variants”: the product itself is for sale until it gets a variant, and"
    " again when the last one is gone. “Always”: beside its variants too. “Never”: once it has had"
    " a variant, not any more. A change applies to all goods of the base at once."
)
"""The rules for whoever chooses one."""
_VARIANT = (
    "EXISTS (SELECT 1 FROM sync_offer x"
    " WHERE x.product_id = sync_offer.product_id AND NOT x.is_plain{living})"
)
_HIDDEN: Mapping[str, str] = MappingProxyType(
    {
        Rule.AUTO: _VARIANT.format(living=" AND NOT x.archived"),
        Rule.NEVER: _VARIANT.format(living=""),
        Rule.ALWAYS: "false",
    }
)
_DECIDE = """
    UPDATE sync_offer
    SET is_sold = NOT is_sold, changed_in = %s, changed_at = %s
    WHERE {among} AND is_plain AND is_sold = ({hidden})
"""


def decide(rule: str, batch: Batch, among: str, *params: Any) -> int:
    """Put right which plain offers are sold, among those of a condition; how many changed.

    Runs under the lock of the batch, whose number the rows get; the caller adds what changed.
    """
    hidden = _HIDDEN.get(rule, _HIDDEN[Rule.AUTO])
    with database.cursor() as cursor:
        cursor.execute(
            _DECIDE.format(among=among, hidden=hidden),
            [batch.number, database.ops.adapt_datetimefield_value(batch.at), *params],
        )
        return int(cursor.rowcount)


def apply_rule(*, connection: Connection, by: User | None, at: datetime) -> int:
    """Apply the rule of a base to all its offers, in portions; how many changed.

    Called when the rule has been changed; may be repeated: what is right already stays. Followers
    of the mirror are told.
    """
    own = staging(connection.pk)
    changed = 0
    for first, last in windows(Offer, connection.pk):
        with own.locked(lambda: None):
            batch = Batch(None, at)
            batch.changes = decide(
                connection.plain_offers,
                batch,
                "connection_id = %s AND id BETWEEN %s AND %s",
                connection.pk,
                first,
                last,
            )
            batch.settle()
        changed += batch.changes
    log(
        instance=connection,
        action="sync.goods.plain_offers",
        user=by,
        data={"rule": connection.plain_offers, "count": changed},
        timestamp=at,
    )
    if changed:
        transaction.on_commit(ports.tell_mirror_changed)
    return changed
