"""Invitations: one link, once, for seven days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError

from base.models import User
from dealer_area.authority import NotAllowed
from dealer_area.inviting import (
    LETTERS_PER_ADDRESS,
    LETTERS_PER_HOUR,
    LIFETIME,
    InvitationError,
    LinkIsDead,
    TooManyLetters,
    accept,
    accept_as,
    cancel,
    find,
    invite,
    invite_again,
)
from dealer_area.models import Invitation, Membership, Role
from tests.factories.base import PASSWORD, UserFactory
from tests.factories.dealer_area import MembershipFactory, OutletFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def director() -> Membership:
    member: Membership = MembershipFactory(role=Role.DIRECTOR)
    return member


def letter(director: Membership, **changes: Any) -> tuple[Invitation, str]:
    wanted: dict[str, Any] = {
        "dealer": director.dealer,
        "email": "Olga@Example.ru ",
        "name": "Ольга Соколова",
        "role": Role.SELLER,
        "outlets": [],
        "by": director.user,
        "at": AT,
    }
    return invite(**(wanted | changes))


def test_only_the_hash_of_the_token_is_kept(director: Membership) -> None:
    invitation, token = letter(director)
    assert token not in str(Invitation.objects.values().get(pk=invitation.pk))
    assert find(token, at=AT) == invitation
    assert invitation.email == "olga@example.ru"


def test_a_new_person_gets_account_and_membership(director: Membership) -> None:
    outlet = OutletFactory(dealer=director.dealer)
    _invitation, token = letter(director, outlets=[outlet])
    member = accept(token=token, name="Ольга", password=PASSWORD, at=AT)
    assert (member.dealer, member.role) == (director.dealer, Role.SELLER)
    assert list(member.outlets.all()) == [outlet]
    assert member.user.check_password(PASSWORD)
    assert member.user.name == "Ольга"
    assert not member.user.is_staff
    address = EmailAddress.objects.get(user=member.user)
    assert (address.email, address.verified, address.primary) == ("olga@example.ru", True, True)


def test_a_link_works_once(director: Membership) -> None:
    _invitation, token = letter(director)
    member = accept(token=token, name="", password=PASSWORD, at=AT)
    assert member.user.name == "Ольга Соколова"
    with pytest.raises(LinkIsDead):
        accept(token=token, name="", password=PASSWORD, at=AT)
    with pytest.raises(LinkIsDead):
        accept_as(token=token, by=member.user, at=AT)


def test_a_link_dies_after_its_time(director: Membership) -> None:
    _invitation, token = letter(director)
    assert find(token, at=AT + LIFETIME - timedelta(seconds=1))
    with pytest.raises(LinkIsDead):
        find(token, at=AT + LIFETIME)


def test_an_unknown_link_is_dead() -> None:
    with pytest.raises(LinkIsDead):
        find("", at=AT)


def test_a_link_dies_with_the_dealers_access(director: Membership) -> None:
    _invitation, token = letter(director)
    director.dealer.is_active = False
    director.dealer.save()
    with pytest.raises(LinkIsDead):
        find(token, at=AT)


def test_a_cancelled_link_is_dead(director: Membership) -> None:
    invitation, token = letter(director)
    cancel(invitation=invitation, by=director.user, at=AT)
    with pytest.raises(LinkIsDead):
        find(token, at=AT)


def test_sending_again_makes_a_new_link(director: Membership) -> None:
    outlet = OutletFactory(dealer=director.dealer)
    invitation, token = letter(director, outlets=[outlet])
    later = AT + timedelta(days=8)
    again, other = invite_again(invitation=invitation, by=director.user, at=later)
    with pytest.raises(LinkIsDead):
        find(token, at=AT)
    assert find(other, at=later) == again
    assert list(again.outlets.all()) == [outlet]
    assert list(Invitation.objects.for_dealer(director.dealer).waiting()) == [again]


def test_a_poor_password_uses_nothing_up(director: Membership) -> None:
    _invitation, token = letter(director)
    with pytest.raises(ValidationError):
        accept(token=token, name="Ольга", password="12345", at=AT)
    assert not User.objects.filter(email="olga@example.ru").exists()
    assert find(token, at=AT)


def test_a_password_like_the_address_is_refused(director: Membership) -> None:
    _invitation, token = letter(director)
    with pytest.raises(ValidationError):
        accept(token=token, name="Ольга", password="olga@example.ru", at=AT)


def test_who_has_an_account_only_gains_the_membership(director: Membership) -> None:
    user = UserFactory(email="olga@example.ru", name="Ольга С.")
    _invitation, token = letter(director)
    with pytest.raises(InvitationError):
        accept(token=token, name="Чужая", password="another-word-99", at=AT)
    member = accept_as(token=token, by=user, at=AT)
    user.refresh_from_db()
    assert member.user == user
    assert user.name == "Ольга С."
    assert user.check_password(PASSWORD)


def test_nobody_takes_anothers_invitation(director: Membership) -> None:
    _invitation, token = letter(director)
    with pytest.raises(NotAllowed):
        accept_as(token=token, by=UserFactory(), at=AT)
    assert find(token, at=AT)


def test_inviting_tells_nothing_about_accounts(director: Membership) -> None:
    UserFactory(email="known@example.ru")
    known, _token = letter(director, email="known@example.ru")
    unknown, _token = letter(director, email="unknown@example.ru")
    assert (known.role, known.expires_at) == (unknown.role, unknown.expires_at)


@pytest.mark.parametrize("is_active", [True, False])
def test_a_member_is_not_invited_again(director: Membership, is_active: bool) -> None:
    MembershipFactory(dealer=director.dealer, user__email="olga@example.ru", is_active=is_active)
    with pytest.raises(InvitationError):
        letter(director)


def test_only_who_manages_people_invites() -> None:
    with pytest.raises(NotAllowed):
        letter(MembershipFactory(role=Role.BUYER))


def test_nobody_invites_to_a_role_above_his_own() -> None:
    head = MembershipFactory(role=Role.HEAD, granted=["manage_people"])
    with pytest.raises(NotAllowed):
        letter(head, role=Role.DIRECTOR)
    assert letter(head, role=Role.SELLER)


def test_nobody_cancels_at_another_dealer(director: Membership) -> None:
    invitation, token = letter(director)
    stranger = MembershipFactory(role=Role.DIRECTOR)
    with pytest.raises(NotAllowed):
        cancel(invitation=invitation, by=stranger.user, at=AT)
    assert find(token, at=AT)


def test_letters_to_one_address_are_limited(director: Membership) -> None:
    for _ in range(LETTERS_PER_ADDRESS):
        letter(director)
    with pytest.raises(TooManyLetters):
        letter(director)
    assert letter(director, at=AT + timedelta(hours=1, seconds=1))


def test_letters_of_one_dealer_are_limited(director: Membership) -> None:
    for number in range(LETTERS_PER_HOUR):
        letter(director, email=f"seller{number}@example.ru")
    with pytest.raises(TooManyLetters):
        letter(director)
    other = MembershipFactory(role=Role.DIRECTOR)
    assert letter(other)
