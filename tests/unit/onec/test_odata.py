"""The stand-in for 1C's OData, asked over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from onec.odata import OdataFaults, OdataServer
from onec.odata_base import guid
from onec.odata_made import make_base

PARTIES = "Catalog_Контрагенты"


@pytest.fixture
def server() -> Iterator[OdataServer]:
    with OdataServer(make_base("ut11", clients=9, products=5)) as running:
        yield running


def ask(server: OdataServer, path: str, **options: str) -> httpx.Response:
    return httpx.get(
        f"{server.url}/odata/standard.odata/{path}",
        params={f"${name}": value for name, value in options.items()},
        auth=(server.user, server.password),
        trust_env=False,
    )


def rows(server: OdataServer, path: str, **options: str) -> list[dict[str, Any]]:
    answer = ask(server, path, **options)
    assert answer.status_code == 200
    return list(httpx.Response(200, content=answer.content[3:]).json()["value"])


def error(server: OdataServer, path: str, **options: str) -> tuple[int, str]:
    answer = ask(server, path, **options)
    told = httpx.Response(200, content=answer.content[3:]).json()["odata.error"]
    return answer.status_code, told["message"]["value"]


def test_answers_look_like_those_of_the_platform(server: OdataServer) -> None:
    answer = ask(server, PARTIES, top="1")
    assert answer.content.startswith(b"\xef\xbb\xbf{\r\n")
    assert b"$metadata#Catalog_" in answer.content


def test_nobody_is_let_in_without_a_password(server: OdataServer) -> None:
    answer = httpx.get(f"{server.url}/odata/standard.odata/{PARTIES}", trust_env=False)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_pages_go_through_everything_once(server: OdataServer) -> None:
    seen: list[str] = []
    condition: dict[str, str] = {}
    while page := rows(server, PARTIES, orderby="Ref_Key", top="4", select="Ref_Key", **condition):
        seen += [row["Ref_Key"] for row in page]
        condition = {"filter": f"Ref_Key gt guid'{seen[-1]}'"}
    assert len(seen) == len(set(seen)) == 9
    # a base does not keep identifiers in the order of their letters
    assert seen != sorted(seen)


def test_only_the_fields_that_were_asked_for(server: OdataServer) -> None:
    [row, *_others] = rows(server, PARTIES, select="Ref_Key,Description")
    assert list(row) == ["Ref_Key", "Description"]
    assert error(server, PARTIES, select="Чужое") == (400, "Поле Чужое не найдено")


def test_balance_is_a_function(server: OdataServer) -> None:
    register = "AccumulationRegister_ТоварыНаСкладах"
    balance = rows(server, f"{register}/Balance(Dimensions='Номенклатура,Склад')")
    assert len(balance) == 10 - 1  # the first product has nothing in the first warehouse
    assert set(balance[0]) == {
        "Номенклатура_Key",
        "Склад_Key",
        "ВНаличииBalance",
        "КОтгрузкеBalance",
    }
    product = balance[0]["Номенклатура_Key"]
    one = rows(server, f"{register}/Balance(Condition='Номенклатура_Key eq guid'{product}'')")
    assert {row["Номенклатура_Key"] for row in one} == {product}
    before = "2000-01-01T00:00:00"
    assert rows(server, f"{register}/Balance(Period=datetime'{before}')") == []
    assert error(server, f"{register}_Balance") == (
        404,
        f"Сущность {register}_Balance не найдена",
    )
    assert error(server, f"{register}/Balance(Dimensions='Чужое')")[0] == 400


def test_slice_is_a_function_of_records(server: OdataServer) -> None:
    register = "InformationRegister_ЦеныНоменклатуры"
    assert len(rows(server, f"{register}_RecordType/SliceLast()")) == 10
    assert error(server, f"{register}/SliceLast()") == (
        400,
        "Обнаружены лишние сегменты: SliceLast",
    )


def test_register_itself_tells_sets_of_records(server: OdataServer) -> None:
    [first, *_others] = rows(server, "AccumulationRegister_РасчетыСКлиентамиПоСрокам")
    assert set(first) == {"Recorder", "Recorder_Type", "RecordSet"}


def test_list_of_what_is_published(server: OdataServer) -> None:
    names = {row["name"] for row in rows(server, "")}
    assert {PARTIES, "Document_ЗаказКлиента"} <= names


def test_data_are_changed_through_the_door(server: OdataServer) -> None:
    def do(verb: str, **told: Any) -> int:
        return httpx.post(
            f"{server.url.removesuffix('/base')}/control/{verb}",
            json={"entity": PARTIES, **told},
            auth=(server.user, server.password),
            trust_env=False,
        ).status_code

    party = guid("party", 0)

    def version() -> str:
        [row] = rows(server, PARTIES, filter=f"Ref_Key eq guid'{party}'")
        return str(row["DataVersion"])

    before = version()
    assert do("change", ref=party, fields={"Description": "Другое"}) == 200
    assert version() != before
    assert do("insert", fields={"Ref_Key": guid("new"), "Description": "Новый"}) == 200
    assert len(rows(server, PARTIES, select="Ref_Key")) == 10
    assert do("remove", fields={"Ref_Key": guid("new")}) == 200
    assert len(rows(server, PARTIES)) == 9
    assert do("change", ref="nobody", fields={}) == 400
    assert do("explode") == 400


def test_faults_happen_once_for_each_address() -> None:
    for name, statuses in (("500", [500, 200]), ("torn", [200, 200])):
        with OdataServer(make_base("unf", clients=1), faults=OdataFaults(name)) as server:
            given = [ask(server, PARTIES) for _attempt in range(2)]
        assert [each.status_code for each in given] == statuses
        assert b"Description" not in given[0].content
        assert b"Description" in given[1].content


def test_base_goes_down_after_some_answers() -> None:
    faults = OdataFaults("down", answers=1)
    with OdataServer(make_base("unf", clients=1), faults=faults) as server:
        assert ask(server, PARTIES).status_code == 200
        with pytest.raises(httpx.TransportError):
            ask(server, PARTIES)


def test_object_that_nobody_has_published() -> None:
    faults = OdataFaults(f"missing:{PARTIES}")
    with OdataServer(make_base("unf", clients=1), faults=faults) as server:
        assert error(server, PARTIES)[0] == 404
        assert ask(server, "Catalog_Валюты").status_code == 200
        assert PARTIES not in {row["name"] for row in rows(server, "")}
