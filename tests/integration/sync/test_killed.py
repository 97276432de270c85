"""Killed, cut off or out of room at any point, the exchange ends in the state of one clean run.

The process that works is killed (SIGKILL) at a statement chosen at random, just before or just
after the database has run it; another goes on, as the worker's next start and 1C's next session do.
So it does when the database goes away at a statement, and when files cannot grow any more.
"""

from __future__ import annotations

import base64
import os
import random
import resource
import shutil
import signal
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from onec.answers import OrderBase
from onec.dialects import DIALECTS
from onec.exchange import Portal, exchange_orders
from sync.files.receiving import full_path
from sync.mirror import dump
from sync.models import (
    Category,
    Connection,
    Lease,
    OutboxOrder,
    Parked,
    Picture,
    Product,
    ReceivedFile,
    RemoteOrder,
    Run,
)
from sync.runs import importing, running
from sync.tasks import QUEUE
from tests.conformance.line import Line
from tests.factories.commerceml import (
    changes,
    classifier,
    goods,
    group,
    message,
    offer,
    package,
    price,
    price_type,
    product,
    prop,
    store,
)
from tests.factories.sync import PASSWORD, ConnectionFactory, outgoing_order, queued_order

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.timeout(900),
]

KILLS = 20
SIZE = 360


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EXCHANGE_ROOT = tmp_path / "exchange"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.INDEX_ROOT = tmp_path / "index"
    # many chunks, so that a kill may fall between any two of them
    monkeypatch.setattr(importing, "CHUNK", 40)


class _Killer:
    """Ends the process before or after its `at`-th statement, without a chance to tidy up."""

    def __init__(self, at: int, after: bool) -> None:
        self.left = at
        self.after = after

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.left -= 1
        if self.left == 0 and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        found = execute(*arguments)
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return found


def killed(work: Callable[[], None], at: int, after: bool) -> bool:
    """Work in a process of its own that is killed at a statement; whether that came to pass."""

    def risk() -> None:
        with connection.execute_wrapper(_Killer(at, after)):
            work()

    status = _apart(risk)
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0, "the work itself failed"
    return os.WIFSIGNALED(status)


def starved(work: Callable[[], None], room: int) -> bool:
    """Work in a process whose files may not grow over so many bytes; whether it failed of that."""

    def risk() -> None:
        # what comes in place of "no space left on device"; Python ignores the signal
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        work()

    return os.WEXITSTATUS(_apart(risk)) != 0


def _apart(work: Callable[[], None]) -> int:
    """How a process ended that did the work; the leases it held have run out afterwards."""
    connections.close_all()
    for each in connections.all(initialized_only=True):
        if each.vendor == "postgresql":
            # the child would talk over the sockets that its parent keeps in the pool
            each.close_pool()  # type: ignore[attr-defined]
    with warnings.catch_warnings():
        # the other threads of the test run hold nothing that the child needs
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        try:
            work()
            os._exit(0)
        except BaseException:
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    # thirty seconds later
    Lease.objects.update(expires_at=timezone.now())
    return status


def points(chance: random.Random, furthest: int) -> Iterator[tuple[int, bool]]:
    """Statements to be killed at, and whether after them or before."""
    while True:
        yield chance.randint(1, furthest), chance.random() < 0.5


def catalogue() -> str:
    groups = "".join(group(f"g{n}", f"Группа {n}", group(f"h{n}", f"Ниже {n}")) for n in range(6))
    properties = prop("c", "Цвет", {f"v{n}": f"Цвет {n}" for n in range(8)})
    return classifier(groups, properties) + goods(
        *(
            product(
                f"p{n}",
                f"Ручка {n}",
                f"<Артикул>Р-{n}</Артикул><Группы><Ид>h{n % 6}</Ид></Группы>"
                "<Картинка>import_files/a.gif</Картинка><ЗначенияСвойств><ЗначенияСвойства>"
                f"<Ид>c</Ид><Значение>v{n % 8}</Значение></ЗначенияСвойства></ЗначенияСвойств>",
            )
            for n in range(SIZE)
        )
    )


def offers() -> str:
    # the last tenth speaks of goods that never come and stays aside
    return package(
        *(
            offer(f"p{n}", f"<Цены>{price('t', f'{n}.5')}</Цены><Количество>{n}</Количество>")
            for n in range(SIZE + SIZE // 10)
        ),
        types=price_type("t"),
    )


def delta() -> str:
    return changes(
        *(offer(f"p{n}", f"<Количество>{n + 7}</Количество>", name="") for n in range(0, SIZE, 3))
    )


# a picture of one pixel
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


def upload(base: Connection) -> list[Run]:
    """Goods with a picture, offers and a stock delta, received and waiting."""
    runs = [store(base, message(text())) for text in (catalogue, offers, delta)]
    file = runs[0].file
    assert file is not None
    path = Path("pictures") / f"{base.pk}.gif"
    full_path(file).parent.joinpath("pictures").mkdir(exist_ok=True)
    full_path(file).parent.joinpath(path).write_bytes(PIXEL)
    ReceivedFile.objects.create(
        session=file.session,
        connection=base,
        upload=1,
        name="import_files/a.gif",
        kind=ReceivedFile.Kind.PICTURE,
        path=path.as_posix(),
        size=len(PIXEL),
    )
    return runs


def mirror(base: Connection) -> dict[str, object]:
    """Everything a base has, without numbers of rows."""
    mine = f'"connection":"{base.user}"'
    products = Product.objects.filter(connection=base).order_by("ref")
    return {
        "offers": [line.replace(mine, "") for line in dump() if mine in line],
        "products": list(
            products.values_list("ref", "name", "sku", "category__ref", "properties", "pictures")
        ),
        "groups": list(
            Category.objects.filter(connection=base).order_by("ref").values_list("ref", "name")
        ),
        "pictures": list(Picture.objects.filter(connection=base).values_list("name", "sha256")),
        "aside": sorted(Parked.objects.filter(connection=base).values_list("ref", "facets")),
        "runs": list(
            Run.objects.filter(connection=base)
            .order_by("pk")
            .values_list("state", "position", "read_count", "rejected_count")
        ),
    }


@pytest.mark.gotcha(8)
def test_an_import_killed_at_twenty_points_ends_as_a_clean_one() -> None:
    clean, base = ConnectionFactory(user="clean"), ConnectionFactory(user="killed")
    for run in upload(clean):
        running.process(run.pk, queue=QUEUE)

    chance = random.Random(20)
    kills = 0
    for run in upload(base):
        for at, after in points(chance, furthest=60):
            if not killed(lambda pk=run.pk: running.process(pk, queue=QUEUE), at, after):  # type: ignore[misc]
                break
            kills += 1

    assert kills >= KILLS
    assert mirror(base) == mirror(clean)
    assert {state for state, *_rest in mirror(base)["runs"]} == {Run.State.DONE}  # type: ignore[attr-defined]


def test_an_import_whose_database_goes_away_ends_as_a_clean_one() -> None:
    clean, base = ConnectionFactory(user="clean"), ConnectionFactory(user="cut")
    for run in upload(clean):
        running.process(run.pk, queue=QUEUE)

    chance = random.Random(22)
    failures = 0
    for run in upload(base):
        for at, _after in points(chance, furthest=60):
            left = at

            def cut(execute: Callable[..., Any], *arguments: Any) -> Any:
                nonlocal left
                left -= 1
                if left <= 0:
                    raise OperationalError("the connection was lost")
                return execute(*arguments)

            try:
                with connection.execute_wrapper(cut):
                    running.process(run.pk, queue=QUEUE)
            except OperationalError:
                failures += 1
                connection.close()
                Lease.objects.update(expires_at=timezone.now())
            else:
                break

    assert failures >= KILLS
    assert mirror(base) == mirror(clean)


def test_an_import_without_room_on_the_disk_ends_as_a_clean_one(settings: Any) -> None:
    clean, base = ConnectionFactory(user="clean"), ConnectionFactory(user="full")
    for run in upload(clean):
        running.process(run.pk, queue=QUEUE)
    # the picture, the same for both, is to be written again
    shutil.rmtree(settings.MEDIA_ROOT)

    failures = 0
    for run in upload(base):
        for room in (30, 20_000, 400_000, 2_000_000):
            failures += starved(lambda pk=run.pk: running.process(pk, queue=QUEUE), room)  # type: ignore[misc]
        running.process(run.pk, queue=QUEUE)

    # a server of its own keeps the rows of PostgreSQL: there the picture alone finds no room
    assert failures >= 1
    assert mirror(base) == mirror(clean)


@pytest.mark.gotcha(21)
def test_a_batch_of_orders_killed_at_twenty_points_is_in_1c_once(tmp_path: Path) -> None:
    base = ConnectionFactory(user="killed")
    numbers = [str(number) for number in range(1001, 1031)]
    for number in numbers:
        queued_order(base, outgoing_order(number))
    dialect = DIALECTS["unf"]
    at = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)

    def session() -> None:
        """A whole session of 1C: orders in, confirmed, those it has answered."""
        orders = OrderBase(tmp_path / "base.json")
        portal = Portal(
            http=httpx.Client(transport=Line()),
            url="http://portal.example",
            user=base.user,
            password=PASSWORD,
            dialect=replace(dialect, manners=replace(dialect.manners, poll_pause=0)),
            report=lambda _line: None,
        )
        exchange_orders(portal, orders, orders.open_orders(), at)

    chance = random.Random(21)
    kills = 0
    for point, after in points(chance, furthest=40):
        kills += killed(session, point, after)
        if kills >= KILLS:
            break
    session()  # takes what is left
    session()  # answers it
    # what 1C never came back for
    running.sweep(at=timezone.now() + timedelta(minutes=5), queue=QUEUE)

    held = [row.order.number for row in OrderBase(tmp_path / "base.json").open_orders()]
    assert sorted(held) == numbers
    states = OutboxOrder.objects.values_list("state", flat=True)
    assert list(states) == [OutboxOrder.State.CONFIRMED] * len(numbers)
    assert sorted(RemoteOrder.objects.values_list("number", flat=True)) == numbers
    assert not Run.objects.exclude(state=Run.State.DONE).exists()
