"""Whether a base answers, and to what."""

from __future__ import annotations

import pytest

from base.secrets import seal
from onec.odata import OdataFaults, OdataServer
from onec.odata_base import ODATA_DIALECTS, OdataDialect
from onec.odata_made import make_base
from sync.channels.probing import Probe, probe
from sync.models import Connection
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db


def connected(server: OdataServer, password: str = "odata") -> Connection:
    return ConnectionFactory(
        family=server.base.dialect,
        odata_url=server.url,
        odata_user=server.user,
        odata_password=seal(password),
    )


def found(probes: list[Probe]) -> dict[str, bool | None]:
    return {each.entity: each.ok for each in probes}


@pytest.mark.parametrize("dialect", ODATA_DIALECTS)
def test_everything_is_there(dialect: OdataDialect) -> None:
    with OdataServer(make_base(dialect, clients=5, products=4)) as server:
        probes = probe(connected(server))
    assert [each for each in probes if not each.ok] == []
    assert {each.kind for each in probes} >= {"counterparties", "settlements", "prices", "stock"}
    assert len(found(probes)) == len(probes)


def test_missing_objects_are_named_and_the_others_asked() -> None:
    faults = OdataFaults("missing:AccumulationRegister_ТоварыНаСкладах")
    with OdataServer(make_base("ut11", clients=2, products=2), faults=faults) as server:
        probes = probe(connected(server))
    missing = [each for each in probes if each.ok is False]
    assert [each.name for each in missing] == ["Регистр накопления «ТоварыНаСкладах»"]
    assert "Настройка автоматического REST-сервиса" in missing[0].words
    assert missing[0].needed
    assert sum(bool(each.ok) for each in probes) == len(probes) - 1


def test_what_can_be_done_without_is_said() -> None:
    faults = OdataFaults("missing:InformationRegister_СостоянияЗаказовКлиентов")
    with OdataServer(make_base("ut11", clients=2, products=2), faults=faults) as server:
        [missing] = [each for each in probe(connected(server)) if not each.ok]
    assert not missing.needed


def test_fields_that_a_base_lacks_are_no_failure() -> None:
    base = make_base("unf", clients=2, products=2)
    for row in base.table("Catalog_Контрагенты"):
        del row["Недействителен"]
    with OdataServer(base) as server:
        probes = probe(connected(server))
    party = next(each for each in probes if each.entity == "Catalog_Контрагенты")
    other = next(each for each in probes if each.entity == "Catalog_Валюты")
    assert party.ok
    assert party.words != other.words


def test_wrong_password_is_the_one_result() -> None:
    with OdataServer(make_base("ut11", clients=2, products=2)) as server:
        connection = connected(server, "wrong")
        [only] = probe(connection)
    assert (only.entity, only.ok) == (connection.odata_url, False)


def test_nobody_at_the_address_is_the_one_result() -> None:
    with OdataServer(make_base("ut11", clients=1, products=1)) as server:
        connection = connected(server)
    [only] = probe(connection)
    assert only.ok is False
    [only] = probe(ConnectionFactory())
    assert only.ok is False


def test_slow_base_is_not_asked_for_ever() -> None:
    with OdataServer(make_base("ut11", clients=1, products=1)) as server:
        probes = probe(connected(server), seconds=-1)
    assert {each.ok for each in probes} == {None}
