"""Letters about alarms: to whoever keeps the exchange of a base, once for each of two events.

They are sent by tasks. Whoever sends one holds the lease of its alarm, and the row says that it was
told when the letter has gone: so two workers never send the same, and one that is killed in between
keeps nobody from a letter. It goes again when the lease has run out, perhaps for the second time.
"""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from base.jobs import task
from base.models import PortalSettings, User
from sync import leases
from sync.models import Alarm, Connection

log = logging.getLogger(__name__)

RIGHT = "change_connection"
"""Whoever has it gets the letters of a base that names nobody."""

QUIET = timedelta(hours=1)
"""The same trouble is told at most once in so long: what comes and goes fills no mailbox."""

STAYS_OVER = timedelta(minutes=5)
"""It is told to be over when it has been for so long."""

FORGOTTEN = timedelta(days=7)
"""No letter goes about what happened so long ago."""

LEASE_SECONDS = 900.0
"""A mail server may be slow; after so long whoever was sending a letter has been killed."""


@task(retries=5, retry_delay=60)
def tell(alarm_id: int) -> None:
    """Send the letter that an alarm is due for, if any: that it is red, or that it is over."""
    lease, owner = f"letter:{alarm_id}", secrets.token_hex(8)
    if not leases.acquire(lease, owner, seconds=LEASE_SECONDS):
        return
    try:
        at = timezone.now()
        alarm = Alarm.objects.select_related("connection").filter(pk=alarm_id).first()
        event = _due(alarm, at) if alarm else None
        if alarm is None or event is None:
            return
        _send(alarm, is_over=event == "told_over_at")
        Alarm.objects.filter(pk=alarm_id).update(**{event: at})
    finally:
        leases.release(lease, owner)


def tell_waiting(at: datetime) -> None:
    """Put the letters into the queue that are due and were not sent: put off, or in vain."""
    due = Alarm.objects.filter(
        Q(level=Alarm.Level.RED, closed_at=None, told_at=None)
        | Q(closed_at__lte=at - STAYS_OVER, told_at__isnull=False, told_over_at=None),
        opened_at__gt=at - FORGOTTEN,
    )
    for pk in due.order_by("pk").values_list("pk", flat=True):
        tell.later(pk)


def _due(alarm: Alarm, at: datetime) -> str | None:
    """The field of the letter that is to be sent now, which will say when that was."""
    if alarm.closed_at is None:
        if alarm.level != Alarm.Level.RED or alarm.told_at is not None or _told_lately(alarm, at):
            return None
        return "told_at"
    is_settled = alarm.closed_at <= at - STAYS_OVER
    if not is_settled or alarm.told_at is None or alarm.told_over_at is not None:
        return None
    return "told_over_at"


def _told_lately(alarm: Alarm, at: datetime) -> bool:
    return (
        Alarm.objects.filter(
            connection_id=alarm.connection_id,
            code=alarm.code,
            key=alarm.key,
            told_at__gt=at - QUIET,
        )
        .exclude(pk=alarm.pk)
        .exists()
    )


def recipients(connection: Connection) -> list[str]:
    """Addresses of the responsible that are addresses; else everyone who may change the base."""
    told = connection.responsible.replace(",", " ").replace(";", " ").split()
    found = list(dict.fromkeys(address for address in told if _is_address(address)))
    if found:
        return found
    right = Permission.objects.filter(content_type__app_label="sync", codename=RIGHT)
    people = User.objects.filter(
        Q(is_superuser=True)
        | Q(user_permissions__in=right)
        | Q(groups__in=Group.objects.filter(permissions__in=right)),
        is_active=True,
    )
    emails = people.exclude(email="").order_by("pk").values_list("email", flat=True)
    return list(dict.fromkeys(emails))


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _send(alarm: Alarm, *, is_over: bool) -> None:
    to = recipients(alarm.connection)
    if not to:
        log.warning("nobody is there to be told of alarm %s", alarm.pk)
        return
    with translation.override(settings.LANGUAGE_CODE):
        words = {
            "alarm": alarm,
            "is_over": is_over,
            "link": settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("exchange:board"),
            "supplier_name": PortalSettings.load().supplier_name,
        }
        subject = " ".join(render_to_string("sync/mail/alarm_subject.txt", words).split())
        letter = EmailMultiAlternatives(
            subject, render_to_string("sync/mail/alarm.txt", words), to=to
        )
        letter.attach_alternative(render_to_string("sync/mail/alarm.html", words), "text/html")
        letter.send()
