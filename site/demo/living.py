"""The demonstration's 1C goes on living while the portal runs: it sends and fetches as 1C does.

Stock moves every five minutes, orders are fetched every minute and answered little by little,
clients and what they owe are told hourly, the whole catalogue daily. So the ages on the screens
are those of a working portal, and an order that somebody places gets its number and its statuses.
"""

from __future__ import annotations

import logging
import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import httpx
from django.conf import settings
from django.db import connections
from django.utils import timezone

from demo import owing, settling
from demo.access import sign_ins
from demo.assortment import Assortment
from demo.commerceml import write
from demo.company import ONEC_USER
from onec.answers import BaseOrder, OrderBase
from onec.dialects import UT11
from onec.exchange import Portal, exchange_orders, send_catalogue
from onec.portions import Portion, SourceFile, collect
from sync.models import Connection, OfferStock, Run, Warehouse

log = logging.getLogger(__name__)

MOVED = 40
"""Offers whose stock one delta tells."""
ENOUGH = Decimal(5)
"""What is there in such numbers does not run out: the demonstration stays one to order from."""
NEARLY_A_DAY = timedelta(hours=20)
CONFIRMED_AFTER, SHIPPED_AFTER, PAID_AFTER = (timedelta(minutes=n) for n in (1, 20, 90))


@dataclass
class Living:
    """One base of 1C that talks to the portal at `url`. Use from one thread."""

    url: str
    chance: random.Random = field(default_factory=random.Random)
    _next: dict[Callable[[Connection], None], float] = field(default_factory=dict)

    def act(self) -> None:
        """Do what is due. What fails is tried again at its next time, as a schedule of 1C would."""
        try:
            connection = Connection.objects.filter(user=ONEC_USER, is_active=True).first()
            if connection is None:
                return
            for work, seconds in (
                (self.tell_everything, 24 * 3600),
                (self.move_stock, 300),
                (self.exchange_orders, 60),
                (self.tell_clients, 3600),
            ):
                if time.monotonic() >= self._next.get(work, 0):
                    self._next[work] = time.monotonic() + seconds
                    self._try(work, connection)
        finally:
            connections.close_all()

    def _try(self, work: Callable[[Connection], None], connection: Connection) -> None:
        try:
            work(connection)
        except Exception:
            # the portal is being stopped, or somebody has changed the base: not ours to repair
            log.info("the demonstration's 1C could not %s", work.__name__, exc_info=True)

    def tell_everything(self, connection: Connection) -> None:
        """The whole catalogue with prices, unless it came since about this time yesterday."""
        came = Run.objects.filter(
            connection=connection,
            tells_prices=True,
            state=Run.State.DONE,
            is_rehearsal=False,
            finished_at__gt=timezone.now() - NEARLY_A_DAY,
        )
        if came.exists():
            return
        folder = self._folder("catalogue")
        write(Assortment(), folder, at=self._now(connection), pictures=False)
        with self._portal() as portal:
            send_catalogue(portal, collect([folder]))
        shutil.rmtree(folder)

    def move_stock(self, connection: Connection) -> None:
        """A few offers were sold and others received."""
        path = self._folder("stock") / "offers0_1.xml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._delta(connection), encoding="utf-8")
        with self._portal() as portal:
            send_catalogue(portal, [Portion((SourceFile(path.name, path),), ())])

    def exchange_orders(self, connection: Connection) -> None:
        """Fetch orders, and answer those whose time has come."""
        base = OrderBase(Path(settings.DATA_DIR) / "demonstration-orders.json")
        now = self._now(connection)
        answered = [row for known in base.open_orders() if (row := _lived(known, now)) is not known]
        base.put(answered)
        with self._portal() as portal:
            exchange_orders(portal, base, answered, now)

    def tell_clients(self, connection: Connection) -> None:
        """Clients, their terms and what they owe."""
        at = timezone.now()
        settling.tell_clients(connection, Assortment(), at)
        owing.tell_settlements(connection, at)

    def _delta(self, connection: Connection) -> str:
        places = dict(Warehouse.objects.filter(connection=connection).values_list("pk", "ref"))
        rows = OfferStock.objects.filter(connection=connection).select_related("offer")
        every = list(rows.values_list("pk", flat=True))
        chosen = self.chance.sample(every, min(MOVED, len(every)))
        told = []
        for row in rows.filter(pk__in=chosen):
            stock = {
                places[int(pk)]: self._moved(Decimal(text)) for pk, text in row.quantities.items()
            }
            told.append(
                f"<Предложение><Ид>{escape(row.offer.ref)}</Ид><Количество>{sum(stock.values())}</Количество>"
                + "".join(
                    f"<Склады><ИдСклада>{escape(ref)}</ИдСклада>"
                    f"<КоличествоНаСкладе>{quantity}</КоличествоНаСкладе></Склады>"
                    for ref, quantity in stock.items()
                )
                + "</Предложение>"
            )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_210" ВерсияСхемы="2.08" '
            f'ДатаФормирования="{self._now(connection):%Y-%m-%dT%H:%M:%S}">\n'
            '<ИзмененияПакетаПредложений СодержитТолькоИзменения="true"><Ид>demonstration#</Ид>'
            f"<Предложения>{''.join(told)}</Предложения></ИзмененияПакетаПредложений>\n"
            "</КоммерческаяИнформация>\n"
        )

    def _moved(self, quantity: Decimal) -> Decimal:
        moved = quantity + self.chance.randint(-3, 3)
        return max(moved, min(quantity, ENOUGH), Decimal(0))

    def _folder(self, name: str) -> Path:
        folder = Path(settings.DATA_DIR) / "demonstration-files" / name
        shutil.rmtree(folder, ignore_errors=True)
        return folder

    def _now(self, connection: Connection) -> datetime:
        """The time in 1C: naive, without fractions."""
        local = timezone.localtime(timezone.now(), ZoneInfo(connection.time_zone))
        return local.replace(tzinfo=None, microsecond=0)

    def _portal(self) -> _Open:
        return _Open(self.url)


class _Open:
    """The portal as the demonstration's 1C calls it, for a while."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(trust_env=False)
        self.portal = Portal(
            self.http, url, ONEC_USER, sign_ins(url).onec, UT11, lambda _line: None
        )

    def __enter__(self) -> Portal:
        return self.portal

    def __exit__(self, *_error: object) -> None:
        self.http.close()


def _lived(row: BaseOrder, now: datetime) -> BaseOrder:
    """The order after what happens to it by its age."""
    age = now - row.taken_at
    if not row.posted and age >= CONFIRMED_AFTER:
        return row.answered("confirm", now)
    if not row.shipped_at and age >= SHIPPED_AFTER:
        return row.answered("ship", now)
    if not row.paid_at and age >= PAID_AFTER:
        return row.answered("pay", now)
    return row
