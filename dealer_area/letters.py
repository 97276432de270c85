"""Letters to the people of dealers."""

from __future__ import annotations

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from base.models import PortalSettings
from dealer_area.models import Invitation


def send_invitation(invitation: Invitation, link: str) -> None:
    """Send the letter with the link that lets in; an error of the mail server is raised."""
    words = {
        "invitation": invitation,
        "link": link,
        "supplier_name": PortalSettings.load().supplier_name,
    }
    subject = " ".join(render_to_string("dealer_area/mail/invitation_subject.txt", words).split())
    letter = EmailMultiAlternatives(
        subject,
        render_to_string("dealer_area/mail/invitation.txt", words),
        to=[invitation.email],
    )
    letter.attach_alternative(
        render_to_string("dealer_area/mail/invitation.html", words), "text/html"
    )
    letter.send()
