"""Who may do what at a dealer."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from dealer_area.access import (
    PRESETS,
    Capability,
    can,
    capabilities_of,
    membership_of,
    require,
    use_membership,
    visibility_of,
)
from dealer_area.models import Membership, Role
from tests.factories.base import StaffFactory, UserFactory
from tests.factories.dealer_area import DealerFactory, MembershipFactory
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db


def ask(user: Any, *, method: str = "get", **data: str) -> HttpRequest:
    request: HttpRequest = getattr(RequestFactory(), method)("/", data)
    request.user = user
    request.session = {}  # type: ignore[assignment]
    return request


def test_every_role_has_a_preset() -> None:
    assert set(PRESETS) == set(Role)


def test_director_has_every_capability() -> None:
    assert PRESETS[Role.DIRECTOR] == frozenset(Capability)


@pytest.mark.parametrize("capability", [Capability.SEE_PURCHASE_PRICES, Capability.SEE_SETTLEMENTS])
def test_seller_sees_neither_purchase_prices_nor_balance(capability: Capability) -> None:
    assert capability not in PRESETS[Role.SELLER]


def test_accountant_places_no_orders() -> None:
    assert Capability.PLACE_ORDERS not in PRESETS[Role.ACCOUNTANT]


def test_only_the_director_manages_people() -> None:
    assert [role for role in Role if Capability.MANAGE_PEOPLE in PRESETS[role]] == [Role.DIRECTOR]


def test_single_capabilities_are_given_and_taken() -> None:
    seller = MembershipFactory(
        role=Role.SELLER, granted=["see_purchase_prices"], revoked=["place_orders"]
    )
    assert capabilities_of(seller) == {Capability.SEE_PURCHASE_PRICES}


def test_what_is_taken_wins_over_what_is_given() -> None:
    seller = MembershipFactory(role=Role.SELLER, granted=["approve"], revoked=["approve"])
    assert not can(seller, Capability.APPROVE)


def test_an_unknown_capability_gives_nothing() -> None:
    seller = MembershipFactory(role=Role.SELLER, granted=["fly"])
    assert capabilities_of(seller) == PRESETS[Role.SELLER]


@pytest.mark.parametrize("what", ["membership", "dealer", "user"])
def test_nothing_is_allowed_when_inactive(what: str) -> None:
    director = MembershipFactory(role=Role.DIRECTOR)
    part = director if what == "membership" else getattr(director, what)
    part.is_active = False
    part.save()
    assert capabilities_of(director) == frozenset()
    assert membership_of(ask(director.user)) is None


def test_nobody_signed_in_has_no_membership() -> None:
    assert membership_of(ask(AnonymousUser())) is None


def test_the_oldest_membership_is_the_default() -> None:
    user = UserFactory()
    first, _second = MembershipFactory(user=user), MembershipFactory(user=user)
    assert membership_of(ask(user)) == first


def test_the_session_chooses_among_ones_own_memberships() -> None:
    user = UserFactory()
    MembershipFactory(user=user)
    second = MembershipFactory(user=user)
    request = ask(user)
    use_membership(request, second.pk)
    again = ask(user)
    again.session = request.session
    assert membership_of(again) == second


def test_a_session_choice_that_was_closed_gives_way() -> None:
    user = UserFactory()
    first, second = MembershipFactory(user=user), MembershipFactory(user=user)
    request = ask(user)
    use_membership(request, second.pk)
    Membership.objects.filter(pk=second.pk).update(is_active=False)
    again = ask(user)
    again.session = request.session
    assert membership_of(again) == first


def test_nobody_switches_to_anothers_membership() -> None:
    stranger = MembershipFactory()
    with pytest.raises(Http404):
        use_membership(ask(MembershipFactory().user), stranger.pk)


def test_finding_the_membership_costs_one_query(django_assert_num_queries: Any) -> None:
    user = UserFactory()
    MembershipFactory(user=user)
    MembershipFactory(user=user)
    request = ask(user)
    with django_assert_num_queries(1):
        found = membership_of(request)
        assert found is not None
        assert found.dealer.connection.name
        assert membership_of(request) == found


@require(Capability.PLACE_ORDERS)
def order(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.membership.pk))  # type: ignore[attr-defined]


def test_a_view_opens_to_the_capability() -> None:
    buyer = MembershipFactory(role=Role.BUYER)
    assert order(ask(buyer.user)).content.decode() == str(buyer.pk)  # type: ignore[attr-defined]


@pytest.mark.parametrize("make", [UserFactory, StaffFactory])
def test_a_view_is_closed_without_a_membership(make: Any) -> None:
    with pytest.raises(PermissionDenied):
        order(ask(make()))


def test_a_view_is_closed_without_the_capability() -> None:
    with pytest.raises(PermissionDenied):
        order(ask(MembershipFactory(role=Role.ACCOUNTANT).user))


def test_a_form_is_served_for_the_membership_it_was_made_for() -> None:
    user = UserFactory()
    MembershipFactory(user=user)
    second = MembershipFactory(user=user)
    answer = order(ask(user, method="post", membership=str(second.pk)))
    assert answer.content.decode() == str(second.pk)  # type: ignore[attr-defined]


def test_the_right_is_that_of_the_forms_membership() -> None:
    user = UserFactory()
    MembershipFactory(user=user, role=Role.BUYER)
    accountant = MembershipFactory(user=user, role=Role.ACCOUNTANT)
    with pytest.raises(PermissionDenied):
        order(ask(user, method="post", membership=str(accountant.pk)))


def test_a_form_for_anothers_membership_is_not_found() -> None:
    stranger = MembershipFactory()
    with pytest.raises(Http404):
        order(ask(MembershipFactory().user, method="post", membership=str(stranger.pk)))


def test_a_form_without_its_membership_is_refused() -> None:
    with pytest.raises(BadRequest):
        order(ask(MembershipFactory().user, method="post"))


def test_a_member_sees_his_dealers_base_only() -> None:
    ConnectionFactory()
    member = MembershipFactory(dealer=DealerFactory())
    assert visibility_of(member, member.user).connection_ids == {member.dealer.connection_id}


def test_staff_without_a_dealer_see_the_active_bases() -> None:
    active = ConnectionFactory()
    ConnectionFactory(is_active=False)
    assert visibility_of(None, StaffFactory()).connection_ids == {active.pk}


def test_a_person_without_a_dealer_sees_nothing() -> None:
    ConnectionFactory()
    assert visibility_of(None, UserFactory()).connection_ids == frozenset()
