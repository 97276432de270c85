"""What dealers leave to the worker."""

from __future__ import annotations

from base.jobs import task
from dealer_area import letters
from dealer_area.models import Invitation


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
