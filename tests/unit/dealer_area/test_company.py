"""Making a company and changing its people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from wagtail.models import ModelLogEntry

from base.models import User
from dealer_area.access import Capability, capabilities_of
from dealer_area.authority import CompanyError, NotAllowed
from dealer_area.company import (
    add_legal_entity,
    add_membership,
    add_outlet,
    change_capabilities,
    change_role,
    create_dealer,
    set_member_active,
)
from dealer_area.models import Dealer, Membership, Role
from tests.factories.base import StaffFactory, UserFactory
from tests.factories.dealer_area import DealerFactory, MembershipFactory, OutletFactory
from tests.factories.sync import ConnectionFactory, CounterpartyFactory, PriceTypeFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
ALL_BUT_PEOPLE = frozenset(Capability) - {Capability.MANAGE_PEOPLE}


def director_of(dealer: Dealer) -> Membership:
    director: Membership = MembershipFactory(dealer=dealer, role=Role.DIRECTOR)
    return director


def manager_of(dealer: Dealer) -> User:
    """The supplier's person with the right to memberships."""
    manager: User = StaffFactory()
    manager.user_permissions.add(Permission.objects.get(codename="change_membership"))
    return manager


def test_a_dealer_is_made_by_the_installation() -> None:
    connection = ConnectionFactory()
    dealer = create_dealer(
        name="Кухни Урала", connection=connection, markup_percent=Decimal(40), by=None, at=AT
    )
    assert (dealer.connection, dealer.created_at, dealer.is_active) == (connection, AT, True)


def test_a_price_type_of_another_base_is_refused() -> None:
    with pytest.raises(CompanyError):
        create_dealer(
            name="Кухни Урала",
            connection=ConnectionFactory(),
            price_type=PriceTypeFactory(),
            markup_percent=Decimal(0),
            by=None,
            at=AT,
        )
    assert not Dealer.objects.exists()


def test_a_counterparty_belongs_to_one_dealer() -> None:
    dealer = DealerFactory()
    counterparty = CounterpartyFactory(connection=dealer.connection)
    told: dict[str, Any] = {"counterparty": counterparty, "name": "А", "inn": "", "kpp": ""}
    add_legal_entity(dealer=dealer, **told, by=None, at=AT)
    other = DealerFactory(connection=dealer.connection)
    with pytest.raises(CompanyError):
        add_legal_entity(dealer=other, **told, by=None, at=AT)


def test_an_outlet_is_added_and_noted() -> None:
    manager = manager_of(DealerFactory())
    outlet = add_outlet(dealer=DealerFactory(), name="Салон", address="Тверь", by=manager, at=AT)
    entry = ModelLogEntry.objects.for_instance(outlet).get()
    assert (entry.action, entry.user, entry.timestamp) == ("wagtail.create", manager, AT)


def test_a_director_adds_a_member() -> None:
    dealer = DealerFactory()
    outlet = OutletFactory(dealer=dealer)
    member = add_membership(
        user=UserFactory(),
        dealer=dealer,
        role=Role.SELLER,
        outlets=[outlet],
        by=director_of(dealer).user,
        at=AT,
    )
    assert list(member.outlets.all()) == [outlet]
    assert member.created_at == AT


def test_a_person_joins_a_dealer_once() -> None:
    member = MembershipFactory()
    with pytest.raises(CompanyError):
        add_membership(user=member.user, dealer=member.dealer, role=Role.BUYER, by=None, at=AT)


@pytest.mark.parametrize("role", [Role.HEAD, Role.BUYER, Role.SELLER, Role.ACCOUNTANT])
def test_other_roles_add_nobody(role: Role) -> None:
    member = MembershipFactory(role=role)
    with pytest.raises(NotAllowed):
        add_membership(
            user=UserFactory(), dealer=member.dealer, role=Role.SELLER, by=member.user, at=AT
        )


def test_a_director_has_no_say_at_another_dealer() -> None:
    director = director_of(DealerFactory())
    stranger = MembershipFactory()
    with pytest.raises(NotAllowed):
        set_member_active(membership=stranger, is_active=False, by=director.user, at=AT)
    stranger.refresh_from_db()
    assert stranger.is_active


def test_an_outlet_of_another_dealer_is_refused() -> None:
    dealer = DealerFactory()
    with pytest.raises(CompanyError):
        add_membership(
            user=UserFactory(),
            dealer=dealer,
            role=Role.SELLER,
            outlets=[OutletFactory()],
            by=director_of(dealer).user,
            at=AT,
        )


def test_staff_need_the_right_to_memberships() -> None:
    member = MembershipFactory(role=Role.SELLER)
    with pytest.raises(NotAllowed):
        change_role(membership=member, role=Role.BUYER, outlets=[], by=StaffFactory(), at=AT)
    change_role(membership=member, role=Role.BUYER, outlets=[], by=manager_of(member.dealer), at=AT)
    member.refresh_from_db()
    assert member.role == Role.BUYER


def test_another_role_starts_the_single_capabilities_anew() -> None:
    dealer = DealerFactory()
    member = MembershipFactory(
        dealer=dealer, role=Role.SELLER, granted=["approve"], revoked=["place_orders"]
    )
    change_role(membership=member, role=Role.BUYER, outlets=[], by=director_of(dealer).user, at=AT)
    member.refresh_from_db()
    assert (member.role, member.granted, member.revoked) == (Role.BUYER, [], [])


def test_the_same_role_keeps_the_single_capabilities() -> None:
    dealer = DealerFactory()
    outlet = OutletFactory(dealer=dealer)
    member = MembershipFactory(dealer=dealer, role=Role.SELLER, granted=["approve"])
    change_role(
        membership=member, role=Role.SELLER, outlets=[outlet], by=director_of(dealer).user, at=AT
    )
    member.refresh_from_db()
    assert member.granted == ["approve"]
    assert list(member.outlets.all()) == [outlet]


def test_capabilities_are_kept_as_differences_from_the_role() -> None:
    dealer = DealerFactory()
    member = MembershipFactory(dealer=dealer, role=Role.BUYER)
    change_capabilities(
        membership=member,
        wanted=[Capability.PLACE_ORDERS, Capability.APPROVE],
        by=director_of(dealer).user,
        at=AT,
    )
    member.refresh_from_db()
    assert (member.granted, member.revoked) == (["approve"], ["see_purchase_prices"])
    assert capabilities_of(member) == {Capability.PLACE_ORDERS, Capability.APPROVE}


def test_nobody_changes_his_own_rights() -> None:
    director = director_of(DealerFactory())
    with pytest.raises(NotAllowed):
        change_capabilities(membership=director, wanted=[], by=director.user, at=AT)
    with pytest.raises(NotAllowed):
        change_role(membership=director, role=Role.SELLER, outlets=[], by=director.user, at=AT)
    with pytest.raises(NotAllowed):
        set_member_active(membership=director, is_active=False, by=director.user, at=AT)


def test_nobody_gives_what_he_has_not() -> None:
    dealer = DealerFactory()
    head = MembershipFactory(dealer=dealer, role=Role.HEAD, granted=["manage_people"])
    seller = MembershipFactory(dealer=dealer, role=Role.SELLER)
    with pytest.raises(NotAllowed):
        change_capabilities(
            membership=seller, wanted=[Capability.SEE_SETTLEMENTS], by=head.user, at=AT
        )
    with pytest.raises(NotAllowed):
        change_role(membership=seller, role=Role.DIRECTOR, outlets=[], by=head.user, at=AT)
    change_capabilities(membership=seller, wanted=[Capability.APPROVE], by=head.user, at=AT)
    seller.refresh_from_db()
    assert capabilities_of(seller) == {Capability.APPROVE}


def test_nobody_touches_who_has_more() -> None:
    dealer = DealerFactory()
    director_of(dealer)
    other = director_of(dealer)
    head = MembershipFactory(dealer=dealer, role=Role.HEAD, granted=["manage_people"])
    with pytest.raises(NotAllowed):
        set_member_active(membership=other, is_active=False, by=head.user, at=AT)


def test_nobody_lets_in_again_who_has_more() -> None:
    dealer = DealerFactory()
    director_of(dealer)
    closed = MembershipFactory(dealer=dealer, role=Role.DIRECTOR, is_active=False)
    head = MembershipFactory(dealer=dealer, role=Role.HEAD, granted=["manage_people"])
    with pytest.raises(NotAllowed):
        set_member_active(membership=closed, is_active=True, by=head.user, at=AT)


def test_who_is_limited_to_outlets_gives_only_those() -> None:
    dealer = DealerFactory()
    own, other = OutletFactory(dealer=dealer), OutletFactory(dealer=dealer)
    head = MembershipFactory(
        dealer=dealer, role=Role.HEAD, granted=["manage_people"], outlets=[own]
    )
    seller = MembershipFactory(dealer=dealer, role=Role.SELLER, outlets=[own])
    for outlets in ([], [other], [own, other]):
        with pytest.raises(NotAllowed):
            change_role(membership=seller, role=Role.SELLER, outlets=outlets, by=head.user, at=AT)
    change_role(membership=seller, role=Role.SELLER, outlets=[own], by=head.user, at=AT)
    elsewhere = MembershipFactory(dealer=dealer, role=Role.SELLER, outlets=[other])
    with pytest.raises(NotAllowed):
        set_member_active(membership=elsewhere, is_active=False, by=head.user, at=AT)


@pytest.mark.parametrize(
    "change",
    [
        partial(change_role, role=Role.BUYER, outlets=[]),
        partial(change_capabilities, wanted=ALL_BUT_PEOPLE),
        partial(set_member_active, is_active=False),
    ],
)
def test_the_last_director_stays(change: Callable[..., None]) -> None:
    director = director_of(DealerFactory())
    manager = manager_of(director.dealer)
    with pytest.raises(CompanyError):
        change(membership=director, by=manager, at=AT)
    director.refresh_from_db()
    assert director.is_active
    assert capabilities_of(director) == frozenset(Capability)


def test_one_of_two_directors_may_go() -> None:
    dealer = DealerFactory()
    first, second = director_of(dealer), director_of(dealer)
    set_member_active(membership=second, is_active=False, by=first.user, at=AT)
    second.refresh_from_db()
    assert not second.is_active


def test_a_director_who_cannot_sign_in_does_not_count() -> None:
    dealer = DealerFactory()
    MembershipFactory(dealer=dealer, role=Role.DIRECTOR, user__is_active=False)
    director = director_of(dealer)
    with pytest.raises(CompanyError):
        set_member_active(membership=director, is_active=False, by=None, at=AT)


def test_a_dealer_without_a_director_can_be_changed() -> None:
    seller = MembershipFactory(role=Role.SELLER)
    set_member_active(membership=seller, is_active=False, by=None, at=AT)
    seller.refresh_from_db()
    assert not seller.is_active


def test_every_change_of_rights_is_noted() -> None:
    dealer = DealerFactory()
    director = director_of(dealer)
    seller = MembershipFactory(dealer=dealer, role=Role.SELLER)
    change_role(membership=seller, role=Role.BUYER, outlets=[], by=director.user, at=AT)
    change_capabilities(membership=seller, wanted=[Capability.APPROVE], by=director.user, at=AT)
    set_member_active(membership=seller, is_active=False, by=director.user, at=AT)
    set_member_active(membership=seller, is_active=False, by=director.user, at=AT)
    entries = ModelLogEntry.objects.for_instance(seller).filter(user=director.user)
    assert sorted(entry.action for entry in entries) == [
        "dealer_area.capabilities",
        "dealer_area.closed",
        "dealer_area.role",
    ]
