"""What addresses and forms of the exchange's screens may hold: anything, without an error page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse

from sync.files import uploads
from sync.screens import lists, urls
from tests.factories.base import StaffFactory
from tests.factories.sync import ConnectionFactory

HUGE = "9" * 20
ENDLESS = "9" * 5000
NUMBERS = [HUGE, ENDLESS, "-1", "0", "²", "٣", "1.5", "x", "\x00", ""]
DAYS = ["0001-01-01", "9999-12-31", "2026-02-31", "0000-00-00", "\x00", HUGE]
TEXTS = ["\x00", "a\x00b", "'; --", "%", "_", "\\", "\ufffd", "я" * 5000, HUGE]
HOSTILE = [
    *({"base": each, "run": each, "p": each, "replaces": each} for each in NUMBERS),
    *({"since": each, "until": each} for each in DAYS),
    *(
        {"q": each, "kind": each, "state": each, "reason": each, "trigger": each, "late": each}
        for each in TEXTS
    ),
]
POSTED = [
    {"order": [HUGE, ENDLESS], "action": "hold"},
    {"upload": [f"{HUGE}-1", f"1-{HUGE}", f"{ENDLESS}-{ENDLESS}", "-", "\x00-1"]},
    {"object": [HUGE, ENDLESS, "\x00"], "action": "retry", "query": f"base={HUGE}"},
    {"object": ["1"], "all": "1", "action": "aside", "query": "q=%00&since=0001-01-01&kind=%00"},
    {"pair": [HUGE, ENDLESS], "one": HUGE, "base": HUGE, "action": "apart"},
    {"pair": [HUGE], "base": HUGE, "action": "sure"},
    {"connection": HUGE, "name": "\x00", "replaces": HUGE, "kinds": ["\x00"], "row": [HUGE]},
]


def screens() -> list[URLPattern]:
    """All screens but those whose question is who asks."""
    return [each for each in urls.urlpatterns if isinstance(each, URLPattern)]


def addresses(number: int) -> list[str]:
    """Every screen, with this number wherever one stands in its address."""
    found = []
    for screen in screens():
        for word in ("prices", "pause", f"{number}-1"):
            arguments = {
                name: number if name in {"pk", "base"} else word
                for name in screen.pattern.converters
            }
            try:
                found.append(reverse(f"exchange:{screen.name}", kwargs=arguments))
            except NoReverseMatch:
                continue
            if not {"action", "tab", "kind", "key"} & set(arguments):
                break
    return found


def read(answer: Any) -> int:
    """The status, once all that is streamed was made."""
    if answer.streaming:
        list(answer.streaming_content)
    return int(answer.status_code)


@pytest.fixture
def client() -> Client:
    browser = Client(raise_request_exception=True)
    browser.force_login(StaffFactory(is_superuser=True))
    # two, for what is asked and shown where there is more than one
    ConnectionFactory.create_batch(2)
    return browser


@pytest.mark.django_db
@pytest.mark.parametrize("asked", HOSTILE, ids=lambda asked: ascii(asked)[:60])
def test_no_screen_breaks_at_what_its_address_asks(client: Client, asked: dict[str, str]) -> None:
    for screen in screens():
        if not screen.pattern.converters:
            path = reverse(f"exchange:{screen.name}")
            assert read(client.get(path, asked)) in {200, 302, 404, 405}, path
            assert read(client.get(f"{path}?all=1")) in {200, 302, 404, 405}, path
    for register in ("run", "offer", "product"):
        path = f"/cms/sync/{register}/"
        assert read(client.get(path, {"base": asked.get("base", "")})) in {200, 302, 404}, path


@pytest.mark.django_db
@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**30])
def test_a_row_that_there_cannot_be_is_not_found(client: Client, number: int) -> None:
    for path in addresses(number):
        if str(number) in path:
            assert read(client.get(path)) in {302, 404, 405}, path
            assert read(client.post(path)) in {302, 404, 405}, path


@pytest.mark.django_db
@pytest.mark.parametrize("sent", POSTED, ids=lambda sent: ascii(sent)[:40])
def test_no_screen_breaks_at_what_its_form_sends(client: Client, sent: dict[str, Any]) -> None:
    for screen in screens():
        if not screen.pattern.converters and screen.name != "connect":
            path = reverse(f"exchange:{screen.name}")
            assert read(client.post(path, sent)) < 500, path


@pytest.mark.parametrize("text", [HUGE, ENDLESS, "-1", "²", "1.5", "\x00", "", None])
def test_no_number_of_a_row(text: str | None) -> None:
    assert lists.whole(text) is None
    assert lists.wholes([text or "", "7"]) == [7]


@pytest.mark.parametrize("text", [*DAYS, "", None])
@pytest.mark.parametrize("after", [False, True])
def test_no_day_that_a_clock_shows(text: str | None, after: bool) -> None:
    assert lists.day(text, after=after) is None


def test_days_texts_and_uploads_that_are_sound() -> None:
    begins, ends = lists.day("2026-11-25"), lists.day("2026-11-25", after=True)
    assert begins is not None
    assert ends is not None
    assert begins < datetime(2026, 11, 25, 12, tzinfo=UTC) < ends
    assert lists.phrase(" a\x00b ", 100) == "ab"
    assert lists.phrase("я" * 9, 3) == "яяя"
    assert lists.phrase(None, 3) == ""
    assert uploads.parse(["12-3", f"{HUGE}-1", f"1-{HUGE}", "-", "a-1"]) == [(12, 3)]
