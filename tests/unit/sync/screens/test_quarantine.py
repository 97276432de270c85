"""The quarantine's screens: who sees them, what they show, what their buttons do."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dealer_area.roles import GroupName
from sync.intake.reasons import OF_OBJECTS, OF_STATEMENTS
from sync.models import Connection, Parked, Rejection, Run
from sync.screens import quarantine, remedies
from tests.factories.admin import signed_in
from tests.factories.base import StaffFactory
from tests.factories.commerceml import goods, offer, package, product, take
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory(name="УТ 11")


@pytest.fixture
def client() -> Client:
    return signed_in(GroupName.INTEGRATION)


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    ids: list[int] = []

    class Queue:
        def import_file(self, run_id: int) -> None:
            ids.append(run_id)

    monkeypatch.setattr(quarantine, "QUEUE", Queue())
    return ids


def reader() -> Client:
    """A browser of somebody who may look and not act."""
    person = StaffFactory()
    for codename in ("access_admin", "view_rejection", "view_parked"):
        person.user_permissions.add(Permission.objects.get(codename=codename))
    browser = Client()
    browser.force_login(person)
    return browser


def text_of(client: Client, name: str, *args: Any, query: str = "") -> str:
    answer = client.get(reverse(f"exchange:{name}", args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def refuse(base: Connection, count: int = 1) -> Run:
    return take(base, goods(*(product(f"bad{n}", "") for n in range(count)), product("good")))


def wait(base: Connection) -> Parked:
    take(base, package(offer("p1#1", "<Количество>1</Количество>", name="Опора")))
    return Parked.objects.get()


def act(client: Client, **fields: Any) -> Any:
    return client.post(reverse("exchange:quarantine-act"), fields)


@pytest.mark.parametrize(
    "name",
    [
        "quarantine",
        "quarantine-export",
        "quarantine-tries",
        "rejection",
        "parked",
        "parked-export",
        "parked-one",
    ],
)
def test_integration_sees_it_and_sales_do_not(base: Connection, client: Client, name: str) -> None:
    refuse(base)
    row = wait(base)
    args = {"rejection": [Rejection.objects.get().pk], "parked-one": [row.pk]}.get(name, [])
    address = reverse(f"exchange:{name}", args=args)
    answer = client.get(address)
    assert answer.status_code == 200
    if answer.streaming:
        b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert signed_in(GroupName.SALES).get(address).status_code == 302
    assert Client().get(address).status_code == 302


def test_who_only_looks_changes_nothing(base: Connection, queue: list[int]) -> None:
    refuse(base)
    wait(base)
    browser = reader()
    assert 'name="action"' not in text_of(browser, "quarantine")
    assert 'name="action"' not in text_of(browser, "rejection", Rejection.objects.get().pk)
    assert 'name="action"' not in text_of(browser, "parked")
    act(browser, all="1", action="aside")
    act(browser, all="1", action="try")
    browser.post(reverse("exchange:parked-act"), {"all": "1"})
    assert Rejection.objects.get().resolved_at is None
    assert Parked.objects.exists()
    assert queue == []


def test_nothing_waits(client: Client) -> None:
    assert "jr-table" not in text_of(client, "quarantine")
    assert "jr-table" not in text_of(client, "parked")


def test_reasons_are_groups_with_counts_and_a_remedy(base: Connection, client: Client) -> None:
    refuse(base, 3)
    page = text_of(client, "quarantine")
    assert "Товар без наименования <b>3</b>" in page
    page = text_of(client, "quarantine", query="?reason=a+product+without+a+name")
    assert str(remedies.remedy("a product without a name")) in page


def test_remedies_are_for_reasons_that_there_are() -> None:
    assert set(remedies.REMEDIES) <= {*OF_OBJECTS, *OF_STATEMENTS}
    assert all(remedies.remedy(reason) for reason in OF_OBJECTS)
    assert remedies.remedy("never heard of") == str(remedies.OTHER)


def test_one_object_shows_what_arrived(base: Connection, client: Client) -> None:
    refuse(base)
    page = text_of(client, "rejection", Rejection.objects.get().pk)
    assert "товар без наименования" in page.lower()
    assert "&lt;Ид&gt;bad0&lt;/Ид&gt;" in page
    assert str(remedies.remedy("a product without a name")) in page


@pytest.mark.parametrize(
    ("fragment", "lines"),
    [
        ("<a><b>1</b></a>", ["<a>", "  <b>1</b>", "</a>"]),
        ("<a><b>1</b><c>cut off…", ["<a>", "  <b>1</b>", "  <c>cut off…</c>", "</a>"]),
        ('{"ref":"x","n":1}', ["{", '  "ref": "x",', '  "n": 1', "}"]),
        ('{"ref": "cut', ['{"ref": "cut']),
        ("ContractRecord(ref='x')", ["ContractRecord(ref='x')"]),
        ("<script>alert(1)</script>", ["<script>alert(1)</script>"]),
        ("", []),
    ],
)
def test_fragments_are_readable(fragment: str, lines: list[str]) -> None:
    assert [line for _number, line in quarantine.readable(fragment)] == lines


def test_markup_of_an_object_is_text(base: Connection, client: Client) -> None:
    take(base, goods(product("bad", "", "<x>&lt;script&gt;alert(1)&lt;/script&gt;</x>")))
    page = text_of(client, "rejection", Rejection.objects.get().pk)
    assert "<script>alert(1)" not in page


def test_one_is_tried_again_from_its_page(
    base: Connection, client: Client, queue: list[int]
) -> None:
    refuse(base, 2)
    one = Rejection.objects.get(ref="bad1")
    act(client, object=one.pk, action="try")
    run = Run.objects.latest("pk")
    assert queue == [run.pk]
    assert run.only == [["product", "bad1"]]
    assert "data-poll" in text_of(client, "quarantine-tries")
    Run.objects.filter(pk=run.pk).update(state=Run.State.DONE, finished_at=timezone.now())
    assert "data-poll" not in text_of(client, "quarantine-tries")


def test_all_of_a_filter_are_tried_again(
    base: Connection, client: Client, queue: list[int]
) -> None:
    refuse(base, 3)
    take(base, goods(product("", "Без кода"), product("good")))
    answer = act(client, all="1", query="reason=a+product+without+a+name", action="try")
    assert answer["Location"].endswith("?reason=a+product+without+a+name")
    (run_id,) = queue
    assert len(Run.objects.get(pk=run_id).only) == 3


def test_chosen_ones_are_put_aside(base: Connection, client: Client) -> None:
    refuse(base, 3)
    chosen = [row.pk for row in Rejection.objects.order_by("pk")[:2]]
    act(client, object=chosen, action="aside")
    settled = Rejection.objects.exclude(resolved_at=None)
    assert [row.pk for row in settled.order_by("pk")] == chosen
    assert {row.resolution for row in settled} == {"dismissed"}


def test_nothing_chosen_does_nothing(base: Connection, client: Client, queue: list[int]) -> None:
    refuse(base)
    act(client, action="try")
    act(client, action="aside", object="x")
    assert queue == []
    assert Rejection.objects.get().resolved_at is None


def test_spreadsheets(base: Connection, client: Client) -> None:
    refuse(base)
    wait(base)
    answer = client.get(reverse("exchange:quarantine-export"))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.startswith("\ufeff")
    assert "товар без наименования" in text
    assert "<Ид>bad0</Ид>" in text
    answer = client.get(reverse("exchange:parked-export"))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "p1#1;p1;Опора" in text


def test_waiting_offers_are_forgotten(base: Connection, client: Client) -> None:
    row = wait(base)
    assert "Опора" in text_of(client, "parked")
    assert "Опора" in text_of(client, "parked-one", row.pk)
    client.post(reverse("exchange:parked-act"), {"object": row.pk})
    assert not Parked.objects.exists()


def test_a_long_list_costs_few_queries(base: Connection, client: Client) -> None:
    run = refuse(base)
    Rejection.objects.bulk_create(
        Rejection(
            run=run,
            kind="product",
            ref=f"r{n}",
            reason="товар без наименования",
            reason_key="a product without a name",
            fragment="<Товар/>",
        )
        for n in range(12_000)
    )
    client.get(reverse("exchange:quarantine"))
    with CaptureQueriesContext(database) as queries:
        page = text_of(client, "quarantine")
    assert len(queries) <= 16
    assert "12001" in page
    assert page.count('name="object"') == 50
