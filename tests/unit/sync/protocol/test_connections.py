"""Who may exchange, and how guessing is stopped."""

from __future__ import annotations

import itertools
from contextlib import suppress
from typing import Any

import pytest
from django.utils import timezone

from sync import decisions
from sync.protocol import connections, sessions
from sync.protocol.connections import GUESSES, INVENTED, BadAddress, TooManyGuesses
from tests.factories.sync import PASSWORD, ConnectionFactory, ExchangeSessionFactory

pytestmark = pytest.mark.django_db


def test_create_connection_keeps_a_hash_and_the_settings() -> None:
    made = connections.create_connection(
        name="УТ", user=" exchange ", password="secret", use_zip=True, file_limit=1000
    )
    made.refresh_from_db()
    assert (made.user, made.use_zip, made.file_limit) == ("exchange", True, 1000)
    assert "secret" not in made.password
    assert connections.authenticate("exchange", "secret") == made
    assert made.schedules.exists()


@pytest.mark.parametrize(("user", "password"), [(" ", "secret"), ("exchange", "")])
def test_create_connection_needs_a_user_and_a_password(user: str, password: str) -> None:
    with pytest.raises(ValueError, match="needs"):
        connections.create_connection(name="УТ", user=user, password=password)


def test_authenticate_looks_at_the_name_the_password_and_the_switch() -> None:
    base = ConnectionFactory()
    off = ConnectionFactory(is_active=False)
    assert connections.authenticate(f" {base.user} ", PASSWORD) == base
    assert connections.authenticate(base.user, PASSWORD + " ") is None
    assert connections.authenticate("nobody", PASSWORD) is None
    assert connections.authenticate(off.user, PASSWORD) is None


def test_a_new_password_can_be_typed_and_given_to_a_command() -> None:
    made = {connections.new_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(each) >= 16 and each.isalnum() and each.isascii() for each in made)


def test_set_password_ends_the_sessions_of_the_old_one() -> None:
    session = ExchangeSessionFactory()
    connections.set_password(connection=session.connection, password="another")
    assert connections.authenticate(session.connection.user, "another") == session.connection
    assert connections.authenticate(session.connection.user, PASSWORD) is None
    assert sessions.session_of(key=session.key, at=timezone.now()) is None
    with pytest.raises(ValueError, match="needs"):
        connections.set_password(connection=session.connection, password="")


def test_a_password_that_cannot_be_noted_is_not_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any, **_told: Any) -> None:
        raise RuntimeError

    base = ConnectionFactory()
    monkeypatch.setattr(decisions, "record", fail)
    with pytest.raises(RuntimeError):
        connections.set_password(connection=base, password="another")
    assert connections.authenticate(base.user, PASSWORD) == base


def test_authenticate_from_stops_looking_after_many_wrong_passwords() -> None:
    base = ConnectionFactory()
    for _ in range(GUESSES):
        assert connections.authenticate_from("10.0.0.1", base.user, "guess") is None
    with pytest.raises(TooManyGuesses):
        connections.authenticate_from("10.0.0.1", base.user, PASSWORD)
    # the real 1C, elsewhere, is not locked out
    assert connections.authenticate_from("10.0.0.2", base.user, PASSWORD) == base


def test_invented_names_soon_cost_nothing_and_lock_nobody_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base = ConnectionFactory()
    hashed: list[str] = []
    monkeypatch.setattr(connections, "make_password", hashed.append)
    for number in range(INVENTED):
        assert connections.authenticate_from("10.0.0.1", f"nobody{number}", "x") is None
    with pytest.raises(TooManyGuesses):
        connections.authenticate_from("10.0.0.1", "nobody", "x")
    assert len(hashed) == INVENTED
    assert connections.authenticate_from("10.0.0.1", base.user, PASSWORD) == base


def test_a_guess_counts_before_its_password_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    base = ConnectionFactory()
    asked: list[str] = []

    def many_at_once(user: str, password: str) -> None:
        asked.append(password)
        with suppress(TooManyGuesses):
            connections.authenticate_from("10.0.0.1", user, password)

    monkeypatch.setattr(connections, "authenticate", many_at_once)
    connections.authenticate_from("10.0.0.1", base.user, "x")
    assert len(asked) == GUESSES


def test_an_unknown_proxy_is_told_of_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    monkeypatch.setattr(connections, "_forwarded", itertools.count())
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    forwarded = {"HTTP_X_FORWARDED_FOR": "203.0.113.7"}
    connections.client_address({"REMOTE_ADDR": "10.0.0.1", **forwarded})
    connections.client_address({"REMOTE_ADDR": "10.0.0.2"})
    assert not caplog.records
    for _time in range(2):
        connections.client_address({"REMOTE_ADDR": "10.0.0.2", **forwarded})
    assert [record.args for record in caplog.records] == [("10.0.0.2",)]


def test_authenticate_from_forgets_mistakes_after_the_right_password() -> None:
    base = ConnectionFactory()
    for _ in range(GUESSES - 1):
        connections.authenticate_from("10.0.0.1", base.user, "guess")
    assert connections.authenticate_from("10.0.0.1", base.user, PASSWORD) == base
    for _ in range(GUESSES - 1):
        connections.authenticate_from("10.0.0.1", base.user, "guess")
    assert connections.authenticate_from("10.0.0.1", base.user, PASSWORD) == base


@pytest.mark.parametrize(
    ("allowed", "address", "may"),
    [
        ("", "203.0.113.7", True),
        (" \n", "", True),
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("10.0.0.0/8\n\n2001:db8::/32", "10.255.0.1", True),
        ("10.0.0.0/8\n2001:db8::/32", "2001:db8::7", True),
        ("10.0.0.0/8", "2001:db8::7", False),
        ("10.0.0.5/8", "10.9.9.9", True),
        ("10.0.0.0/8", "::ffff:10.0.0.1", True),
        ("10.0.0.0/8", "", False),
        ("10.0.0.0/8", "unix:", False),
        ("nonsense", "10.0.0.1", False),
    ],
)
def test_may_come_from(allowed: str, address: str, may: bool) -> None:
    base = ConnectionFactory.build(allowed_addresses=allowed)
    assert connections.may_come_from(base, address) is may


@pytest.mark.parametrize("text", ["10.0.0.1\nfoo", "10.0.0.1\n10.0.0.0/33", "\n10.0.0.256"])
def test_networks_name_the_line_that_is_none(text: str) -> None:
    with pytest.raises(BadAddress) as error:
        connections.networks(text)
    assert error.value.line == 2
    assert error.value.text == text.splitlines()[1]


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "address"),
    [
        ("203.0.113.7", "", [], "203.0.113.7"),
        # whoever calls directly may say of himself what he likes
        ("203.0.113.7", "10.0.0.1", [], "203.0.113.7"),
        ("203.0.113.7", "10.0.0.1", ["127.0.0.1"], "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7", ["127.0.0.1"], "203.0.113.7"),
        ("127.0.0.1", "10.0.0.1, 203.0.113.7", ["127.0.0.1"], "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7, 10.0.0.2", ["127.0.0.1", "10.0.0.0/8"], "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7:4711", ["127.0.0.1"], "203.0.113.7"),
        ("127.0.0.1", "[2001:db8::7]:4711", ["127.0.0.1"], "2001:db8::7"),
        ("::1", "203.0.113.7", ["::1"], "203.0.113.7"),
        ("127.0.0.1", "", ["127.0.0.1"], "127.0.0.1"),
        ("127.0.0.1", "unknown", ["127.0.0.1"], "127.0.0.1"),
        ("", "203.0.113.7", ["127.0.0.1"], ""),
    ],
)
def test_client_address(
    settings: Any, remote: str, forwarded: str, proxies: list[str], address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    meta = {"REMOTE_ADDR": remote}
    if forwarded:
        meta["HTTP_X_FORWARDED_FOR"] = forwarded
    assert connections.client_address(meta) == address


def test_free_user_is_like_the_wanted_one() -> None:
    assert connections.free_user("1c-ut11") == "1c-ut11"
    ConnectionFactory(user="1c-ut11")
    ConnectionFactory(user="1c-ut11-2")
    assert connections.free_user("1c-ut11") == "1c-ut11-3"
