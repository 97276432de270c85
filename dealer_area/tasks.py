"""What dealers leave to the worker."""

from __future__ import annotations

from base.jobs import task
from dealer_area import hearing, letters
from dealer_area.models import Invitation, StatusMap


@task(retries=5, retry_delay=60)
def send_invitation(invitation_id: int, link: str) -> None:
    """Send the letter of an invitation, unless it was accepted or cancelled meanwhile."""
    invitation = (
        Invitation.objects.waiting()
        .select_related("dealer", "invited_by")
        .filter(pk=invitation_id)
        .first()
    )
    if invitation is not None:
        letters.send_invitation(invitation, link)


@task()
def take_status_again(status_map_id: int) -> None:
    """Bring the orders of a status of 1C up to the meaning it has been given."""
    row = StatusMap.objects.filter(pk=status_map_id).first()
    if row is not None:
        hearing.take_status_again(connection_id=row.connection_id, key=row.name_key)
