"""Payments and shipments that come with orders: one row each, and what they make of the order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync import ports
from sync.files import shelf
from sync.models import Connection, Payment, ReceivedFile, RemoteOrder, Run
from sync.runs import running
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
QUEUE = running.Queue(lambda _run: None, lambda _picture: None)


@pytest.fixture
def base(settings: Any, tmp_path: Path) -> Connection:
    settings.EXCHANGE_ROOT = tmp_path
    return ConnectionFactory()


def take(base: Connection, *documents: str) -> Run:
    body = "".join(documents)
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация ВерсияСхемы="3.1">'
        f"{body}</КоммерческаяИнформация>"
    )
    stored = shelf.store(connection=base, name="orders.xml", content=content.encode())
    file = ReceivedFile.objects.create(
        connection=base,
        channel="folder",
        kind=ReceivedFile.Kind.ORDERS,
        name="orders.xml",
        path=stored.path,
        size=stored.size,
    )
    run = running.run_of(file=file, queue=QUEUE)
    running.process(run.pk, queue=QUEUE)
    run.refresh_from_db()
    assert run.state == Run.State.DONE, run.error
    return run


def head(operation: str, number: str, amount: str = "", more: str = "") -> str:
    return (
        f"<Номер>{number}</Номер><Дата>2026-11-23</Дата><ХозОперация>{operation}</ХозОперация>"
        f"<Роль>Продавец</Роль><Валюта>RUB</Валюта><Сумма>{amount}</Сумма>{more}"
    )


def goods(quantity: str) -> str:
    return (
        "<Товары><Товар><Ид>p1</Ид><Наименование>Петля</Наименование><ЦенаЗаЕдиницу>61"
        f"</ЦенаЗаЕдиницу><Количество>{quantity}</Количество><Сумма>122</Сумма></Товар></Товары>"
    )


def order(inside: str = "", amount: str = "122.00") -> str:
    return f"<Документ>{head('Заказ товара', '1001', amount)}{goods('2')}{inside}</Документ>"


def payment(ref: str = "p1", amount: str = "122.00", more: str = "") -> str:
    told = f"<Ид>{ref}</Ид>" if ref else ""
    return told + head("Выплата безналичных денег", f"КП-{ref}", amount, more)


def shipment(quantity: str, more: str = "") -> str:
    return f"<Ид>s{quantity}</Ид>{head('Отпуск товара', 'Р-1', '122', more)}{goods(quantity)}"


def below(*documents: str) -> str:
    body = "".join(f"<ПодчиненныйДокумент>{each}</ПодчиненныйДокумент>" for each in documents)
    return f"<ПодчиненныеДокументы>{body}</ПодчиненныеДокументы>"


def beside(*documents: str) -> str:
    """A container of the module of Bitrix."""
    body = "".join(f"<Документ>{each}</Документ>" for each in documents)
    return f"<Контейнер>{order()}{body}</Контейнер>"


OF = "<Основание>1001</Основание>"


def the_order() -> RemoteOrder:
    return RemoteOrder.objects.get(number="1001")


@pytest.mark.parametrize(
    "documents",
    [
        pytest.param(order(below(payment(), shipment("2"))), id="below"),
        pytest.param(beside(payment(more=OF), shipment("2", OF)), id="beside"),
    ],
)
@pytest.mark.gotcha(63)
def test_a_payment_is_one_row_and_pays_the_order(base: Connection, documents: str) -> None:
    take(base, documents)
    row = Payment.objects.get()
    assert (row.key, row.order_number, row.amount, row.source) == (
        "p1",
        "1001",
        Decimal("122.00"),
        "onec",
    )
    found = the_order()
    assert (found.paid, found.paid_on) == (True, date(2026, 11, 23))
    assert (found.shipped, found.shipped_on) == (True, date(2026, 11, 23))

    again = take(base, documents)
    assert (again.created_count, again.changed_count) == (0, 0)
    assert Payment.objects.count() == 1


@pytest.mark.gotcha(63)
def test_a_payment_without_an_identifier_is_known_by_number_date_and_sum(
    base: Connection,
) -> None:
    take(base, order(below(payment("").replace("КП-", "КП-7"))))
    take(base, order(below(payment("x").replace("КП-x", "КП-7"))))
    assert [row.key for row in Payment.objects.all()] == ["x"]


def test_part_payments_pay_when_they_come_to_the_amount(base: Connection) -> None:
    take(base, order(below(payment("a", "100.10"))))
    assert the_order().paid is None
    told: list[int] = []
    kept = list(ports._remote_orders)
    ports._remote_orders[:] = [lambda ids: told.extend(ids)]
    try:
        take(base, order(below(payment("a", "100.10"), payment("b", "21.90"))))
    finally:
        ports._remote_orders[:] = kept
    assert the_order().paid is True
    assert told == [the_order().pk]


def test_a_payment_that_comes_alone_finds_its_order(base: Connection) -> None:
    take(base, order("<Ид>D1</Ид>"))
    take(base, f"<Документ>{payment(more='<Основание>D1</Основание>')}</Документ>")
    assert Payment.objects.get().order_number == "1001"
    assert the_order().paid is True


def test_what_1c_says_itself_is_never_contradicted(base: Connection) -> None:
    said = (
        "<ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>Оплачен</Наименование><Значение>false"
        "</Значение></ЗначениеРеквизита></ЗначенияРеквизитов>"
    )
    take(base, order(said + below(payment())))
    assert the_order().paid is False


def test_a_part_of_the_goods_ships_no_order(base: Connection) -> None:
    take(base, order(below(shipment("1"))))
    assert the_order().shipped is None
    take(base, order(below(shipment("1"), shipment("1"))))
    assert the_order().shipped is True


def test_a_cancelled_order_is_not_paid_by_its_documents(base: Connection) -> None:
    said = (
        "<ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>Отменен</Наименование><Значение>true"
        "</Значение></ЗначениеРеквизита></ЗначенияРеквизитов>"
    )
    take(base, order(said + below(payment())))
    assert the_order().paid is None
    assert Payment.objects.exists()


def test_money_of_another_currency_pays_nothing(base: Connection) -> None:
    take(base, order(below(payment().replace("RUB", "EUR"))))
    assert the_order().paid is None


@pytest.mark.gotcha(50, 66)
def test_a_payment_that_cannot_be_read_is_refused_alone(base: Connection) -> None:
    run = take(base, order(below(payment("a", ""), payment("b"))))
    assert run.rejected_count == 1
    assert [row.key for row in Payment.objects.all()] == ["b"]
    assert RemoteOrder.objects.count() == 1
