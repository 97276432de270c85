"""Sign-ins are made once and kept private."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from demo.access import FILE, sign_ins

SITE = "http://localhost:8000"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "var"


def test_the_file_is_the_owners_alone(tmp_path: Path) -> None:
    sign_ins(SITE)
    path = tmp_path / "var" / FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == [FILE]


def test_a_second_call_reads_what_the_first_made() -> None:
    assert sign_ins(SITE) == sign_ins("http://elsewhere")


def test_another_installation_has_other_passwords(settings: Any, tmp_path: Path) -> None:
    first = sign_ins(SITE)
    settings.DATA_DIR = tmp_path / "other"
    second = sign_ins(SITE)
    assert first.people != second.people
    assert first.onec != second.onec


def test_it_names_people_of_every_role_and_the_exchange(tmp_path: Path) -> None:
    made = sign_ins(SITE)
    stored = json.loads((tmp_path / "var" / FILE).read_text(encoding="utf-8"))
    assert stored["site"] == SITE
    assert stored["onec"] == {
        "url": f"{SITE}/1c/exchange/",
        "user": "ut11",
        "password": made.onec,
    }
    assert {
        "administrator",
        "advertising",
        "editor",
        "catalogue",
        "sales",
        "head_of_sales",
        "finance",
        "integration",
        "director",
        "head",
        "buyer",
        "seller",
        "accountant",
    } == {person["role"] for person in stored["people"]}
    seller = next(person for person in stored["people"] if person["role"] == "seller")
    assert seller["dealer"] == "Кухни Поволжья"
    assert seller["outlet"] == "Салон на Салимжанова"
    assert all(
        set(person) == {"role", "name", "email", "password", "dealer", "outlet"}
        for person in stored["people"]
    )
