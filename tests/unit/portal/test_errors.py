"""Pages of errors: in Russian, with the right status, the worst of them on its own feet."""

from __future__ import annotations

import re

import pytest
from django.test import Client, RequestFactory

from portal import errors
from tests.factories.base import UserFactory


@pytest.mark.django_db
def test_not_found_says_so(client: Client) -> None:
    client.force_login(UserFactory())
    answer = client.get("/no/such/thing/")
    assert answer.status_code == 404
    assert "Такой страницы нет" in answer.content.decode()


@pytest.mark.parametrize(
    ("view", "status", "text"),
    [
        (errors.bad_request, 400, "Запрос не понят"),
        (errors.permission_denied, 403, "Эта страница вам недоступна"),
    ],
)
def test_refusal_says_what_it_is(
    rf: RequestFactory, db: None, view: object, status: int, text: str
) -> None:
    request = rf.get("/orders/")
    request.user = UserFactory()
    answer = view(request)  # type: ignore[operator]
    assert answer.status_code == status
    assert text in answer.content.decode()


def test_server_error_gives_a_code_that_the_log_has(
    rf: RequestFactory, caplog: pytest.LogCaptureFixture
) -> None:
    # no database here: the page must not need one
    answer = errors.server_error(rf.post("/checkout/"))
    assert answer.status_code == 500
    page = answer.content.decode()
    found = re.search(r"\b[0-9a-f]{8}\b", page[page.index("Код для службы") :])
    assert found
    assert f"Error {found[0]}: POST /checkout/" in caplog.text
