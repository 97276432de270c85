"""`vitrina onec odata`: what it says and what it refuses."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from onec.odata import OdataServer


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[OdataServer]:
    """Servers that would now serve, interrupted at once."""
    found: list[OdataServer] = []

    def serve(self: OdataServer) -> None:
        found.append(self)
        raise KeyboardInterrupt

    monkeypatch.setattr(OdataServer, "serve_forever", serve)
    return found


def run(*arguments: Any) -> str:
    out = io.StringIO()
    call_command("onec", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_base_is_served_with_its_way_in_told(served: list[OdataServer]) -> None:
    said = run("odata", "--dialect", "unf", "--port", 0, "--clients", 3)
    assert served[0].base.dialect == "unf"
    assert len(served[0].base.table("Catalog_Контрагенты")) == 3
    assert said.startswith(f"unf: {served[0].url}, user odata, password odata")
    assert said.endswith("Ended\n")


def test_goods_and_faults(served: list[OdataServer], tmp_path: Path) -> None:
    goods = tmp_path / "goods.txt"
    goods.write_text("p1\np1#c1\n", encoding="utf-8")
    fault = "missing:Catalog_Партнеры"
    run("odata", "--port", 0, "--goods", goods, "--fault", fault, "--clients", 1)
    assert served[0].faults.missing == "Catalog_Партнеры"
    prices = served[0].base.table("InformationRegister_ЦеныНоменклатуры_RecordType")
    assert {row["Номенклатура_Key"] for row in prices} == {"p1"}


@pytest.mark.usefixtures("served")
def test_what_it_cannot_do_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such fault"):
        run("odata", "--fault", "fire")
    with pytest.raises(CommandError, match="No such file"):
        run("odata", "--port", 0, "--goods", tmp_path / "nothing")
    with pytest.raises(CommandError, match="Needed: --url, --user, --password"):
        run("orders")
