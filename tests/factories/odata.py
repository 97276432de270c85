"""A base of 1C that answers by OData, and pulls from it."""

from __future__ import annotations

from typing import Any

from base.secrets import seal
from onec.odata import OdataServer
from onec.odata_base import Base
from onec.odata_maker import PRICE_TYPES, WAREHOUSES
from sync.channels import odata
from sync.models import Connection, Run, Schedule
from sync.runs import running
from tests.factories.sync import (
    ConnectionFactory,
    OfferFactory,
    PriceTypeFactory,
    ProductFactory,
    WarehouseFactory,
)

QUEUE = running.Queue(import_file=lambda _pk: None, make_sizes=lambda _pk: None)


def connected(server: OdataServer) -> Connection:
    """A base of the portal that asks the server."""
    return ConnectionFactory(
        family=server.base.dialect,
        odata_url=server.url,
        odata_user=server.user,
        odata_password=seal(server.password),
    )


def fetch(connection: Connection, kind: str) -> list[Any]:
    """Pull a kind and take what came, as the worker does; the runs, failed ones too."""
    known = set(Run.objects.values_list("pk", flat=True))
    wanted, _made = Schedule.objects.get_or_create(
        connection=connection, kind=kind, defaults={"channel": Schedule.Channel.ODATA}
    )
    try:
        odata.pull(wanted, Run.Trigger.SCHEDULE, None)
    finally:
        for run in Run.objects.exclude(pk__in=known).filter(state=Run.State.QUEUED):
            running.process(run.pk, queue=QUEUE)
    return list(Run.objects.exclude(pk__in=known).order_by("pk"))


def make_goods(connection: Connection, base: Base) -> None:
    """The goods that the base tells prices and stock of, with the places and columns of these."""
    for ref in WAREHOUSES:
        WarehouseFactory(connection=connection, ref=ref)
    for ref in PRICE_TYPES:
        PriceTypeFactory(connection=connection, ref=ref)
    register = next(name for name, own in base.virtual.items() if own.function == "SliceLast")
    for ref in {row["Номенклатура_Key"] for row in base.table(register)}:
        product = ProductFactory(connection=connection, ref=ref)
        OfferFactory(connection=connection, product=product, ref=ref)
