"""Media answer to signed addresses only, as what they are and nothing more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from base.media import signed_url

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "media/pictures").mkdir(parents=True)
    (tmp_path / "media/pictures/петля 1.png").write_bytes(PNG)
    (tmp_path / "secret.txt").write_text("secret", encoding="ascii")
    return tmp_path / "media"


@pytest.fixture
def client(client: Client) -> Iterator[Client]:
    """The usual client; files of its answers are closed in the end."""
    answers: list[HttpResponseBase] = []
    ask = client.request

    def remember(**request: Any) -> Any:
        answers.append(ask(**request))
        return answers[-1]

    client.request = remember  # type: ignore[method-assign]
    yield client
    for answer in answers:
        answer.close()


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_signed_address_answers_without_a_sign_in_and_without_a_query(client: Client) -> None:
    answer = client.get(signed_url("pictures/петля 1.png"))
    assert answer.status_code == 200
    assert body(answer) == PNG
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, max-age=86400"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "Content-Disposition" not in answer or "attachment" not in answer["Content-Disposition"]


def test_address_of_another_file_or_day_is_not_found(client: Client) -> None:
    url = signed_url("pictures/петля 1.png")
    token = url.split("/")[2]
    old = signed_url("pictures/петля 1.png", timezone.localdate() - timedelta(days=2))
    assert client.get(f"/media/{token}/pictures/other.png").status_code == 404
    assert client.get(f"/media/{token}x/pictures/петля 1.png").status_code == 404
    assert client.get(old).status_code == 404
    assert client.get("/media/20261124-/pictures/петля 1.png").status_code == 404
    assert client.get("/media/x/y").status_code == 404


def test_address_of_yesterday_still_answers(client: Client) -> None:
    day = timezone.localdate() - timedelta(days=1)
    assert client.get(signed_url("pictures/петля 1.png", day)).status_code == 200


def test_signed_name_outside_of_the_folder_is_not_found(client: Client) -> None:
    assert client.get(signed_url("../secret.txt")).status_code == 404
    assert client.get(signed_url("pictures")).status_code == 404
    assert client.get(signed_url("pictures/none.png")).status_code == 404


@pytest.mark.parametrize("name", ["page.html", "script.js", "list.xlsx", "noname"])
def test_what_a_browser_should_not_run_is_offered_to_save(
    client: Client, folder: Path, name: str
) -> None:
    (folder / name).write_bytes(b"<script>alert(1)</script>")
    answer = client.get(signed_url(name))
    assert answer["Content-Disposition"] == f"attachment; filename*=UTF-8''{name}"


def test_pdf_is_shown_without_a_sandbox(client: Client, folder: Path) -> None:
    (folder / "лист.pdf").write_bytes(b"%PDF-1.7")
    answer = client.get(signed_url("лист.pdf"))
    assert answer["Content-Type"] == "application/pdf"
    assert "sandbox" not in answer["Content-Security-Policy"]


def test_unchanged_file_is_not_sent_again(client: Client) -> None:
    url = signed_url("pictures/петля 1.png")
    told = client.get(url)["Last-Modified"]
    again = client.get(url, headers={"If-Modified-Since": told})
    assert again.status_code == 304
    assert again.content == b""


def test_web_server_sends_the_file_where_it_is_told_to(client: Client, settings: Settings) -> None:
    settings.MEDIA_ACCEL_PREFIX = "/protected/"
    answer = client.get(signed_url("pictures/петля 1.png"))
    assert answer["X-Accel-Redirect"] == (
        "/protected/pictures/%D0%BF%D0%B5%D1%82%D0%BB%D1%8F%201.png"
    )
    assert answer.content == b""
    assert answer["Content-Type"] == "image/png"


def test_media_are_read_only(client: Client) -> None:
    assert client.post(signed_url("pictures/петля 1.png")).status_code == 405
