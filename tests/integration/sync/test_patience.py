"""How long a run is tried again while the database fails."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from sync.models import ChangeBatch, Run
from sync.runs.taking import PATIENCE, is_stuck
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db

LONG, SHORT = PATIENCE * 2, timedelta(minutes=1)


@pytest.fixture
def run() -> Run:
    """One that has been at work for two hours."""
    return Run.objects.create(
        connection=ConnectionFactory(), kind="catalog", started_at=timezone.now() - LONG
    )


def test_one_that_has_saved_nothing_for_long_is_stuck(run: Run) -> None:
    assert is_stuck(run, None)
    ChangeBatch.objects.create(run=run, at=timezone.now() - LONG)
    assert is_stuck(run, timezone.now() - LONG)


def test_a_chunk_saved_of_late_begins_the_patience_anew(run: Run) -> None:
    assert not is_stuck(run, timezone.now() - SHORT)


def test_so_does_a_chunk_that_another_worker_saved(run: Run) -> None:
    ChangeBatch.objects.create(run=run, at=timezone.now() - SHORT)
    assert not is_stuck(run, None)
