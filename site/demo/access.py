"""The sign-ins of the demonstration, kept in one private file of the data folder."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from demo.company import DEALERS, ONEC_USER, STAFF, Company, Person, email_of
from sync.protocol import connections

FILE = "access.json"
EXCHANGE_PATH = "/1c/exchange/"
_SYLLABLES = ("ba", "ve", "di", "zhu", "ko", "la", "mi", "no", "pu", "ra", "se", "tu", "fi", "sha")


@dataclass(frozen=True, slots=True)
class SignIns:
    """One password for all people of the demonstration, another for its 1C."""

    people: str
    onec: str


def sign_ins(site: str) -> SignIns:
    """Those of this installation, made and written down at the first call."""
    path = Path(settings.DATA_DIR) / FILE
    if path.exists():
        stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return SignIns(stored["people"][0]["password"], stored["onec"]["password"])
    made = SignIns(_password(), connections.new_password())
    _write(path, _document(site, made))
    return made


def _document(site: str, made: SignIns) -> dict[str, Any]:
    people = [_row(person, None, made) for person in STAFF]
    for company in DEALERS:
        people += [_row(person, company, made) for person in company.people]
    onec = {"url": site + EXCHANGE_PATH, "user": ONEC_USER, "password": made.onec}
    return {"site": site, "people": people, "onec": onec}


def _row(person: Person, company: Company | None, made: SignIns) -> dict[str, str]:
    outlet = company.outlets[person.outlet][0] if company and person.outlet is not None else ""
    return {
        "role": person.role,
        "name": person.name,
        "email": email_of(person, company),
        "password": made.people,
        "dealer": company.name if company else "",
        "outlet": outlet,
    }


def _write(path: Path, document: dict[str, Any]) -> None:
    """Complete or not at all, readable by the owner only from its first byte."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=2)
    draft.replace(path)


def _password() -> str:
    """Easy to read aloud and to type, hard to guess: six syllables and four digits."""
    syllables = "".join(secrets.choice(_SYLLABLES) for _ in range(6))
    return f"{syllables}-{secrets.randbelow(9000) + 1000}"
