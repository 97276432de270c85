"""What a full load consists of, and the identifiers in it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from sync.files import loads
from sync.files.loads import NotWhole
from sync.models import Connection, ExchangeSession, ReceivedFile, Run, Version
from tests.factories.commerceml import changes, goods, message, offer, package, product, take
from tests.factories.sync import ConnectionFactory, ExchangeSessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.EXCHANGE_ROOT = tmp_path / "exchange"


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


@pytest.fixture
def session(base: Connection) -> ExchangeSession:
    return ExchangeSessionFactory(connection=base, upload=1)


def put(
    session: ExchangeSession,
    name: str,
    content: str,
    settings: Any,
    state: Run.State | None = Run.State.DONE,
) -> ReceivedFile:
    """A file of the session's upload, with a run in that state or without one."""
    root = Path(settings.EXCHANGE_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    path = f"{session.pk}-{ReceivedFile.objects.count()}.xml"
    (root / path).write_bytes(message(content))
    file = ReceivedFile.objects.create(
        session=session,
        connection=session.connection,
        upload=session.upload,
        name=name,
        kind="catalog",
        path=path,
    )
    if state is not None:
        Run.objects.create(
            connection=session.connection, file=file, kind="catalog", title=name, state=state
        )
    return file


def only(session: ExchangeSession, since: Any = None) -> list[list[str]]:
    return [
        ["session", f"{session.pk}:{session.upload}"],
        ["since", (since or session.started_at).isoformat()],
    ]


def test_a_load_is_every_file_since_its_beginning(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    first = put(session, "import0_1.xml", goods(product("p1")), settings)
    other = ExchangeSessionFactory(connection=base, upload=1)
    second = put(other, "import0_2.xml", goods(product("p2")), settings)
    before = ReceivedFile.objects.get(pk=put(other, "old.xml", goods(), settings).pk)
    ReceivedFile.objects.filter(pk=before.pk).update(received_at=timezone.now() - timedelta(days=1))
    load = loads.resolve(base, only(other, since=session.started_at))
    assert [file.pk for file in load.files] == [first.pk, second.pk, before.pk]
    assert load.sessions == {session.pk, other.pk}
    assert not load.is_waiting


@pytest.mark.parametrize("state", [None, Run.State.FAILED])
def test_a_load_with_a_file_that_failed_is_not_whole(
    base: Connection, session: ExchangeSession, settings: Any, state: Run.State | None
) -> None:
    put(session, "import0_1.xml", goods(product("p1")), settings)
    put(session, "import0_2.xml", goods(product("p2")), settings, state)
    with pytest.raises(NotWhole, match="import0_2") as error:
        loads.resolve(base, only(session))
    assert len(error.value.reasons) == 1


def test_a_file_that_failed_and_came_again_is_no_fault(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    put(session, "import0_1.xml", goods(product("p1")), settings, Run.State.FAILED)
    again = ExchangeSessionFactory(connection=base, upload=1)
    put(again, "import0_1.xml", goods(product("p1")), settings)
    assert len(loads.resolve(base, only(again, since=session.started_at)).files) == 1


def test_what_another_session_never_asked_for_is_no_part(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    put(session, "import0_1.xml", goods(product("p1")), settings, None)
    again = ExchangeSessionFactory(connection=base, upload=1)
    put(again, "import0_1.xml", goods(product("p1")), settings)
    assert len(loads.resolve(base, only(again, since=session.started_at)).files) == 1


def test_a_load_waits_for_imports_that_run(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    put(session, "import0_1.xml", goods(product("p1")), settings, Run.State.RUNNING)
    assert loads.resolve(base, only(session)).is_waiting


def test_chosen_uploads_and_what_came_since(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    put(session, "import0_1.xml", goods(product("p1")), settings)
    stock = ExchangeSessionFactory(connection=base, upload=1)
    put(stock, "offers0_1.xml", changes(offer("p9")), settings)
    put(stock, "late.xml", goods(product("p8")), settings, Run.State.FAILED)
    load = loads.resolve(base, [["upload", f"{session.pk}:1"]])
    assert [file.name for file in load.files] == ["import0_1.xml", "offers0_1.xml"]
    assert load.sessions == {session.pk}


def test_uploads_of_another_base_are_no_load(session: ExchangeSession, settings: Any) -> None:
    put(session, "import0_1.xml", goods(product("p1")), settings)
    with pytest.raises(NotWhole):
        loads.resolve(ConnectionFactory(), [["upload", f"{session.pk}:1"]])


def test_told_finds_what_is_absent(base: Connection, settings: Any) -> None:
    everything = goods(product("p1"), product("p2"), product("P3")) + package(
        offer("p1#a"), offer("p1#b"), offer("p2#a"), offer("P3")
    )
    take(base, everything)
    session = ExchangeSessionFactory(connection=base, upload=1)
    put(session, "import0_1.xml", goods(product("p1"), product("P3")), settings)
    put(session, "offers0_1.xml", package(offer("p1#a")), settings)
    load = loads.resolve(base, only(session))
    with loads.told(base, load, lambda: None) as told:
        assert told.goods == 2
        assert told.count_absent_goods() == len(told.absent_goods(0, 10)) == 1
        # of p1 another variant was told, of P3 none at all
        assert told.count_absent_offers() == len(told.absent_offers(0, 10)) == 1
        assert told.absent_goods(told.absent_goods(0, 1)[0], 10) == []


def test_a_package_of_changes_tells_of_no_other_offers(base: Connection, settings: Any) -> None:
    take(base, goods(product("p1")) + package(offer("p1#a"), offer("p1#b")))
    session = ExchangeSessionFactory(connection=base, upload=1)
    put(session, "import0_1.xml", goods(product("p1")), settings)
    put(session, "offers0_1.xml", changes(offer("p1#a")), settings)
    with loads.told(base, loads.resolve(base, only(session)), lambda: None) as told:
        assert told.count_absent_offers() == 0


def test_a_product_touched_by_a_later_file_is_not_absent(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    put(session, "import0_1.xml", goods(product("p1")), settings)
    load = loads.resolve(base, only(session))
    take(base, goods(product("new")))
    with loads.told(base, load, lambda: None) as told:
        assert told.count_absent_goods() == 0


def test_a_file_lost_from_the_disk_makes_the_load_unreadable(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    file = put(session, "import0_1.xml", goods(product("p1")), settings)
    (Path(settings.EXCHANGE_ROOT) / file.path).unlink()
    load = loads.resolve(base, only(session))
    with pytest.raises(NotWhole, match="import0_1"), loads.told(base, load, lambda: None):
        raise AssertionError("nothing is told")


def test_catalogues_are_remembered_with_the_day(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    file = put(session, "import0_1.xml", goods(product("p1")), settings)
    told = loads.Told(base)
    for at in ("2026-11-01", "2026-11-25"):
        with time_machine.travel(f"{at}T09:00:00Z", tick=False):
            for _ in range(2):
                loads.note_catalogues(base, file)
            assert told.other_catalogues() == ["c"]
    rows = Version.objects.values_list("connection", "kind", "ref", "versions")
    assert list(rows) == [(base.pk, "catalogue", "c", ["2026-11-25"])]
    told.catalogues.add("c")
    with time_machine.travel("2026-11-26T09:00:00Z", tick=False):
        assert told.other_catalogues() == []
    told.catalogues.clear()
    with time_machine.travel("2026-12-30T09:00:00Z", tick=False):
        assert told.other_catalogues() == []
