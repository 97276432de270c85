"""What people decide about a base, in the history that the admin keeps of it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy
from wagtail.log_actions import log

from base.models import User
from sync.models import Connection

ACTIONS = {
    "sync.base.connect": gettext_lazy("Base of 1C connected"),
    "sync.base.password": gettext_lazy("New password of 1C"),
    "sync.quarantine.put_aside": gettext_lazy("Rejected objects put aside"),
    "sync.quarantine.forget": gettext_lazy("Waiting offers forgotten"),
    "sync.twins.apart": gettext_lazy("Likely twins left as two products"),
    "sync.absence.hide": gettext_lazy("Goods no longer told hidden"),
    "sync.absence.leave": gettext_lazy("Goods no longer told left as they are"),
    "sync.token.issue": gettext_lazy("Key issued"),
    "sync.token.revoke": gettext_lazy("Key revoked"),
    "sync.access.odata": gettext_lazy("OData access changed"),
    "sync.access.kinds": gettext_lazy("Kinds fetched by OData chosen"),
}
"""The decisions, in words."""


def record(
    connection: Connection, action: str, *, by: User | None, at: datetime, what: str
) -> None:
    """Write a decision of :data:`ACTIONS` down; `what` it was about stands behind the words."""
    log(instance=connection, action=action, user=by, data={"what": what}, timestamp=at)
