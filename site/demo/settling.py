"""What must stand before the demonstration's portal starts: its base of 1C, people and dealers.

Everything may be repeated: what is there already is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from base.models import PortalSettings, User
from dealer_area import company as companies
from dealer_area.models import Dealer, Membership, Outlet, Role
from dealer_area.roles import GroupName, ensure_groups
from demo.access import SignIns
from demo.assortment import Assortment
from demo.company import (
    CONNECTION_NAME,
    DEALERS,
    ONEC_USER,
    ORGANISATION,
    STAFF,
    SUPPLIER,
    SUPPLIER_EMAIL,
    SUPPLIER_PHONE,
    Company,
    Person,
    email_of,
)
from sync.models import Connection, Counterparty, Partner, PriceType
from sync.onec.records import (
    AgreementRecord,
    ContractRecord,
    CounterpartyRecord,
    PartnerRecord,
)
from sync.protocol.connections import create_connection, set_password
from sync.runs import inbound

FIELD_MAP = {
    "pack_multiple": "Кратность упаковки",
    "min_quantity": "Минимальная партия",
    "brand": "Бренд",
    "series": "Серия",
}
"""Which property of the demonstration's 1C fills which field of the mirror."""

GROUPS: dict[str, GroupName | None] = {
    "administrator": None,
    "advertising": GroupName.ADVERTISING,
    "editor": GroupName.EDITORS,
    "catalogue": GroupName.CATALOGUE,
    "sales": GroupName.SALES,
    "head_of_sales": GroupName.HEAD_OF_SALES,
    "finance": GroupName.FINANCE,
    "integration": GroupName.INTEGRATION,
}
"""The staff's jobs -> their groups; the administrator has every right without one."""


def name_supplier() -> None:
    """Name and contacts of the supplier in the portal's settings, unless they were edited."""
    settings: PortalSettings = PortalSettings.load()
    if settings.contact_email:
        return
    settings.supplier_name = SUPPLIER
    settings.contact_phone = SUPPLIER_PHONE
    settings.contact_email = SUPPLIER_EMAIL
    settings.save()


def connect(password: str) -> Connection:
    """The demonstration's base of 1C."""
    known = Connection.objects.filter(user=ONEC_USER).first()
    if known is not None:
        set_password(connection=known, password=password)
        return known
    return create_connection(
        name=CONNECTION_NAME,
        user=ONEC_USER,
        password=password,
        field_map=FIELD_MAP,
        family=Connection.Family.UT11,
    )


def tell_clients(connection: Connection, assortment: Assortment, at: datetime) -> None:
    """Partners, counterparties, agreements and contracts, as any channel of 1C tells them."""
    inbound.ingest(connection=connection, kind="partner", records=_partners(assortment), at=at)
    inbound.ingest(
        connection=connection, kind="counterparty", records=_counterparties(assortment), at=at
    )
    inbound.ingest(connection=connection, kind="agreement", records=_agreements(assortment), at=at)
    inbound.ingest(connection=connection, kind="contract", records=_contracts(assortment), at=at)


def settle_people(connection: Connection, assortment: Assortment, made: SignIns) -> None:
    """Staff in their groups, and the dealers with outlets, legal entities and people."""
    # one hash for all: the password is one, and hashing is slow on purpose
    hashed = make_password(made.people)
    ensure_groups()
    with transaction.atomic():
        for person in STAFF:
            _settle_staff(person, hashed)
    for company in DEALERS:
        if not Dealer.objects.filter(name=company.name, connection=connection).exists():
            with transaction.atomic():
                _settle_dealer(connection, assortment, company, hashed)


def _settle_staff(person: Person, hashed: str) -> None:
    group = GROUPS[person.role]
    user = _user(person, None, hashed)
    user.is_staff = True
    user.is_superuser = group is None
    user.save(update_fields=["is_staff", "is_superuser"])
    if group is not None:
        user.groups.add(Group.objects.get(name=group))


def _settle_dealer(
    connection: Connection, assortment: Assortment, company: Company, hashed: str
) -> None:
    at = timezone.now()
    dealer = companies.create_dealer(
        name=company.name,
        connection=connection,
        partner=Partner.objects.get(
            connection=connection, ref=assortment.ref("partner", company.key)
        ),
        price_type=PriceType.objects.get(
            connection=connection, ref=assortment.ref("price", company.column)
        ),
        markup_percent=company.markup,
        by=None,
        at=at,
    )
    outlets = [
        companies.add_outlet(dealer=dealer, name=name, address=address, by=None, at=at)
        for name, address in company.outlets
    ]
    for party in company.parties:
        companies.add_legal_entity(
            dealer=dealer,
            counterparty=Counterparty.objects.get(
                connection=connection, ref=assortment.ref("party", party.key)
            ),
            name=party.name,
            inn=party.inn,
            kpp=party.kpp,
            by=None,
            at=at,
        )
    for person in company.people:
        _join(dealer, company, person, outlets, hashed, at)


def _join(
    dealer: Dealer,
    company: Company,
    person: Person,
    outlets: list[Outlet],
    hashed: str,
    at: datetime,
) -> Membership:
    return companies.add_membership(
        user=_user(person, company, hashed),
        dealer=dealer,
        role=Role(person.role),
        outlets=() if person.outlet is None else (outlets[person.outlet],),
        by=None,
        at=at,
    )


def _user(person: Person, company: Company | None, hashed: str) -> User:
    email = email_of(person, company)
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, name=person.name)
    user.password = hashed
    user.save(update_fields=["password"])
    return user


def _partners(assortment: Assortment) -> Iterator[PartnerRecord]:
    for company in DEALERS:
        yield PartnerRecord(ref=assortment.ref("partner", company.key), name=company.name)


def _counterparties(assortment: Assortment) -> Iterator[CounterpartyRecord]:
    for company in DEALERS:
        for party in company.parties:
            yield CounterpartyRecord(
                ref=assortment.ref("party", party.key),
                partner_ref=assortment.ref("partner", company.key),
                name=party.name,
                full_name=party.full_name,
                inn=party.inn,
                kpp=party.kpp,
                kind="company" if party.kpp else "sole_trader",
            )


def _agreements(assortment: Assortment) -> Iterator[AgreementRecord]:
    for company in DEALERS:
        yield AgreementRecord(
            ref=assortment.ref("agreement", company.key),
            partner_ref=assortment.ref("partner", company.key),
            name=company.agreement,
            price_type_ref=assortment.ref("price", company.column),
            warehouse_ref=assortment.ref("store", company.store) if company.store else "",
            currency="RUB",
        )


def _contracts(assortment: Assortment) -> Iterable[ContractRecord]:
    for company in DEALERS:
        for party in company.parties:
            for paper in party.contracts:
                yield ContractRecord(
                    ref=assortment.ref("contract", paper.number),
                    counterparty_ref=assortment.ref("party", party.key),
                    partner_ref=assortment.ref("partner", company.key),
                    agreement_ref=assortment.ref("agreement", company.key),
                    number=paper.number,
                    name=f"Договор {paper.number} от {paper.signed_on:%d.%m.%Y}",
                    signed_on=paper.signed_on,
                    organisation_ref=assortment.ref("organisation", "main"),
                    organisation_name=ORGANISATION,
                    currency="RUB",
                    price_type_ref="",
                    credit_limit=paper.limit,
                    deferral_days=paper.days,
                )
