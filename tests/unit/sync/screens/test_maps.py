"""The maps in the admin: who sees and saves them, what is saved, what a page costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dealer_area.models import StatusMap
from dealer_area.roles import GroupName
from sync.models import Alias, PriceType
from sync.screens.maps import TABS
from tests.factories.admin import signed_in
from tests.factories.sync import (
    AT,
    ConnectionFactory,
    PriceTypeFactory,
    WarehouseFactory,
)

pytestmark = pytest.mark.django_db


def at(base: Any, tab: str) -> str:
    return reverse("exchange:map", args=[base.pk, tab])


def word(base: Any, told: str, kind: str = "unit", means: str = "") -> Alias:
    return Alias.objects.create(connection=base, kind=kind, told=told, means=means, seen_at=AT)


def status(base: Any, name: str, meaning: str = "") -> StatusMap:
    return StatusMap.objects.create(
        connection=base, name=name, name_key=name.casefold(), status=meaning
    )


def is_refused(answer: Any) -> bool:
    """The admin leads whoever may not back to its first screen."""
    return bool(answer.status_code == 302 and answer["Location"] == reverse("wagtailadmin_home"))


@pytest.fixture
def integrator() -> Client:
    return signed_in(GroupName.INTEGRATION)


def test_the_menu_leads_to_the_base_and_map_that_ask_most(integrator: Client) -> None:
    PriceTypeFactory(connection=ConnectionFactory(), vat_included=None)
    busy = ConnectionFactory()
    word(busy, "вязанка")
    word(busy, "пучок")

    answer = integrator.get(reverse("exchange:maps"))

    assert answer["Location"] == at(busy, "units")


def test_the_board_leads_to_the_maps_of_its_base(integrator: Client) -> None:
    quiet, busy = ConnectionFactory(), ConnectionFactory()
    word(quiet, "у.е.", "currency")
    for told in ("вязанка", "пучок"):
        word(busy, told)
    page = integrator.get(reverse("exchange:board")).content.decode()
    target = f"{reverse('exchange:maps')}?base={quiet.pk}"
    assert target in page

    assert integrator.get(target)["Location"] == at(quiet, "currencies")


def test_without_a_base_there_is_nothing_to_map(integrator: Client) -> None:
    answer = integrator.get(reverse("exchange:maps"))

    assert answer["Location"] == reverse("sync_connection_modeladmin_index")


@pytest.mark.parametrize("tab", list(TABS))
def test_each_map_can_be_empty(integrator: Client, tab: str) -> None:
    base = ConnectionFactory()

    page = integrator.get(at(base, tab))

    assert page.status_code == 200
    assert b'class="xch-empty"' in page.content


def test_tabs_count_what_is_unmapped_and_unmapped_rows_come_first(integrator: Client) -> None:
    base = ConnectionFactory()
    word(base, "аршин", means="арш")
    word(base, "вязанка")

    page = integrator.get(at(base, "units"))

    counts = {str(url): count for url, _label, count, _open in page.context["tabs"]}
    assert counts[at(base, "units")] == 1
    assert [form.row.told for form in page.context["rows"]] == ["вязанка", "аршин"]
    assert page.content.decode().count('class="w-status xch-unmapped"') == 1


def test_a_price_type_is_named_made_default_and_told_of_vat(integrator: Client) -> None:
    base = ConnectionFactory()
    asked = PriceTypeFactory(connection=base, name="Дилер", vat_included=None)
    former = PriceTypeFactory(connection=base, name="Опт", is_default=True)
    assert integrator.get(at(base, "price_types")).context["rows"][0].row.asks == ("vat",)

    answer = integrator.post(
        at(base, "price_types"),
        {
            "row": [asked.pk, former.pk],
            f"{asked.pk}-title": "Дилеры Казани",
            f"{asked.pk}-vat": "no",
            f"{former.pk}-title": "",
            # 1C has said it: nobody is asked, nothing is taken
            f"{former.pk}-vat": "no",
            "default": asked.pk,
        },
    )

    assert answer.status_code == 302
    asked.refresh_from_db()
    former.refresh_from_db()
    assert (str(asked), asked.has_vat_inside, asked.is_default) == ("Дилеры Казани", False, True)
    assert (former.has_vat_inside, former.vat_answer, former.is_default) == (True, None, False)


def test_no_default_at_all_can_be_chosen_and_is_warned_of(integrator: Client) -> None:
    base = ConnectionFactory()
    kind = PriceTypeFactory(connection=base, is_default=True)

    integrator.post(
        at(base, "price_types"), {"row": kind.pk, f"{kind.pk}-title": "", "default": ""}
    )

    assert not PriceType.objects.get().is_default
    assert not integrator.get(at(base, "price_types")).context["is_used"]


def test_a_row_that_the_person_has_not_seen_is_not_touched(integrator: Client) -> None:
    base = ConnectionFactory()
    seen = WarehouseFactory(connection=base, title="Старое")
    unseen = WarehouseFactory(connection=base, title="Новый склад")

    integrator.post(at(base, "warehouses"), {"row": seen.pk, f"{seen.pk}-title": "Тверь"})

    seen.refresh_from_db()
    unseen.refresh_from_db()
    assert (seen.title, seen.is_sold_from) == ("Тверь", False)
    assert (unseen.title, unseen.is_sold_from) == ("Новый склад", True)


def test_a_row_of_another_base_is_not_touched(integrator: Client) -> None:
    base, foreign = ConnectionFactory(), WarehouseFactory(title="Чужой")

    integrator.post(at(base, "warehouses"), {"row": foreign.pk, f"{foreign.pk}-title": "Тверь"})

    foreign.refresh_from_db()
    assert foreign.title == "Чужой"


def test_a_currency_that_is_none_is_shown_with_its_error_and_the_rest_is_saved(
    integrator: Client,
) -> None:
    base = ConnectionFactory()
    wrong, right = word(base, "у.е.", "currency"), word(base, "крб", "currency")

    answer = integrator.post(
        at(base, "currencies"),
        {"row": [wrong.pk, right.pk], f"{wrong.pk}-means": "доллар", f"{right.pk}-means": "byn"},
    )

    assert answer.status_code == 422
    assert b'class="xch-error" role="alert"' in answer.content
    assert 'value="доллар"' in answer.content.decode()
    right.refresh_from_db()
    assert right.means == "BYN"


def test_one_more_word_is_added_and_a_second_time_refused(integrator: Client) -> None:
    base = ConnectionFactory()
    data = {"told": "упак", "means": "короб"}

    assert integrator.post(at(base, "units"), data).status_code == 302
    assert integrator.post(at(base, "units"), data).status_code == 422
    assert [row.means for row in Alias.objects.all()] == ["короб"]


def test_a_status_is_explained_and_its_orders_follow(
    integrator: Client, monkeypatch: Any, django_capture_on_commit_callbacks: Any
) -> None:
    base = ConnectionFactory()
    row = status(base, "На складе")
    status(base, "Закрыт", "closed")
    heard: list[int] = []
    monkeypatch.setattr("dealer_area.tasks.take_status_again.later", heard.append)

    answer = integrator.post(at(base, "statuses"), {"row": row.pk, f"{row.pk}-meaning": "shipped"})

    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.status == "shipped"
    assert heard == [row.pk]


def test_a_status_that_no_sent_order_has_cannot_be_chosen(integrator: Client) -> None:
    base = ConnectionFactory()
    row = status(base, "На складе")

    answer = integrator.post(at(base, "statuses"), {"row": row.pk, f"{row.pk}-meaning": "draft"})

    assert answer.status_code == 422
    row.refresh_from_db()
    assert row.status == ""


def test_the_head_of_sales_maps_price_types_and_only_looks_at_units() -> None:
    browser = signed_in(GroupName.HEAD_OF_SALES)
    base = ConnectionFactory()
    row = word(base, "вязанка")

    assert browser.get(at(base, "price_types")).context["may_change"]
    page = browser.get(at(base, "units"))
    assert not page.context["may_change"]
    assert b'class="button"' not in page.content.partition(b'class="listing')[2]
    assert is_refused(browser.post(at(base, "units"), {"row": row.pk, f"{row.pk}-means": "вяз"}))
    row.refresh_from_db()
    assert row.means == ""


@pytest.mark.parametrize("group", [GroupName.SALES, GroupName.CATALOGUE, GroupName.FINANCE])
def test_others_do_not_see_the_maps(group: GroupName) -> None:
    browser = signed_in(group)
    base = ConnectionFactory()

    assert is_refused(browser.get(at(base, "units")))
    assert is_refused(browser.post(at(base, "units"), {}))


def test_strange_addresses_are_not_found(integrator: Client) -> None:
    base = ConnectionFactory()

    assert integrator.get(at(base, "nothing")).status_code == 404
    assert integrator.get(reverse("exchange:map", args=[base.pk + 1, "units"])).status_code == 404


@pytest.mark.parametrize("tab", list(TABS))
def test_a_map_costs_the_same_for_2_rows_and_for_12(integrator: Client, tab: str) -> None:
    base = ConnectionFactory()

    def make(number: int) -> None:
        PriceTypeFactory(connection=base)
        WarehouseFactory(connection=base)
        word(base, f"слово {number}")
        word(base, f"ден {number}", "currency")
        status(base, f"Статус {number}")

    integrator.get(at(base, tab))
    costs = []
    for numbers in (range(2), range(2, 12)):
        for number in numbers:
            make(number)
        with CaptureQueriesContext(connection) as queries:
            assert integrator.get(at(base, tab)).status_code == 200
        costs.append(len(queries))

    assert costs[0] == costs[1] <= 22
