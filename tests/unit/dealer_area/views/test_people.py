"""Pages about people: inviting, accepting, changing, switching."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from base.models import User
from dealer_area.access import SESSION_KEY
from dealer_area.models import Invitation, Membership, Role
from tests.factories.base import PASSWORD, UserFactory
from tests.factories.dealer_area import (
    DealerFactory,
    MembershipFactory,
    OutletFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def director() -> Membership:
    member: Membership = MembershipFactory(role=Role.DIRECTOR, user__name="Ирина Петрова")
    return member


@pytest.fixture
def signed_in(client: Client, director: Membership) -> Client:
    client.force_login(director.user)
    return client


def send_invitation(
    client: Client, director: Membership, capture: Any, **fields: Any
) -> tuple[Any, str]:
    """Fill in the form; the answer and the link of the letter ("" when there was none)."""
    wanted = {"membership": director.pk, "email": "olga@example.ru", "name": "Ольга Соколова"}
    with capture(execute=True):
        answer = client.post(reverse("dealer:invite"), wanted | {"role": "seller"} | fields)
    found = (
        re.search(r"http://testserver(/invitation/\S+)", str(mail.outbox[-1].body))
        if mail.outbox
        else None
    )
    return answer, found[1] if found else ""


def test_the_list_shows_only_the_own_company(signed_in: Client, director: Membership) -> None:
    colleague = MembershipFactory(dealer=director.dealer, user__name="Олег Зимин")
    stranger = MembershipFactory(user__name="Чужой Человек")
    text = signed_in.get(reverse("dealer:people")).content.decode()
    assert colleague.user.name in text
    assert stranger.user.name not in text


def test_the_list_costs_the_same_for_one_and_for_many(
    signed_in: Client, director: Membership
) -> None:
    def add(count: int) -> None:
        for number in range(count):
            outlet = OutletFactory(dealer=director.dealer)
            MembershipFactory(dealer=director.dealer, outlets=[outlet])
            Invitation.objects.create(
                dealer=director.dealer,
                email="a@example.ru",
                role=Role.BUYER,
                token_hash=f"{count}-{number}",
                invited_at="2026-11-24T09:00:00Z",
                expires_at="2026-12-01T09:00:00Z",
            ).outlets.add(outlet)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert signed_in.get(reverse("dealer:people")).status_code == 200
        return len(found)

    add(1)
    queries()  # the first request of a process makes the settings' row
    few = queries()
    add(12)
    assert queries() == few


@pytest.mark.parametrize("role", [Role.HEAD, Role.BUYER, Role.SELLER, Role.ACCOUNTANT])
@pytest.mark.parametrize("name", ["dealer:people", "dealer:invite"])
def test_the_pages_are_closed_to_other_roles(client: Client, role: Role, name: str) -> None:
    client.force_login(MembershipFactory(role=role).user)
    assert client.get(reverse(name)).status_code == 403


def test_another_dealers_person_is_not_found(signed_in: Client, director: Membership) -> None:
    stranger = MembershipFactory()
    address = reverse("dealer:member", args=[stranger.pk])
    assert signed_in.get(address).status_code == 404
    answer = signed_in.post(address, {"membership": director.pk, "action": "close"})
    assert answer.status_code == 404
    stranger.refresh_from_db()
    assert stranger.is_active


def test_another_dealers_outlet_cannot_be_given(signed_in: Client, director: Membership) -> None:
    member = MembershipFactory(dealer=director.dealer)
    foreign = OutletFactory()
    answer = signed_in.post(
        reverse("dealer:member", args=[member.pk]),
        {"membership": director.pk, "action": "place", "role": "seller", "outlets": [foreign.pk]},
    )
    assert answer.status_code == 422
    assert not member.outlets.exists()


@pytest.mark.parametrize("outlet", ["9" * 30, "-1", "x"])
def test_an_outlet_that_no_row_can_be_is_refused(
    signed_in: Client, director: Membership, outlet: str
) -> None:
    member = MembershipFactory(dealer=director.dealer)
    answer = signed_in.post(
        reverse("dealer:member", args=[member.pk]),
        {"membership": director.pk, "action": "place", "role": "seller", "outlets": outlet},
    )
    assert answer.status_code == 422


def test_role_and_outlets_are_changed(signed_in: Client, director: Membership) -> None:
    member = MembershipFactory(dealer=director.dealer)
    outlet = OutletFactory(dealer=director.dealer)
    answer = signed_in.post(
        reverse("dealer:member", args=[member.pk]),
        {"membership": director.pk, "action": "place", "role": "seller", "outlets": [outlet.pk]},
    )
    assert answer.status_code == 302
    member.refresh_from_db()
    assert (member.role, list(member.outlets.all())) == (Role.SELLER, [outlet])


def test_single_rights_are_changed(signed_in: Client, director: Membership) -> None:
    member = MembershipFactory(dealer=director.dealer, role=Role.BUYER)
    signed_in.post(
        reverse("dealer:member", args=[member.pk]),
        {"membership": director.pk, "action": "rights", "capabilities": ["place_orders"]},
    )
    member.refresh_from_db()
    assert member.revoked == ["see_purchase_prices"]


def test_closing_access_works_at_once(signed_in: Client, director: Membership) -> None:
    member = MembershipFactory(dealer=director.dealer, role=Role.DIRECTOR)
    theirs = Client()
    theirs.force_login(member.user)
    assert theirs.get(reverse("dealer:people")).status_code == 200
    address = reverse("dealer:member", args=[member.pk])
    signed_in.post(address, {"membership": director.pk, "action": "close"})
    assert theirs.get(reverse("dealer:people")).status_code == 403
    signed_in.post(address, {"membership": director.pk, "action": "open"})
    assert theirs.get(reverse("dealer:people")).status_code == 200


def test_ones_own_rights_cannot_be_changed(signed_in: Client, director: Membership) -> None:
    address = reverse("dealer:member", args=[director.pk])
    assert 'name="action"' not in signed_in.get(address).content.decode()
    signed_in.post(address, {"membership": director.pk, "action": "close"})
    director.refresh_from_db()
    assert director.is_active


def test_an_unknown_action_is_not_found(signed_in: Client, director: Membership) -> None:
    member = MembershipFactory(dealer=director.dealer)
    address = reverse("dealer:member", args=[member.pk])
    answer = signed_in.post(address, {"membership": director.pk, "action": "fire"})
    assert answer.status_code == 404


def test_the_letter_is_russian_and_its_link_lets_in(
    signed_in: Client, director: Membership, django_capture_on_commit_callbacks: Any
) -> None:
    answer, link = send_invitation(signed_in, director, django_capture_on_commit_callbacks)
    assert answer.status_code == 302
    letter = mail.outbox[0]
    assert letter.to == ["olga@example.ru"]
    assert "Приглашение" in letter.subject
    assert "Ирина Петрова" in letter.body
    assert isinstance(letter, mail.EmailMultiAlternatives)
    assert link in str(letter.alternatives)

    invited = Client()
    assert "Ольга Соколова" in invited.get(link).content.decode()
    poor = invited.post(link, {"name": "Ольга", "password": "12345"})
    assert poor.status_code == 422
    done = invited.post(link, {"name": "Ольга", "password": PASSWORD})
    assert (done.status_code, done["Location"]) == (302, "/")
    user = User.objects.get(email="olga@example.ru")
    assert invited.session["_auth_user_id"] == str(user.pk)
    assert Client().get(link).status_code == 410
    assert Client().login(email="olga@example.ru", password=PASSWORD)


def test_a_known_address_confirms_by_signing_in(
    signed_in: Client, director: Membership, django_capture_on_commit_callbacks: Any
) -> None:
    user = UserFactory(email="olga@example.ru")
    _answer, link = send_invitation(signed_in, director, django_capture_on_commit_callbacks)
    invited = Client()
    page = invited.get(link).content.decode()
    assert f"?next={link}" in page
    assert 'name="password"' not in page
    refused = invited.post(link, {"name": "Чужая", "password": "another-word-99"})
    assert refused.status_code == 422
    user.refresh_from_db()
    assert user.check_password(PASSWORD)

    signed = invited.post(
        f"{reverse('account_login')}?next={link}", {"login": user.email, "password": PASSWORD}
    )
    assert signed["Location"] == link
    assert invited.post(link)["Location"] == "/"
    assert Membership.objects.get(user=user).dealer == director.dealer


def test_somebody_else_cannot_take_the_invitation(
    signed_in: Client, director: Membership, django_capture_on_commit_callbacks: Any
) -> None:
    _answer, link = send_invitation(signed_in, director, django_capture_on_commit_callbacks)
    stranger = Client()
    stranger.force_login(UserFactory())
    assert 'name="password"' not in stranger.get(link).content.decode()
    stranger.post(link, {"name": "Чужая", "password": PASSWORD})
    assert not User.objects.filter(email="olga@example.ru").exists()


def test_the_answer_is_the_same_for_known_and_unknown_addresses(
    signed_in: Client, director: Membership, django_capture_on_commit_callbacks: Any
) -> None:
    UserFactory(email="known@example.ru")
    answers = []
    for email in ("known@example.ru", "fresh@example.ru"):
        send_invitation(signed_in, director, django_capture_on_commit_callbacks, email=email)
        text = signed_in.get(reverse("dealer:people")).content.decode()
        answers.append(email in text)
    assert answers == [True, True]
    assert len(mail.outbox) == 2


def test_a_refused_invitation_sends_no_letter(
    signed_in: Client, director: Membership, django_capture_on_commit_callbacks: Any
) -> None:
    MembershipFactory(dealer=director.dealer, user__email="olga@example.ru")
    answer, _link = send_invitation(signed_in, director, django_capture_on_commit_callbacks)
    assert answer.status_code == 422
    assert not mail.outbox


def test_an_invitation_is_sent_again_and_cancelled(
    signed_in: Client, director: Membership, django_capture_on_commit_callbacks: Any
) -> None:
    _answer, first = send_invitation(signed_in, director, django_capture_on_commit_callbacks)
    waiting = Invitation.objects.waiting().get()
    with django_capture_on_commit_callbacks(execute=True):
        signed_in.post(
            reverse("dealer:change-invitation", args=[waiting.pk]),
            {"membership": director.pk, "action": "again"},
        )
    assert len(mail.outbox) == 2
    assert Client().get(first).status_code == 410
    waiting = Invitation.objects.waiting().get()
    signed_in.post(
        reverse("dealer:change-invitation", args=[waiting.pk]),
        {"membership": director.pk, "action": "cancel"},
    )
    assert not Invitation.objects.waiting().exists()


def test_another_dealers_invitation_is_not_found(
    signed_in: Client, director: Membership, django_capture_on_commit_callbacks: Any
) -> None:
    send_invitation(signed_in, director, django_capture_on_commit_callbacks)
    waiting = Invitation.objects.waiting().get()
    other = MembershipFactory(role=Role.DIRECTOR)
    client = Client()
    client.force_login(other.user)
    answer = client.post(
        reverse("dealer:change-invitation", args=[waiting.pk]),
        {"membership": other.pk, "action": "cancel"},
    )
    assert answer.status_code == 404
    assert Invitation.objects.waiting().exists()


def test_a_person_switches_between_his_dealers(client: Client) -> None:
    user = UserFactory()
    MembershipFactory(user=user)
    second = MembershipFactory(user=user)
    client.force_login(user)
    assert client.post(reverse("dealer:switch"), {"membership": second.pk}).status_code == 302
    assert client.session[SESSION_KEY] == second.pk


@pytest.mark.parametrize("value", ["", "x", "0"])
def test_switching_to_nonsense_is_not_found(client: Client, value: str) -> None:
    client.force_login(MembershipFactory().user)
    assert client.post(reverse("dealer:switch"), {"membership": value}).status_code == 404


def test_switching_to_anothers_dealer_is_not_found(client: Client) -> None:
    stranger = MembershipFactory(dealer=DealerFactory())
    client.force_login(MembershipFactory().user)
    answer = client.post(reverse("dealer:switch"), {"membership": stranger.pk})
    assert answer.status_code == 404


@pytest.mark.parametrize("name", ["dealer:switch"])
def test_what_writes_is_not_done_by_a_link(signed_in: Client, name: str) -> None:
    assert signed_in.get(reverse(name)).status_code == 405


@pytest.mark.parametrize("name", ["dealer:people", "dealer:invite"])
def test_a_stranger_is_sent_to_the_sign_in(client: Client, name: str) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))
