"""Registers of dealers: who sees them, what staff change, what a list costs."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail

from base.texts import name_key
from dealer_area.modeladmin import DealerGroup
from dealer_area.models import (
    Dealer,
    Invitation,
    Membership,
    Order,
    OrderEvent,
    OrderLine,
    Role,
    StatusMap,
)
from dealer_area.roles import GroupName
from tests.factories.admin import address, list_queries, registers, signed_in
from tests.factories.base import UserFactory
from tests.factories.dealer_area import (
    DealerFactory,
    LegalEntityFactory,
    MembershipFactory,
    OutletFactory,
)
from tests.factories.sync import (
    ConnectionFactory,
    ContractFactory,
    CounterpartyFactory,
    OfferFactory,
    PartnerFactory,
    PriceTypeFactory,
)

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


def order() -> Order:
    dealer = DealerFactory()
    offer = OfferFactory(product__connection=dealer.connection)
    made = Order.objects.create(
        number=str(1000 + Order.objects.count()),
        placement_key=uuid.uuid4(),
        connection=dealer.connection,
        dealer=dealer,
        outlet=OutletFactory(dealer=dealer),
        legal_entity=LegalEntityFactory(dealer=dealer),
        contract=ContractFactory(connection=dealer.connection),
        placed_by=UserFactory(),
        placed_at=AT,
        currency="RUB",
        vat_included=True,
        amount=Decimal("516.00"),
        vat_amount=Decimal("93.05"),
    )
    OrderLine.objects.create(
        order=made,
        position=1,
        offer=offer,
        offer_ref=offer.ref,
        sku="YK-110",
        name="Петля накладная",
        unit="шт",
        quantity=2,
        price=Decimal("258.00"),
        amount=Decimal("516.00"),
        vat_amount=Decimal("93.05"),
    )
    OrderEvent.objects.create(order=made, kind=OrderEvent.Kind.PLACED, note="по телефону", at=AT)
    return made


def invitation() -> Invitation:
    return Invitation.objects.create(
        dealer=DealerFactory(),
        email="olga@example.ru",
        role=Role.BUYER,
        token_hash=uuid.uuid4().hex,
        invited_at=AT,
        expires_at=AT,
    )


def status() -> StatusMap:
    name = f"Ждёт {StatusMap.objects.count()}"
    return StatusMap.objects.create(
        connection=ConnectionFactory(), name=name, name_key=name_key(name)
    )


MAKERS: dict[str, Any] = {
    "order": order,
    "dealer": DealerFactory,
    "membership": MembershipFactory,
    "invitation": invitation,
    "statusmap": status,
}
REGISTERS = registers(DealerGroup)


def register_of(model: Any) -> Any:
    return next(one for one in REGISTERS if one.model is model)


@pytest.mark.parametrize("register", REGISTERS, ids=lambda r: r.opts.model_name)
def test_a_register_opens_to_sales_and_not_to_others(register: Any) -> None:
    row = MAKERS[register.opts.model_name]()
    allowed = signed_in(GroupName.HEAD_OF_SALES)
    others = [signed_in(GroupName.ADVERTISING), signed_in(GroupName.CATALOGUE)]
    for target in (address(register, "index"), address(register, "inspect", row)):
        assert allowed.get(target).status_code == 200
        for other in others:
            assert other.get(target).status_code == 302


@pytest.mark.parametrize("register", REGISTERS, ids=lambda r: r.opts.model_name)
def test_a_list_costs_the_same_for_more_rows(register: Any) -> None:
    make, client = MAKERS[register.opts.model_name], signed_in(GroupName.HEAD_OF_SALES)
    few, many = list_queries(client, register, lambda _number: make())
    assert many <= few <= 20


@pytest.mark.parametrize("register", REGISTERS, ids=lambda r: r.opts.model_name)
def test_nothing_is_deleted(register: Any) -> None:
    row = MAKERS[register.opts.model_name]()
    signed_in(GroupName.HEAD_OF_SALES).post(address(register, "delete", row))
    assert register.model.objects.filter(pk=row.pk).exists()


def test_an_order_is_only_shown() -> None:
    made, register = order(), register_of(Order)
    client = signed_in(GroupName.HEAD_OF_SALES)
    text = client.get(address(register, "inspect", made)).content.decode()
    assert "Петля накладная" in text
    assert "516,00" in text
    assert "по телефону" in text
    assert client.get(address(register, "edit", made)).status_code == 302
    assert client.get(address(register, "create")).status_code == 302


def rows(prefix: str, values: list[dict[str, Any]], initial: int = 0) -> dict[str, Any]:
    """Fields of an inline formset."""
    found: dict[str, Any] = {
        f"{prefix}-TOTAL_FORMS": len(values),
        f"{prefix}-INITIAL_FORMS": initial,
        f"{prefix}-MIN_NUM_FORMS": 0,
        f"{prefix}-MAX_NUM_FORMS": 1000,
    }
    for number, row in enumerate(values):
        found |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
        found.setdefault(f"{prefix}-{number}-id", "")
        found.setdefault(f"{prefix}-{number}-DELETE", "")
    return found


def dealer_form(base: Any, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "name": "Кухни Урала",
        "is_active": "on",
        "connection": base.pk,
        "partner": "",
        "price_type": "",
        "markup_percent": "40",
    }
    return fields | rows("outlets", []) | rows("legal_entities", []) | changes


def test_a_dealer_is_made_with_outlets_and_legal_entities() -> None:
    base = ConnectionFactory()
    client, register = signed_in(GroupName.SALES), register_of(Dealer)
    assert client.get(address(register, "create")).status_code == 200
    counterparty = CounterpartyFactory(connection=base)
    outlets = rows("outlets", [{"name": "Салон", "address": "Пермь", "is_active": "on"}])
    entities = rows(
        "legal_entities",
        [{"name": "ООО «Урал»", "inn": "", "kpp": "", "counterparty": counterparty.pk}],
    )
    form = dealer_form(base, partner=PartnerFactory(connection=base).pk) | outlets | entities
    answer = client.post(address(register, "create"), form)
    assert answer.status_code == 302, answer.context["form"].errors
    made = Dealer.objects.get(name="Кухни Урала")
    assert made.outlets.get().address == "Пермь"
    assert made.legal_entities.get().counterparty == counterparty


@pytest.mark.parametrize("field", ["partner", "price_type"])
def test_a_dealer_keeps_to_one_base(field: str) -> None:
    make = PartnerFactory if field == "partner" else PriceTypeFactory
    client, register = signed_in(GroupName.SALES), register_of(Dealer)
    form = dealer_form(ConnectionFactory(), **{field: make().pk})
    assert client.post(address(register, "create"), form).status_code == 200
    assert not Dealer.objects.exists()


def test_a_dealers_legal_entity_keeps_to_the_base() -> None:
    client, register = signed_in(GroupName.SALES), register_of(Dealer)
    entity = {"name": "А", "inn": "", "kpp": "", "counterparty": CounterpartyFactory().pk}
    form = dealer_form(ConnectionFactory()) | rows("legal_entities", [entity])
    assert client.post(address(register, "create"), form).status_code == 200
    assert not Dealer.objects.exists()


def test_an_outlet_is_switched_off_and_not_deleted() -> None:
    outlet = OutletFactory()
    dealer = outlet.dealer
    client, register = signed_in(GroupName.SALES), register_of(Dealer)
    target = address(register, "edit", dealer)
    row = {"id": outlet.pk, "name": outlet.name, "address": "", "DELETE": "1"}
    form = dealer_form(dealer.connection) | rows("outlets", [row], initial=1)
    assert client.post(target, form).status_code == 200
    assert dealer.outlets.filter(is_active=True).exists()
    row = {"id": outlet.pk, "name": outlet.name, "address": ""}
    form = dealer_form(dealer.connection) | rows("outlets", [row], initial=1)
    assert client.post(target, form).status_code == 302
    assert not dealer.outlets.filter(is_active=True).exists()


def test_staff_change_a_member_by_the_rules() -> None:
    director = MembershipFactory(role=Role.DIRECTOR)
    client, register = signed_in(GroupName.SALES), register_of(Membership)
    target = address(register, "edit", director)
    assert client.get(target).status_code == 200
    assert client.post(target, {"role": "seller", "is_active": "on"}).status_code == 200
    director.refresh_from_db()
    assert director.role == Role.DIRECTOR
    MembershipFactory(dealer=director.dealer, role=Role.DIRECTOR)
    outlet = OutletFactory(dealer=director.dealer)
    form = {"role": "seller", "is_active": "on", "outlets": [outlet.pk]}
    assert client.post(target, form).status_code == 302
    director.refresh_from_db()
    assert (director.role, list(director.outlets.all())) == (Role.SELLER, [outlet])


def test_staff_invite_the_first_director(django_capture_on_commit_callbacks: Any) -> None:
    dealer = DealerFactory()
    client, register = signed_in(GroupName.SALES), register_of(Invitation)
    target = address(register, "create")
    assert client.get(target).status_code == 200
    form = {
        "dealer": dealer.pk,
        "email": "olga@example.ru",
        "name": "Ольга Соколова",
        "role": "director",
    }
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(target, form).status_code == 302
    assert mail.outbox[0].to == ["olga@example.ru"]
    assert Invitation.objects.get().role == Role.DIRECTOR


def test_a_status_of_1c_is_mapped_once_in_any_case() -> None:
    base = ConnectionFactory()
    client, register = signed_in(GroupName.INTEGRATION), register_of(StatusMap)
    target = address(register, "create")
    form = {"connection": base.pk, "name": "В Производстве", "status": "making"}
    assert client.post(target, form).status_code == 302
    assert StatusMap.objects.get().name_key == "в производстве"
    assert client.post(target, form | {"name": "в производстве"}).status_code == 200
    assert StatusMap.objects.count() == 1


def test_the_history_says_what_was_changed_and_by_whom() -> None:
    member = MembershipFactory(role=Role.SELLER)
    client, register = signed_in(GroupName.SALES), register_of(Membership)
    client.post(address(register, "edit", member), {"role": "buyer", "is_active": "on"})
    text = client.get(address(register, "history", member)).content.decode()
    assert "Изменены роль или торговые точки" in text


def test_the_first_screen_shows_the_last_orders_to_who_may_see_them() -> None:
    made = order()
    assert made.number in signed_in(GroupName.SALES).get("/cms/").content.decode()
    assert "516,00" not in signed_in(GroupName.EDITORS).get("/cms/").content.decode()
