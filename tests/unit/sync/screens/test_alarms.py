"""The list of alarms, open and over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from dealer_area.roles import GroupName
from sync.watching import alarms
from tests.factories.admin import signed_in
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PAGE = "/cms/exchange/alarms/"


@time_machine.travel(AT, tick=False)
def test_alarms_are_listed_by_state_and_base() -> None:
    client = signed_in(GroupName.INTEGRATION)
    assert "Таких тревог нет." in client.get(PAGE).content.decode()
    base, other = ConnectionFactory(name="УТ"), ConnectionFactory(name="УНФ")
    began = AT - timedelta(hours=3)
    for one, code in ((base, "late"), (base, "quota"), (other, "disk")):
        alarms.open_alarm(connection=one, code=code, level="red", text=f"это {code}", at=began)
    alarms.close_alarm(connection=base, code="quota", at=AT - timedelta(hours=1))
    for query, found in (
        ("?all=1", ["это disk", "это quota", "это late"]),
        ("?state=open", ["это disk", "это late"]),
        ("?state=over", ["это quota"]),
        (f"?base={other.pk}", ["это disk"]),
    ):
        rows = client.get(PAGE + query).context["rows"]
        assert [row.alarm.text for row in rows] == found
    (closed,) = client.get(f"{PAGE}?state=over").context["rows"]
    assert (closed.over, closed.lasted) == ("24.11.2026 11:00", "2 ч")
    late = client.get(f"{PAGE}?state=open&base={base.pk}").content.decode()
    assert f"/cms/exchange/journal/?base={base.pk}" in late


def test_the_board_leads_there_and_sales_are_kept_out() -> None:
    assert PAGE in signed_in(GroupName.INTEGRATION).get("/cms/exchange/").content.decode()
    assert signed_in(GroupName.SALES).get(PAGE).status_code in {302, 403}
