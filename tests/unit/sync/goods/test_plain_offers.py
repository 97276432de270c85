"""Plain offers beside variants, by the rule of the base."""

from __future__ import annotations

from typing import Any

import pytest
from wagtail.models import ModelLogEntry

from dealer_area.roles import GroupName
from sync import ports
from sync.goods import plain_offers
from sync.modeladmin import ExchangeGroup
from sync.models import ChangeBatch, Connection, Offer
from tests.factories.admin import address, registers, signed_in
from tests.factories.base import UserFactory
from tests.factories.commerceml import goods, offer, package, product, state_of_mirror, take
from tests.factories.sync import AT, ConnectionFactory

pytestmark = pytest.mark.django_db

REMOVED = "<Предложение Статус='Удален'><Ид>p#a</Ид><Наименование>А</Наименование></Предложение>"


def base_with(rule: str) -> Connection:
    base: Connection = ConnectionFactory(plain_offers=rule)
    take(
        base,
        goods(product("p"), product("q")) + package(offer("p"), offer("p#a", name="А"), offer("q")),
    )
    return base


def sold() -> set[str]:
    return set(Offer.objects.filter(is_sold=True).values_list("ref", flat=True))


@pytest.mark.parametrize(
    ("rule", "beside", "alone"),
    [
        ("auto", False, True),
        ("never", False, False),
        ("always", True, True),
    ],
)
def test_each_rule_beside_a_living_variant_and_after_it_is_gone(
    rule: str, *, beside: bool, alone: bool
) -> None:
    base = base_with(rule)
    assert ("p" in sold(), "p#a" in sold(), "q" in sold()) == (beside, True, True)

    take(base, package(REMOVED))

    assert ("p" in sold()) == alone


@pytest.mark.parametrize("before", ["auto", "always", "never"])
@pytest.mark.parametrize("after", ["auto", "always", "never"])
def test_a_changed_rule_leaves_the_base_as_if_it_had_always_been(before: str, after: str) -> None:
    base = base_with(before)
    take(base, package(REMOVED))
    base.plain_offers = after
    base.save()

    plain_offers.apply_rule(connection=base, by=None, at=AT)

    assert ("p" in sold()) == (after != "never")
    assert "q" in sold()


def test_the_change_is_told_counted_and_written_once(
    monkeypatch: Any, django_capture_on_commit_callbacks: Any
) -> None:
    base = base_with("auto")
    base.plain_offers = "always"
    base.save()
    heard: list[str] = []
    monkeypatch.setattr(ports, "tell_mirror_changed", lambda: heard.append("changed"))
    person = UserFactory()

    with django_capture_on_commit_callbacks(execute=True):
        assert plain_offers.apply_rule(connection=base, by=person, at=AT) == 1
    before = state_of_mirror()
    with django_capture_on_commit_callbacks(execute=True):
        assert plain_offers.apply_rule(connection=base, by=person, at=AT) == 0

    assert state_of_mirror() == before
    assert heard == ["changed"]
    assert Offer.objects.get(ref="p").changed_in == ChangeBatch.objects.latest("pk").pk
    entry = ModelLogEntry.objects.filter(action="sync.goods.plain_offers").earliest("pk")
    assert (entry.user, entry.data) == (person, {"rule": "always", "count": 1})
    assert "1" in entry.message


def test_another_base_is_not_touched() -> None:
    base, other = base_with("auto"), base_with("always")
    other_sold = set(Offer.objects.filter(connection=other, is_sold=True).values_list("pk"))

    plain_offers.apply_rule(connection=base, by=None, at=AT)

    assert set(Offer.objects.filter(connection=other, is_sold=True).values_list("pk")) == other_sold


def test_changing_the_rule_on_the_form_of_a_base_applies_it() -> None:
    base = base_with("auto")
    register = next(each for each in registers(ExchangeGroup) if each.model is Connection)
    browser = signed_in(GroupName.INTEGRATION)
    target = address(register, "edit", base)
    form = browser.get(target).context["form"]
    values = {name: form[name].value() for name in form.fields}
    data = {key: value for key, value in values.items() if value is not None and value is not False}

    answer = browser.post(target, {**data, "plain_offers": "always"})
    assert answer.status_code == 302, answer.context["form"].errors

    assert "p" in sold()
