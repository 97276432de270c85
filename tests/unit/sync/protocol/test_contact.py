"""How far 1C got when it called."""

from __future__ import annotations

import pytest
from django.utils import timezone

from sync import journal
from sync.models import Connection, OrderBatch, Run
from sync.protocol import contact
from tests.factories.sync import (
    ConnectionFactory,
    ExchangeSessionFactory,
    ReceivedFileFactory,
    RunFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


def test_nothing_was_heard(base: Connection) -> None:
    found = contact.signs(base)
    assert [sign.step for sign in found] == ["checkauth", "init", "file", "import", "query"]
    assert not any(sign.at or sign.is_bad for sign in found)
    assert contact.last_refusal(base) is None


def test_each_step_as_it_was_last_taken(base: Connection) -> None:
    ExchangeSessionFactory(connection=base, address="10.0.0.1")
    session = ExchangeSessionFactory(connection=base, address="10.0.0.2", client="1C", upload=3)
    file = ReceivedFileFactory(session=session, name="import0_1.xml", size=2049)
    RunFactory(connection=base, file=file, title="import0_1.xml", state=Run.State.DONE)
    OrderBatch.objects.create(session=session, numbers=["1001", "1002"])
    signed_in, began, sent, imported, orders = contact.signs(base)
    assert "10.0.0.2, 1C" in signed_in.words
    assert "3" in began.words
    assert sent.words.startswith("import0_1.xml, 3")
    assert "import0_1.xml" in imported.words
    assert not imported.is_bad
    assert "2" in orders.words
    assert all(sign.at for sign in contact.signs(base))


def test_an_import_that_failed_says_why(base: Connection) -> None:
    file = ReceivedFileFactory(session=ExchangeSessionFactory(connection=base))
    RunFactory(connection=base, file=file, state=Run.State.FAILED, error="строка 7")
    imported = contact.signs(base)[3]
    assert imported.is_bad
    assert "строка 7" in imported.words


def test_a_refusal_is_told_until_1c_signs_in(base: Connection) -> None:
    now = timezone.now()
    journal.refuse(connection=base, kind="exchange", title="checkauth", error="нет", at=now)
    refusal = contact.last_refusal(base)
    assert refusal is not None
    assert refusal.error == "нет"
    ExchangeSessionFactory(connection=base)
    assert contact.last_refusal(base) is None


def test_signs_cost_four_queries(base: Connection, django_assert_num_queries: object) -> None:
    ExchangeSessionFactory(connection=base)
    with django_assert_num_queries(4):  # type: ignore[operator]
        contact.signs(base)
