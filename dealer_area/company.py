"""Making and changing a dealer company: its outlets, legal entities, people and their rights.

Every verb is one transaction and leaves a row in the log. Who may change people is said in
`authority`; `by=None` is the installation itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from base.models import User
from dealer_area.access import PRESETS, Capability, can
from dealer_area.authority import CompanyError, authority_over
from dealer_area.models import Dealer, LegalEntity, Membership, Outlet, Role
from sync.models import Connection, Counterparty, Partner, PriceType


def create_dealer(
    *,
    name: str,
    connection: Connection,
    partner: Partner | None = None,
    price_type: PriceType | None = None,
    markup_percent: Decimal,
    by: User | None,
    at: datetime,
) -> Dealer:
    """A new dealer. CompanyError when partner or price type belong to another base of 1C."""
    for mirrored in (partner, price_type):
        _check_base(mirrored, connection)
    with transaction.atomic():
        dealer: Dealer = Dealer.objects.create(
            name=name,
            connection=connection,
            partner=partner,
            price_type=price_type,
            markup_percent=markup_percent,
            created_at=at,
        )
        note(dealer, "wagtail.create", by=by, at=at)
    return dealer


def add_outlet(*, dealer: Dealer, name: str, address: str, by: User | None, at: datetime) -> Outlet:
    """A new outlet of a dealer."""
    with transaction.atomic():
        outlet = Outlet.objects.create(dealer=dealer, name=name, address=address)
        note(outlet, "wagtail.create", by=by, at=at)
    return outlet


def add_legal_entity(
    *,
    dealer: Dealer,
    counterparty: Counterparty | None = None,
    name: str,
    inn: str,
    kpp: str,
    by: User | None,
    at: datetime,
) -> LegalEntity:
    """A new legal entity. CompanyError when the counterparty is of another base or taken."""
    _check_base(counterparty, dealer.connection)
    with transaction.atomic():
        if counterparty and LegalEntity.objects.filter(counterparty=counterparty).exists():
            raise CompanyError(_("This counterparty of 1C already belongs to a dealer."))
        entity = LegalEntity.objects.create(
            dealer=dealer, counterparty=counterparty, name=name, inn=inn, kpp=kpp
        )
        note(entity, "wagtail.create", by=by, at=at)
    return entity


def add_membership(
    *,
    user: User,
    dealer: Dealer,
    role: Role,
    outlets: Collection[Outlet] = (),
    by: User | None,
    at: datetime,
) -> Membership:
    """Let a person work for a dealer. CompanyError when he already does, NotAllowed by rights."""
    with transaction.atomic():
        _lock(dealer)
        authority_over(dealer, by).check_giving(role, outlets)
        if Membership.objects.filter(user=user, dealer=dealer).exists():
            raise CompanyError(_("This person already works for the company."))
        return join(user=user, dealer=dealer, role=role, outlets=outlets, by=by, at=at)


def join(
    *,
    user: User,
    dealer: Dealer,
    role: Role,
    outlets: Collection[Outlet],
    by: User | None,
    at: datetime,
) -> Membership:
    """Write a membership whose rights have been checked before (an accepted invitation)."""
    membership = Membership.objects.create(user=user, dealer=dealer, role=role, created_at=at)
    membership.outlets.set(outlets)
    note(membership, "dealer_area.joined", by=by, at=at, role=role)
    return membership


def change_role(
    *,
    membership: Membership,
    role: Role,
    outlets: Collection[Outlet],
    by: User | None,
    at: datetime,
) -> None:
    """Give another role or other outlets. With the role the single capabilities start anew."""
    with transaction.atomic():
        membership = _locked(membership)
        authority = authority_over(membership.dealer, by)
        authority.check_touching(membership)
        authority.check_giving(role, outlets)
        before = Role(membership.role)
        with _staying_led(membership.dealer):
            if role != before:
                membership.role = role
                membership.granted, membership.revoked = [], []
                membership.save(update_fields=["role", "granted", "revoked"])
            membership.outlets.set(outlets)
        note(
            membership,
            "dealer_area.role",
            by=by,
            at=at,
            before=before,
            role=role,
            outlets=[outlet.pk for outlet in outlets],
        )


def change_capabilities(
    *, membership: Membership, wanted: Iterable[Capability], by: User | None, at: datetime
) -> None:
    """Make `wanted` the capabilities of a member, as differences from his role."""
    wanted = frozenset(wanted)
    with transaction.atomic():
        membership = _locked(membership)
        authority = authority_over(membership.dealer, by)
        authority.check_touching(membership)
        authority.check_capabilities(wanted)
        preset = PRESETS[Role(membership.role)]
        with _staying_led(membership.dealer):
            membership.granted = sorted(wanted - preset)
            membership.revoked = sorted(preset - wanted)
            membership.save(update_fields=["granted", "revoked"])
        note(
            membership,
            "dealer_area.capabilities",
            by=by,
            at=at,
            granted=membership.granted,
            revoked=membership.revoked,
        )


def set_member_active(
    *, membership: Membership, is_active: bool, by: User | None, at: datetime
) -> None:
    """Close a member's access to the dealer, or open it again; what he did stays."""
    with transaction.atomic():
        membership = _locked(membership)
        authority_over(membership.dealer, by).check_touching(membership)
        if membership.is_active == is_active:
            return
        with _staying_led(membership.dealer):
            membership.is_active = is_active
            membership.save(update_fields=["is_active"])
        action = "dealer_area.opened" if is_active else "dealer_area.closed"
        note(membership, action, by=by, at=at)


def change_member(
    *,
    membership: Membership,
    role: Role,
    outlets: Collection[Outlet],
    is_active: bool,
    by: User | None,
    at: datetime,
) -> None:
    """Role, outlets and access in one: all or nothing. Raises as the single verbs."""
    with transaction.atomic():
        set_member_active(membership=membership, is_active=is_active, by=by, at=at)
        place = Role(membership.role), {outlet.pk for outlet in membership.outlets.all()}
        if place != (role, {outlet.pk for outlet in outlets}):
            change_role(membership=membership, role=role, outlets=outlets, by=by, at=at)


def note(
    instance: models.Model, action: str, *, by: User | None, at: datetime, **data: Any
) -> None:
    """Write down who did what to a part of the company."""
    log(
        instance=instance,
        action=action,
        user=by,
        data=data or None,
        timestamp=at,
    )


@contextmanager
def _staying_led(dealer: Dealer) -> Iterator[None]:
    """Changes after which a dealer who had a director still has one. CompanyError otherwise."""
    was_led = _is_led(dealer)
    yield
    if was_led and not _is_led(dealer):
        raise CompanyError(
            _("The company would have no director who manages people. Appoint another one first.")
        )


def _is_led(dealer: Dealer) -> bool:
    """Whether a director who can sign in manages the people."""
    directors = Membership.objects.directors(dealer).select_related("user", "dealer")
    return any(can(director, Capability.MANAGE_PEOPLE) for director in directors)


def _check_base(
    mirrored: Partner | PriceType | Counterparty | None, connection: Connection
) -> None:
    if mirrored is not None and mirrored.connection_id != connection.pk:
        raise CompanyError(_("This object belongs to another base of 1C."))


def _lock(dealer: Dealer) -> None:
    """Changes of one company's people wait for each other."""
    Dealer.objects.select_for_update().get(pk=dealer.pk)


def _locked(membership: Membership) -> Membership:
    """The membership as it is now, with its company locked."""
    _lock(membership.dealer)
    return Membership.objects.select_related("user", "dealer").get(pk=membership.pk)
