"""A look into a folder, killed at any point: the next goes on, and nothing is lost or doubled."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.channels import folder, places
from sync.channels import handed as handing
from sync.holding import OPEN
from sync.models import Connection, Payment, ReceivedFile, RemoteOrder, Run
from sync.runs import running
from tests.factories import statement
from tests.factories.commerceml import goods, message, offer, package, price, price_type, product
from tests.factories.sync import ConnectionFactory
from tests.integration.sync.test_killed import PIXEL, killed, mirror, points

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.timeout(900),
]

KILLS = 20
NOBODY = running.Queue(lambda _run: None, lambda _picture: None)
NEVER = 10**9
ORDER = (
    '<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация ВерсияСхемы="2.05">'
    "<Документ><Номер>1001</Номер><Дата>2026-11-24</Дата><ХозОперация>Заказ товара"
    "</ХозОперация><Валюта>RUB</Валюта><Сумма>122</Сумма></Документ></КоммерческаяИнформация>"
)


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EXCHANGE_ROOT = tmp_path / "exchange"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.INDEX_ROOT = tmp_path / "index"
    settings.EXCHANGE_DROP_ROOT = tmp_path / "drop"
    monkeypatch.setattr(folder, "LOOK_AGAIN_SECONDS", 0)


def files() -> dict[str, bytes]:
    picture = "<Картинка>import_files/a.gif</Картинка>"
    return {
        "import_files/a.gif": PIXEL,
        "import0_1.xml": message(goods(product("p1", "Петля", picture))),
        "offers0_1.xml": message(
            package(
                offer("p1", f"<Цены>{price('t', '7.5')}</Цены><Количество>3</Количество>"),
                types=price_type("t"),
            )
        ),
        "orders-1.xml": ORDER.encode(),
        "kl_to_1c.txt": statement.text(statement.document()).encode("cp1251"),
    }


def fill(drop: Path) -> None:
    for name, body in files().items():
        path = drop / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        path.with_name(f"{path.name}.ready").touch()


def look(base: Connection) -> None:
    """What a minute does: a look, the runs that wait, and files put away."""
    folder.read(base, queue=NOBODY)
    waiting = Run.objects.filter(connection=base, state__in=OPEN).order_by("pk")
    for pk in list(waiting.values_list("pk", flat=True)):
        running.process(pk, queue=NOBODY)
    folder.tend(base, queue=NOBODY)


def made(base: Connection) -> dict[str, object]:
    """Everything that the files of a base have made, however often they were taken."""
    state = mirror(base)
    del state["runs"]
    orders, payments = (rows.objects.filter(connection=base) for rows in (RemoteOrder, Payment))
    return {
        **state,
        "orders": list(orders.values_list("number", flat=True)),
        "payments": list(payments.values_list("number", flat=True)),
    }


def lying(drop: Path) -> Counter[str]:
    """Files of the folder by the first folder and their own name."""
    found = (path.relative_to(drop).parts for path in drop.rglob("*") if path.is_file())
    return Counter(f"{parts[0]}/{parts[-1]}" for parts in found)


def done(times: int = 1) -> Counter[str]:
    return Counter({f".done/{name.rpartition('/')[2]}": times for name in files()})


@pytest.fixture
def clean(tmp_path: Path) -> Connection:
    base = ConnectionFactory(user="clean", folder="clean")
    fill(tmp_path / "drop" / "clean")
    look(base)
    assert lying(tmp_path / "drop" / "clean") == done()
    return base


@pytest.mark.gotcha(8)
def test_looks_killed_at_twenty_statements_end_as_a_clean_one(
    clean: Connection, tmp_path: Path
) -> None:
    base = ConnectionFactory(user="killed", folder="killed")
    drop = tmp_path / "drop" / "killed"
    chance = random.Random(23)
    kills = times = 0
    while kills < KILLS:
        fill(drop)
        times += 1
        for at, after in points(chance, furthest=120):
            if not killed(lambda: look(base), at, after):
                break
            kills += 1

    assert made(base) == made(clean)
    assert lying(drop) == done(times)
    assert set(Run.objects.values_list("state", flat=True)) == {Run.State.DONE}


@pytest.mark.parametrize(
    ("room", "name", "time", "after"),
    [
        # the first file lies in `.taken`, the others where they were
        (places, "claim", 1, True),
        # all are claimed, nothing is stored
        (folder._Reading, "_hand_over", 1, False),
        # the picture is noted, the goods' run waits and was not written down; then it was
        (handing, "note", 2, False),
        (handing, "note", 2, True),
        (folder._Reading, "_close", 1, False),
        # put away, with the empty folder of the look left lying
        (handing, "forget", 1, False),
    ],
)
def test_what_a_killed_look_left_is_taken_up_by_the_next(
    clean: Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    room: object,
    name: str,
    time: int,
    after: bool,
) -> None:
    base = ConnectionFactory(user="killed", folder="killed")
    drop = tmp_path / "drop" / "killed"
    fill(drop)
    step: Callable[..., Any] = getattr(room, name)

    left = time

    def last_step(*arguments: Any, **named: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0 and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        found = step(*arguments, **named)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    with monkeypatch.context() as deadly:
        deadly.setattr(room, name, last_step)
        assert killed(lambda: look(base), NEVER, after=False)
    if name == "claim":
        assert sum(count for at, count in lying(drop).items() if at.startswith(".taken/")) == 1
    if name == "_hand_over":
        assert not ReceivedFile.objects.filter(connection=base).exists()
        assert {at.partition("/")[0] for at in lying(drop)} == {".taken"}

    look(base)

    assert made(base) == made(clean)
    assert lying(drop) == done()
    assert list((drop / ".taken").iterdir()) == []
    mine = Run.objects.filter(connection=base)
    assert set(mine.values_list("state", flat=True)) == {Run.State.DONE}
    # one run for a file; two for one that was handed over and not written down
    assert mine.count() == len(files()) - 1 + (name == "note" and not after)
