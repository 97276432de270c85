"""What the configurations of 1C differ in when a base is set up."""

from __future__ import annotations

import pytest

from sync.models import Connection
from sync.protocol import families
from sync.registers.connection_form import LEAST_LIMIT


@pytest.mark.parametrize("family", Connection.Family.values)
def test_every_family_has_settings_that_a_base_has(family: str) -> None:
    told = families.preset(family)
    names = {field.name for field in Connection._meta.get_fields()}
    assert set(told) <= names
    assert told["schema_version"] in families.VERSIONS
    assert told["file_limit"] >= LEAST_LIMIT
    guide = families.guide(family)
    assert guide.where
    assert len(guide.steps) >= 3


def test_an_unknown_family_is_another_program() -> None:
    assert families.preset("new") == families.preset(Connection.Family.OTHER)
    assert families.guide("new") == families.guide(Connection.Family.OTHER)


def test_old_code_is_told_no_more_lines_than_it_knows() -> None:
    assert not families.preset(Connection.Family.UT103)["tells_session_key"]
