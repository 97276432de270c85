"""Russian, whatever the browser asks for, until the person chooses."""

from __future__ import annotations

from django.test import Client

SIGN_IN = "/accounts/login/"


def test_browser_in_english_reads_russian(client: Client, db: None) -> None:
    answer = client.get(SIGN_IN, headers={"Accept-Language": "en-US,en;q=0.9"})
    assert answer["Content-Language"] == "ru"
    assert "Вход для дилеров" in answer.content.decode()


def test_choice_is_kept(client: Client, db: None) -> None:
    answer = client.post("/language/", {"language": "en", "next": SIGN_IN})
    assert answer["Location"] == SIGN_IN
    page = client.get(SIGN_IN)
    assert page["Content-Language"] == "en"
    assert "Sign in for dealers" in page.content.decode()


def test_unknown_language_is_no_choice(client: Client, db: None) -> None:
    client.cookies["vitrina_language"] = "de"
    assert client.get(SIGN_IN)["Content-Language"] == "ru"


def test_sign_in_page_has_no_english_left(client: Client, db: None) -> None:
    page = client.get(SIGN_IN).content.decode()
    words = ["Sign in", "Password", "Remember", "Forgot", "Copied", "Close", "To the content"]
    assert not [word for word in words if f">{word}" in page or f'"{word}' in page]
