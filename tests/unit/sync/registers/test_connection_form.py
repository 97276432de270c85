"""What may stand in the settings of a base."""

from __future__ import annotations

from typing import Any

import pytest
from django.forms.models import model_to_dict

from base.secrets import unseal
from sync.models import Connection
from sync.registers.connection_form import MAPPED, ConnectionForm, SecondStep
from tests.factories.base import StaffFactory
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db

FIELDS = (
    "name",
    "family",
    "user",
    "is_active",
    "time_zone",
    "use_zip",
    "file_limit",
    "tells_session_key",
    "allowed_addresses",
    "absence_limit",
    "auto_import_minutes",
    "plain_offers",
    "picture_quota_mb",
    "charset",
    "schema_version",
    "split_orders",
    "unconfirmed_hours",
    "odata_url",
    "odata_user",
    "folder",
    "responsible",
)


class Form(ConnectionForm):
    """With the fields of the register."""

    class Meta:
        model = Connection
        fields = FIELDS


def form_of(base: Connection, **changes: Any) -> Form:
    told = {**model_to_dict(base, FIELDS), **dict.fromkeys(MAPPED, ""), **changes}
    return Form(data=told, instance=base, for_user=StaffFactory())


def saved(base: Connection, **changes: Any) -> Connection:
    form = form_of(base, **changes)
    assert form.is_valid(), form.errors
    return form.save()


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("allowed_addresses", "10.0.0.1\nfoo"),
        ("time_zone", "Москва"),
        ("file_limit", 100),
        ("file_limit", -1),
        ("user", "a:b"),
        ("user", "taken"),
        ("absence_limit", 101),
        ("responsible", "anna@example.ru\nnobody"),
        ("odata_url", "1c.example.ru/trade"),
        ("odata_url", "file:///etc/passwd"),
        ("folder", "../other"),
        ("folder", "/etc"),
        ("folder", "C:\\exchange"),
        ("schema_version", "9.99"),
    ],
)
def test_what_may_not_stand_there(field: str, text: Any) -> None:
    ConnectionFactory(user="taken")
    form = form_of(ConnectionFactory(), **{field: text})
    assert not form.is_valid()
    assert list(form.errors) == [field]


@pytest.mark.parametrize(
    ("field", "text", "kept"),
    [
        ("allowed_addresses", " 10.0.0.1 \n\n10.1.2.3/8", "10.0.0.1\n10.0.0.0/8"),
        ("file_limit", 0, 0),
        ("responsible", "anna@example.ru, ivan@example.ru", "anna@example.ru\nivan@example.ru"),
        ("odata_url", " https://1c.example.ru/trade/ ", "https://1c.example.ru/trade"),
        ("folder", "ut11\\out", "ut11/out"),
        ("schema_version", "3.1", "3.1"),
        ("user", " exchange ", "exchange"),
    ],
)
def test_what_is_kept(field: str, text: Any, kept: Any) -> None:
    assert getattr(saved(ConnectionFactory(), **{field: text}), field) == kept


def test_the_password_of_odata_is_sealed_and_stays_when_nothing_is_typed() -> None:
    base = saved(ConnectionFactory(), new_odata_password=" secret ")
    assert unseal(base.odata_password) == " secret "
    assert "secret" not in str(form_of(base))
    kept = base.odata_password
    assert saved(base).odata_password == kept


def test_fields_from_properties_keep_what_is_said() -> None:
    base = saved(ConnectionFactory(field_map={"brand": "Бренд"}), series=" Серия ")
    assert base.field_map == {"series": "Серия"}


def test_the_second_step_makes_nothing_by_itself() -> None:
    with pytest.raises(NotImplementedError):
        SecondStep().save()
