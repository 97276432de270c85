"""Inviting people to a dealer: a letter with a link that lets in once.

Only the hash of the link's token is kept. Each letter is a row, so that rows count letters: a
repeated invitation cancels the earlier row and makes its link dead.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.translation import gettext as _

from base.models import User
from dealer_area.authority import CompanyError, NotAllowed, authority_over
from dealer_area.company import join, note
from dealer_area.models import Dealer, Invitation, Membership, Outlet, Role

LIFETIME = timedelta(days=7)
LETTERS_PER_HOUR = 30
"""Letters that one dealer may send in an hour."""
LETTERS_PER_ADDRESS = 3
"""Letters of one dealer to one address in an hour."""


class InvitationError(CompanyError):
    """The invitation cannot be made or used; the text is for the person."""


class TooManyLetters(InvitationError):
    """The dealer or the address had enough letters for now."""


class LinkIsDead(InvitationError):
    """The link is unknown, used, cancelled or expired: which of these is not told."""


def invite(
    *,
    dealer: Dealer,
    email: str,
    name: str,
    role: Role,
    outlets: Collection[Outlet],
    by: User | None,
    at: datetime,
) -> tuple[Invitation, str]:
    """Make an invitation and the token of its link, which is kept nowhere.

    Whether the address has an account plays no part. Raises NotAllowed as `Authority.check_giving`,
    InvitationError when the person is at the dealer already, TooManyLetters.
    """
    email = email.strip().lower()
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        Dealer.objects.select_for_update().get(pk=dealer.pk)
        authority_over(dealer, by).check_giving(role, outlets)
        if Membership.objects.filter(dealer=dealer, user__email=email).exists():
            raise InvitationError(
                _("This person is already in the list: change or open his access there.")
            )
        _check_letters(dealer, email, at)
        Invitation.objects.for_dealer(dealer).waiting().filter(email=email).update(cancelled_at=at)
        invitation = Invitation.objects.create(
            dealer=dealer,
            email=email,
            name=name.strip(),
            role=role,
            token_hash=token_hash(token),
            invited_by=by,
            invited_at=at,
            expires_at=at + LIFETIME,
        )
        invitation.outlets.set(outlets)
        note(invitation, "dealer_area.invited", by=by, at=at, role=role)
    return invitation, token


def invite_again(
    *, invitation: Invitation, by: User | None, at: datetime
) -> tuple[Invitation, str]:
    """Send an invitation anew: a new link, the old one is dead. Raises as `invite`."""
    return invite(
        dealer=invitation.dealer,
        email=invitation.email,
        name=invitation.name,
        role=Role(invitation.role),
        outlets=list(invitation.outlets.all()),
        by=by,
        at=at,
    )


def cancel(*, invitation: Invitation, by: User | None, at: datetime) -> None:
    """Make the link of an invitation dead. Raises NotAllowed as if it were made now."""
    with transaction.atomic():
        authority_over(invitation.dealer, by).check_giving(
            Role(invitation.role), invitation.outlets.all()
        )
        if Invitation.objects.waiting().filter(pk=invitation.pk).update(cancelled_at=at):
            note(invitation, "dealer_area.uninvited", by=by, at=at)


def find(token: str, *, at: datetime) -> Invitation:
    """The open invitation behind a link. Raises LinkIsDead."""
    found = (
        Invitation.objects.open_at(at)
        .select_related("dealer", "invited_by")
        .filter(token_hash=token_hash(token))
        .first()
    )
    if found is None:
        raise LinkIsDead(_("The link does not work any more."))
    return found


def account_of(invitation: Invitation) -> User | None:
    """The account that the invited address already has: its owner confirms by signing in."""
    return User.objects.filter(email=invitation.email).first()


def accept(*, token: str, name: str, password: str, at: datetime) -> Membership:
    """Make the account of a new person and let him work for the dealer.

    Raises LinkIsDead, InvitationError when the address has got an account meanwhile, and
    django's ValidationError when the password is a poor one.
    """
    with transaction.atomic():
        invitation = _take(token, at)
        if account_of(invitation) is not None:
            raise InvitationError(_("Sign in to accept the invitation."))
        user = User(email=invitation.email, name=name.strip() or invitation.name)
        validate_password(password, user)
        user.set_password(password)
        user.save()
        # the letter reached him: the address is his
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return _join(invitation, user, at)


def accept_as(*, token: str, by: User, at: datetime) -> Membership:
    """Let the signed-in owner of the invited address work for the dealer.

    Raises LinkIsDead, and NotAllowed when the invitation is for another address.
    """
    with transaction.atomic():
        invitation = _take(token, at)
        if by.email != invitation.email:
            raise NotAllowed(_("The invitation is for another e-mail."))
        return _join(invitation, by, at)


def token_hash(token: str) -> str:
    """What is kept of a token: it is random and long, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def _take(token: str, at: datetime) -> Invitation:
    """Use an invitation up; of two at once one succeeds."""
    invitation = find(token, at=at)
    if not Invitation.objects.open_at(at).filter(pk=invitation.pk).update(accepted_at=at):
        raise LinkIsDead(_("The link does not work any more."))
    return invitation


def _join(invitation: Invitation, user: User, at: datetime) -> Membership:
    if Membership.objects.filter(user=user, dealer=invitation.dealer).exists():
        raise InvitationError(_("This person already works for the company."))
    return join(
        user=user,
        dealer=invitation.dealer,
        role=Role(invitation.role),
        outlets=list(invitation.outlets.all()),
        by=user,
        at=at,
    )


def _check_letters(dealer: Dealer, email: str, at: datetime) -> None:
    recent = Invitation.objects.filter(dealer=dealer, invited_at__gt=at - timedelta(hours=1))
    if recent.count() >= LETTERS_PER_HOUR:
        raise TooManyLetters(_("Too many invitations in an hour. Go on a little later."))
    if recent.filter(email=email).count() >= LETTERS_PER_ADDRESS:
        raise TooManyLetters(_("This address had several letters just now. Try in an hour."))
