"""Versions of objects: the last eight that were taken are known."""

from __future__ import annotations

from typing import Any

import pytest

from sync.intake.versions import KEPT, Versions
from sync.models import Connection, Version
from sync.onec.records import PartnerRecord, Row
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


def row(version: str, ref: str = "p1", kind: str = "partner") -> Row:
    return Row(1, kind, ref, version, PartnerRecord(ref, "Дом"))


def take(base: Connection, *rows: Row) -> list[bool]:
    versions = Versions(base)
    versions.look_up(rows)
    known = [versions.has(each) for each in rows]
    versions.note(rows)
    return known


def test_a_version_is_known_once_it_was_taken(base: Connection) -> None:
    assert take(base, row("A"), row("A", ref="p2")) == [False, False]
    assert take(base, row("A"), row("B"), row("A", ref="p3")) == [True, False, False]
    assert take(ConnectionFactory(), row("A")) == [False]
    assert take(base, row("A", kind="contract")) == [False]


def test_the_last_ones_are_kept(base: Connection) -> None:
    for number in range(KEPT + 1):
        take(base, row(str(number)))
    assert take(base, row("0")) == [False]
    assert take(base, row("3")) == [True]
    assert len(Version.objects.get().versions) == KEPT


def test_several_versions_of_an_object_in_one_chunk_are_all_kept(base: Connection) -> None:
    take(base, row("A"), row("B"), row("B"))
    assert Version.objects.get().versions == ["A", "B"]


def test_what_has_no_version_or_identifier_is_not_kept(base: Connection) -> None:
    assert take(base, row(""), row("A", ref=""), row("A", kind="balance")) == [False] * 3
    assert not Version.objects.exists()


def test_a_chunk_costs_a_query_a_kind(base: Connection, django_assert_num_queries: Any) -> None:
    rows = [row("A", ref=str(n)) for n in range(100)] + [row("A", kind="contract")]
    with django_assert_num_queries(3):
        take(base, *rows)
    with django_assert_num_queries(2):
        take(base, *rows)
