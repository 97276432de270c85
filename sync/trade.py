"""The portal's own word about price types of 1C."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from wagtail.log_actions import log

from base.models import User
from sync.models import PriceType


@transaction.atomic
def choose_default(
    *, price_type: PriceType, is_default: bool, by: User | None, at: datetime
) -> None:
    """Make a price type the default of its base, or leave the base without one.

    The default serves dealers whose terms name no price type; a base has at most one.
    """
    if is_default:
        others = PriceType.objects.filter(connection=price_type.connection_id, is_default=True)
        others.exclude(pk=price_type.pk).update(is_default=False)
    PriceType.objects.filter(pk=price_type.pk).update(is_default=is_default)
    price_type.is_default = is_default
    log(
        instance=price_type,
        action="wagtail.edit",
        user=by,
        data={"is_default": is_default},
        timestamp=at,
    )
