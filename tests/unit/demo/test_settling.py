"""People, dealers and their terms are made once, and completed when they were broken off."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password

from base.models import PortalSettings, User
from dealer_area.models import Dealer, LegalEntity, Membership, Role
from dealer_area.roles import GroupName
from dealer_area.terms import available_contracts, terms_for
from demo import settling
from demo.access import SignIns
from demo.assortment import Assortment
from demo.company import DEALERS, STAFF, email_of
from sync.models import Connection, Contract
from sync.protocol.connections import authenticate

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MADE = SignIns("people-password", "onec-password")


def _settle() -> Connection:
    assortment = Assortment()
    connection = settling.connect(MADE.onec)
    settling.tell_clients(connection, assortment, AT)
    settling.settle_people(connection, assortment, MADE)
    return connection


def test_everybody_can_sign_in_and_1c_can_exchange() -> None:
    connection = _settle()
    assert authenticate("ut11", MADE.onec) == connection
    assert connection.field_map["brand"] == "Бренд"
    people = len(STAFF) + sum(len(company.people) for company in DEALERS)
    users = User.objects.all()
    assert len(users) == people
    hashes = {user.password for user in users}
    assert len(hashes) == 1
    assert check_password(MADE.people, hashes.pop())


def test_staff_have_their_groups_and_one_has_every_right() -> None:
    _settle()
    staff = {
        email.split("@")[0]: (user.is_superuser, [group.name for group in user.groups.all()])
        for user in User.objects.filter(is_staff=True)
        for email in [user.email]
    }
    assert staff["admin"] == (True, [])
    assert staff["reklama"] == (False, [GroupName.ADVERTISING])
    assert len(staff) == len(STAFF)


def test_dealers_buy_under_the_terms_of_1c() -> None:
    _settle()
    for company in DEALERS:
        dealer = Dealer.objects.get(name=company.name)
        contracts = list(available_contracts(dealer))
        assert {row.number for row in contracts} == {
            paper.number for party in company.parties for paper in party.contracts
        }
        director = Membership.objects.select_related("dealer").get(
            dealer=dealer, role=Role.DIRECTOR
        )
        terms = terms_for(director)
        assert terms is not None
        assert terms.price_type_id == dealer.price_type_id
        assert (terms.warehouse_id is None) == (not company.store)
        assert terms.markup_percent == company.markup
        sellers = Membership.objects.filter(dealer=dealer, role=Role.SELLER)
        assert all(seller.outlets.count() == 1 for seller in sellers)


def test_a_second_time_makes_nothing_new() -> None:
    _settle()
    before = [model.objects.count() for model in (User, Dealer, LegalEntity, Membership, Contract)]
    _settle()
    assert before == [
        model.objects.count() for model in (User, Dealer, LegalEntity, Membership, Contract)
    ]


def test_what_was_broken_off_is_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    joined = settling._join

    def broken(dealer: Dealer, company: Any, *rest: Any) -> Membership:
        if company is DEALERS[2]:
            raise KeyboardInterrupt
        return joined(dealer, company, *rest)

    monkeypatch.setattr(settling, "_join", broken)
    with pytest.raises(KeyboardInterrupt):
        _settle()
    monkeypatch.undo()
    _settle()
    assert Dealer.objects.count() == len(DEALERS)
    for company in DEALERS:
        emails = {email_of(person, company) for person in company.people}
        assert (
            set(
                Membership.objects.filter(dealer__name=company.name).values_list(
                    "user__email", flat=True
                )
            )
            == emails
        )


def test_the_suppliers_name_is_set_once() -> None:
    settling.name_supplier()
    settings: PortalSettings = PortalSettings.load()
    assert settings.supplier_name == "Северный фасад"
    settings.supplier_name = "Другое имя"
    settings.save()
    settling.name_supplier()
    assert PortalSettings.load().supplier_name == "Другое имя"
