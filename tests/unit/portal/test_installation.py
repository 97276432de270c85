"""Sign-ins of the demonstration as a person and as a program read them."""

from __future__ import annotations

import json

from portal.installation import Access


def _person(role: str, name: str) -> dict[str, str]:
    return {
        "role": role,
        "name": name,
        "email": f"{name}@x.example",
        "password": "secret",
        "dealer": "",
        "outlet": "",
    }


PEOPLE = (_person("buyer", "first"), _person("seller", "second"), _person("buyer", "third"))
ACCESS = Access("http://localhost:8000", PEOPLE, {"url": "u", "user": "ut11", "password": "p"})


def test_the_table_shows_the_first_person_of_each_role() -> None:
    lines = ACCESS.as_table().splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["role", "name"],
        ["buyer", "first"],
        ["seller", "second"],
    ]


def test_a_program_gets_everybody() -> None:
    assert json.loads(ACCESS.as_json()) == {
        "site": "http://localhost:8000",
        "people": list(PEOPLE),
        "onec": {"url": "u", "user": "ut11", "password": "p"},
    }
