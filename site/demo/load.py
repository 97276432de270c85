"""Makes the demonstration company: before the portal starts, and then through its exchange."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
from django.conf import settings
from django.utils import timezone

from catalog_pages import stepping
from demo import content, owing, settling
from demo.access import sign_ins
from demo.assortment import Assortment
from demo.commerceml import write
from demo.company import ONEC_USER
from demo.placing import Year
from demo.year import plan_year
from home.planting import plant_site
from onec.dialects import UT11
from onec.exchange import Portal, send_catalogue
from onec.portions import collect
from sync.models import Connection, Picture, Product, SettlementEntry
from sync.watching import keeping

PICTURES_SECONDS = 20.0

DEFAULT_SITE = "http://localhost:8000"
"""Written down until the portal's real address is known."""


def prepare() -> None:
    """Base of 1C, site tree, people and dealers; safe to repeat after a break."""
    assortment = Assortment()
    made = sign_ins(DEFAULT_SITE)
    settling.name_supplier()
    plant_site()
    connection = settling.connect(made.onec)
    settling.tell_clients(connection, assortment, timezone.now())
    settling.settle_people(connection, assortment, made)


def fill(url: str, *, report: Callable[[str], None]) -> None:
    """Send the catalogue to the portal at `url` as 1C does, then a year of orders and the content.

    What an earlier call has done is passed over. Raises `onec.client.ExchangeError` when the
    portal refuses the catalogue.
    """
    connection = Connection.objects.get(user=ONEC_USER)
    if not connection.is_paused:
        # its 1C was away until now, and tells first of what is long over: nothing is late by that
        keeping.resume_base(connection=connection, by=None, at=timezone.now())
    assortment = Assortment()
    _send(connection, assortment, url, report)
    report("Writing the pages ...")
    stepping.sync_category_pages()
    content.write_pages(connection, assortment)
    report("Placing a year of orders ...")
    began = timezone.localtime(connection.created_at, ZoneInfo(connection.time_zone))
    year = Year(connection, plan_year(assortment, began.replace(tzinfo=None)))
    year.place(report)
    report("Hearing what 1C made of them ...")
    year.answer(connection.created_at)
    if not SettlementEntry.objects.filter(connection=connection).exists():
        owing.tell_settlements(connection, connection.created_at)
    _wait_for_pictures(connection, report)


def _send(
    connection: Connection, assortment: Assortment, url: str, report: Callable[[str], None]
) -> None:
    """The catalogue through the exchange, unless all of it has arrived before."""
    if Product.objects.filter(connection=connection).count() >= assortment.size:
        return
    folder = Path(settings.DATA_DIR) / "demonstration-files"
    shutil.rmtree(folder, ignore_errors=True)
    report("Drawing the catalogue ...")
    now = timezone.localtime().replace(tzinfo=None)
    written = write(assortment, folder, at=now)
    report(f"Sending {written.products} products as 1C does ...")
    with httpx.Client(trust_env=False) as http:
        password = sign_ins(DEFAULT_SITE).onec
        portal = Portal(http, url, ONEC_USER, password, UT11, report)
        send_catalogue(portal, collect([folder]))
    shutil.rmtree(folder)


def _wait_for_pictures(connection: Connection, report: Callable[[str], None]) -> None:
    """Let the worker finish the sizes of the pictures, so that the first page is whole.

    Gives up after a while: nothing but the look of the first minute depends on it.
    """
    deadline = time.monotonic() + PICTURES_SECONDS
    told = False
    while time.monotonic() < deadline:
        if not Picture.objects.filter(connection=connection, width=0).exists():
            return
        if not told:
            report("Making the sizes of the pictures ...")
            told = True
        time.sleep(0.5)
