"""Whole exchanges: 1C, played from the protocol alone, against the portal's application."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application

from onec.answers import OrderBase
from onec.client import ExchangeError
from onec.dialects import UNF, UT11, Dialect
from onec.exchange import Portal, exchange_orders, send_catalogue
from onec.portions import collect
from sync.models import (
    Connection,
    Offer,
    OutboxOrder,
    Picture,
    Product,
    ReceivedFile,
    RemoteOrder,
    Run,
)
from tests.factories.sync import (
    PASSWORD,
    ConnectionFactory,
    outgoing_line,
    outgoing_order,
    queued_order,
)

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001 - 1C's times are naive
# a picture of one pixel
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
GUID = "5d0c1b5e-0000-4000-8000-00000000000"

IMPORT = """<?xml version="1.0" encoding="UTF-8"?>
<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_2" ВерсияСхемы="2.07">
 <Классификатор>
  <Ид>cl</Ид><Наименование>Каталог</Наименование>
  <Группы><Группа><Ид>{guid}9</Ид><Наименование>Петли</Наименование></Группа></Группы>
 </Классификатор>
 <Каталог СодержитТолькоИзменения="false">
  <Ид>cat</Ид><ИдКлассификатора>cl</ИдКлассификатора><Наименование>Каталог</Наименование>
  <Товары>{goods}</Товары>
 </Каталог>
</КоммерческаяИнформация>"""
GOOD = """<Товар><Ид>{guid}{n}</Ид><Артикул>ПН-{n}</Артикул>
<Наименование>Петля накладная {n}</Наименование>
<БазоваяЕдиница Код="796">шт</БазоваяЕдиница><Группы><Ид>{guid}9</Ид></Группы>
<Картинка>import_files/5d/{n}.gif</Картинка>
<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>22</Ставка></СтавкаНалога></СтавкиНалогов>
</Товар>"""
OFFERS = """<?xml version="1.0" encoding="UTF-8"?>
<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_2" ВерсияСхемы="2.07">
 <ПакетПредложений СодержитТолькоИзменения="false">
  <Ид>cat#</Ид><Наименование>Пакет</Наименование><ИдКаталога>cat</ИдКаталога>
  <ТипыЦен><ТипЦены><Ид>{guid}8</Ид><Наименование>Опт</Наименование><Валюта>RUB</Валюта></ТипЦены></ТипыЦен>
  <Предложения>{offers}</Предложения>
 </ПакетПредложений>
</КоммерческаяИнформация>"""
OFFER = """<Предложение><Ид>{guid}{n}</Ид><Артикул>ПН-{n}</Артикул>
<Наименование>Петля накладная {n}</Наименование>
<Цены><Цена><ИдТипаЦены>{guid}8</ИдТипаЦены><ЦенаЗаЕдиницу>{n}1.00</ЦенаЗаЕдиницу>
<Валюта>RUB</Валюта></Цена></Цены>
<Количество>{n}0</Количество></Предложение>"""


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.EXCHANGE_ROOT = tmp_path / "exchange"
    settings.MEDIA_ROOT = tmp_path / "media"
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two portions of two goods each, with pictures."""
    made = tmp_path / "out"
    (made / "import_files" / "5d").mkdir(parents=True)
    for portion, numbers in ((1, (1, 2)), (2, (3, 4))):
        goods = "".join(GOOD.format(guid=GUID, n=n) for n in numbers)
        offers = "".join(OFFER.format(guid=GUID, n=n) for n in numbers)
        (made / f"import0_{portion}.xml").write_text(
            IMPORT.format(guid=GUID, goods=goods), encoding="utf-8-sig"
        )
        (made / f"offers0_{portion}.xml").write_text(
            OFFERS.format(guid=GUID, offers=offers), encoding="utf-8-sig"
        )
        for n in numbers:
            (made / "import_files" / "5d" / f"{n}.gif").write_bytes(PIXEL + bytes([n]))
    return made


def _portal(base: Connection, dialect: Dialect, chunk: int = 0) -> Portal:
    quick = replace(dialect, manners=replace(dialect.manners, poll_pause=0))
    return Portal(
        http=httpx.Client(transport=httpx.WSGITransport(app=get_wsgi_application())),
        url="http://portal.example",
        user=base.user,
        password=PASSWORD,
        dialect=quick,
        report=lambda _line: None,
        chunk=chunk,
    )


def _mirror() -> list[tuple[str, str, dict[str, str], dict[str, str], int]]:
    return [
        (
            offer.ref,
            offer.product.name,
            offer.prices.amounts,
            offer.stock.quantities,
            offer.changed_in,
        )
        for offer in Offer.objects.select_related("product", "prices", "stock").order_by("ref")
    ]


@pytest.mark.parametrize("dialect", [UT11, UNF], ids=["ut11", "unf"])
@pytest.mark.parametrize(("use_zip", "chunk"), [(False, 1024), (True, 1024), (False, 0)])
def test_a_catalogue_comes_twice_and_nothing_doubles(
    base: Connection, folder: Path, dialect: Dialect, use_zip: bool, chunk: int
) -> None:
    base.use_zip = use_zip
    base.save()
    portal = _portal(base, dialect, chunk)
    send_catalogue(portal, collect([folder]))

    first = _mirror()
    assert [row[0] for row in first] == [f"{GUID}{n}" for n in (1, 2, 3, 4)]
    assert [list(row[2].values()) for row in first] == [["11.00"], ["21.00"], ["31.00"], ["41.00"]]
    assert Picture.objects.filter(width=1).count() == 4

    send_catalogue(portal, collect([folder]))
    assert _mirror() == first
    assert (Product.objects.count(), Picture.objects.count()) == (4, 4)
    assert set(Run.objects.values_list("state", flat=True)) == {Run.State.DONE}
    assert Run.objects.count() == 8


@pytest.mark.parametrize("dialect", [UT11, UNF], ids=["ut11", "unf"])
def test_orders_go_out_and_answers_come_back(
    base: Connection, dialect: Dialect, tmp_path: Path
) -> None:
    queued_order(base, outgoing_order("1001"))
    queued_order(base, outgoing_order("1002", lines=(outgoing_line(offer_ref=""),)))
    portal = _portal(base, dialect)
    onec = OrderBase(tmp_path / "orders.json")

    came = exchange_orders(portal, onec, [], AT)
    assert [row.order.number for row in came] == ["1001"]
    states = dict(OutboxOrder.objects.values_list("number", "state"))
    assert states == {"1001": "confirmed", "1002": "person"}

    answered = came[0].answered("confirm", AT).with_quantities({"ПН-0001": Decimal(1)})
    onec.put([answered])
    assert exchange_orders(portal, onec, [answered], AT) == []
    remote = RemoteOrder.objects.get()
    assert (remote.number, remote.posted, remote.amount) == ("1001", True, Decimal("61.00"))
    assert [line["quantity"] for line in remote.lines] == ["1"]

    shipped = answered.answered("ship", AT)
    for _ in range(2):
        exchange_orders(portal, onec, [shipped], AT)
    assert RemoteOrder.objects.get().shipped is True
    assert set(Run.objects.filter(kind="sale").values_list("state", flat=True)) == {Run.State.DONE}


def test_a_broken_file_is_refused_in_words_and_changes_nothing(
    base: Connection, folder: Path
) -> None:
    path = folder / "import0_2.xml"
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ExchangeError, match=r"import0_2\.xml"):
        send_catalogue(_portal(base, UT11), collect([folder]))
    assert sorted(Product.objects.values_list("sku", flat=True)) == ["ПН-1", "ПН-2"]
    failed = Run.objects.get(state=Run.State.FAILED)
    assert failed.title == "import0_2.xml"
    assert failed.error


def test_an_entity_bomb_is_refused(base: Connection, tmp_path: Path) -> None:
    bomb = tmp_path / "import.xml"
    bomb.write_text(
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
        "<КоммерческаяИнформация><Каталог>&b;</Каталог></КоммерческаяИнформация>",
        encoding="utf-8",
    )
    with pytest.raises(ExchangeError, match=r"import\.xml"):
        send_catalogue(_portal(base, UNF), collect([bomb]))
    assert Run.objects.get().state == Run.State.FAILED


def test_two_sessions_at_once_keep_their_files_apart(base: Connection, folder: Path) -> None:
    first, second = (_portal(base, UT11).session("catalog") for _ in range(2))
    for session in (first, second):
        session.init()
    body = (folder / "import0_1.xml").read_bytes()
    other = (folder / "import0_2.xml").read_bytes()
    for start in range(0, max(len(body), len(other)), 500):
        for session, content in ((first, body), (second, other)):
            if piece := content[start : start + 500]:
                session.send_file("import.xml", piece, 0)
    first.import_file("import.xml")
    second.import_file("import.xml")
    assert Product.objects.count() == 4
    assert ReceivedFile.objects.count() == 2


def test_a_wrong_password_is_told_in_words(base: Connection) -> None:
    with pytest.raises(ExchangeError, match="Неверное имя пользователя или пароль"):
        replace(_portal(base, UT11), password="wrong").session("catalog")
