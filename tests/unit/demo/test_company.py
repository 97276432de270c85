"""Dealers and staff are whole and plainly invented."""

from __future__ import annotations

from dealer_area.models import Role
from demo.assortment import PRICE_COLUMNS, STORES, Assortment
from demo.company import DEALERS, STAFF, email_of
from demo.identifiers import is_inn


def test_five_dealers_have_every_role_and_somewhere_to_work() -> None:
    assert len(DEALERS) == 5
    for company in DEALERS:
        assert {person.role for person in company.people} == set(Role.values)
        assert company.outlets
        assert all(party.contracts for party in company.parties)
        for person in company.people:
            assert (person.role == "seller") == (person.outlet is not None)
            assert person.outlet is None or person.outlet < len(company.outlets)


def test_inns_check_and_a_sole_trader_has_no_kpp() -> None:
    parties = [party for company in DEALERS for party in company.parties]
    assert all(is_inn(party.inn) for party in parties)
    assert len({party.inn for party in parties}) == len(parties)
    assert {(len(party.inn), len(party.kpp)) for party in parties} == {(10, 9), (12, 0)}


def test_addresses_are_unique_and_lead_nowhere() -> None:
    emails = [email_of(person, None) for person in STAFF]
    emails += [email_of(person, company) for company in DEALERS for person in company.people]
    assert len(set(emails)) == len(emails)
    assert all(email.endswith(".example") for email in emails)


def test_terms_name_what_exists() -> None:
    tops = {path[0] for path in Assortment().categories}
    for company in DEALERS:
        assert company.column in {column.key for column in PRICE_COLUMNS}
        assert company.store in {"", *(store.key for store in STORES)}
        assert {name for name, _weight in company.habits.tastes} <= tops


def test_contract_numbers_are_unique() -> None:
    numbers = [
        paper.number
        for company in DEALERS
        for party in company.parties
        for paper in party.contracts
    ]
    assert len(set(numbers)) == len(numbers)
