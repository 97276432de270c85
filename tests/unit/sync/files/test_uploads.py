"""Uploads of the catalogue as a list for people."""

from __future__ import annotations

import pytest

from sync.files import uploads
from sync.models import Run
from tests.factories.sync import ExchangeSessionFactory, ReceivedFileFactory, RunFactory

pytestmark = pytest.mark.django_db


def described() -> list[uploads.Upload]:
    return uploads.described(list(uploads.found()))


@pytest.mark.parametrize(
    ("states", "is_done"),
    [
        ([Run.State.DONE, Run.State.DONE], True),
        ([Run.State.DONE, None], False),
        ([Run.State.DONE, Run.State.FAILED], False),
        ([Run.State.DONE, Run.State.RUNNING], False),
    ],
)
def test_an_upload_is_done_when_each_of_its_files_is(
    states: list[Run.State | None], is_done: bool
) -> None:
    session = ExchangeSessionFactory()
    for number, state in enumerate(states):
        file = ReceivedFileFactory(session=session, name=f"import0_{number}.xml")
        if state is not None:
            RunFactory(connection=session.connection, file=file, state=state)
    (upload,) = described()
    assert (upload.files, upload.is_done) == (2, is_done)
    assert upload.words
    assert uploads.parse([upload.key]) == [(session.pk, 1)]


def test_the_last_run_of_a_file_counts_and_no_rehearsal() -> None:
    file = ReceivedFileFactory()
    for state, more in (
        (Run.State.FAILED, {}),
        (Run.State.DONE, {}),
        (Run.State.FAILED, {"is_rehearsal": True}),
        (Run.State.FAILED, {"only": [["product", "p1"]]}),
    ):
        RunFactory(connection=file.connection, file=file, state=state, **more)
    assert described()[0].is_done


def test_only_catalogues_that_are_still_there_the_newest_first() -> None:
    first = ReceivedFileFactory()
    second = ReceivedFileFactory()
    ReceivedFileFactory(session=ExchangeSessionFactory(exchange_type="reference"))
    ReceivedFileFactory(kind="picture")
    assert [each.session_id for each in described()] == [second.session_id, first.session_id]


def test_parse_leaves_out_what_is_no_key() -> None:
    assert uploads.parse(["1-2", "x-1", "1", "", "1-"]) == [(1, 2)]
