"""1C at the address of the exchange, asking one question at a time."""

from __future__ import annotations

import base64
from typing import Any

from django.test import Client

from sync.models import Connection
from tests.factories.sync import PASSWORD

PATH = "/1c/exchange/"
DOCUMENT = (
    '<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация></КоммерческаяИнформация>'
).encode()


class OneC:
    """Asks as 1C does: credentials on every request, the cookie copied by hand."""

    def __init__(self, base: Connection, exchange_type: str = "catalog", path: str = PATH) -> None:
        self.base = base
        self.type = exchange_type
        self.path = path
        self.password = PASSWORD
        self.cookie = ""
        self.client = Client(raise_request_exception=False)

    def ask(self, mode: str, body: bytes | None = None, **query: str) -> Any:
        headers = {"Authorization": basic(self.base.user, self.password)}
        if self.cookie:
            headers["Cookie"] = self.cookie
        address = f"{self.path}?type={self.type}&mode={mode}"
        address += "".join(f"&{name}={value}" for name, value in query.items())
        if body is None:
            answer = self.client.get(address, headers=headers)
        else:
            answer = self.client.post(
                address, body, content_type="application/octet-stream", headers=headers
            )
        assert answer.status_code == 200
        assert "Location" not in answer
        assert "Set-Cookie" not in answer
        return answer

    def says(self, mode: str, body: bytes | None = None, **query: str) -> str:
        answer = self.ask(mode, body, **query)
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        return bytes(answer.content).decode()

    def sign_in(self) -> OneC:
        lines = self.says("checkauth").split("\n")
        assert lines[0] == "success"
        self.cookie = f"{lines[1]}={lines[2]}"
        return self


def basic(user: str, password: str, charset: str = "utf-8") -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode(charset)).decode()
