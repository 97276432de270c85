"""Keys of programs: shown once, changed without a gap, throttled."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from sync.models import Connection, Token
from sync.protocol.connections import GUESSES, TooManyGuesses
from sync.protocol.tokens import (
    OVERLAP,
    ForeignAddress,
    Paused,
    connection_of,
    is_valid,
    issue_token,
    revoke_token,
)
from tests.factories.base import StaffFactory
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_guesses() -> None:
    cache.clear()


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


def issue(base: Connection, **more: object) -> tuple[Token, str]:
    return issue_token(connection=base, name="Расширение", by=None, at=AT, **more)  # type: ignore[arg-type]


def opened(secret: str, at: datetime = AT, address: str = "10.0.0.1") -> Connection | None:
    return connection_of(secret=secret, address=address, at=at)


def test_a_key_opens_its_base_and_only_its_hash_is_kept(base: Connection) -> None:
    person = StaffFactory()
    token, secret = issue_token(connection=base, name=" Расширение ", by=person, at=AT)
    assert opened(secret) == base
    token.refresh_from_db()
    assert token.digest == hashlib.sha256(secret.encode()).hexdigest()
    assert (token.name, token.created_by) == ("Расширение", person)
    assert secret not in repr(Token.objects.values())


def test_a_key_is_changed_without_a_gap(base: Connection) -> None:
    old, first = issue(base)
    _new, second = issue(base, replaces=old)
    assert opened(first) == opened(second) == base
    later = AT + OVERLAP
    assert opened(second, later) == base
    assert opened(first, later) is None


def test_a_change_prolongs_no_key(base: Connection) -> None:
    old, _secret = issue(base, expires_at=AT + timedelta(hours=1))
    issue(base, replaces=old)
    old.refresh_from_db()
    assert old.expires_at == AT + timedelta(hours=1)


def test_a_revoked_or_expired_key_opens_nothing(base: Connection) -> None:
    token, secret = issue(base)
    revoke_token(token=token, by=None, at=AT)
    revoke_token(token=token, by=None, at=AT + timedelta(days=1))
    token.refresh_from_db()
    assert token.revoked_at == AT
    assert not is_valid(token, AT)
    assert opened(secret) is None
    _token, short = issue(base, expires_at=AT + timedelta(hours=1))
    assert opened(short) == base
    assert opened(short, AT + timedelta(hours=1)) is None


def test_a_key_of_a_base_that_is_off_opens_nothing(base: Connection) -> None:
    _token, secret = issue(base)
    Connection.objects.update(is_active=False)
    assert opened(secret) is None


def test_a_base_may_come_from_its_addresses_only() -> None:
    base = ConnectionFactory(allowed_addresses="10.0.0.0/24")
    _token, secret = issue(base)
    assert opened(secret, address="10.0.0.77") == base
    with pytest.raises(ForeignAddress) as caught:
        opened(secret, address="10.0.1.1")
    assert caught.value.connection == base


def test_the_last_use_is_written_once_a_minute(base: Connection) -> None:
    token, secret = issue(base)
    for seconds in (0, 59):
        opened(secret, AT + timedelta(seconds=seconds))
    token.refresh_from_db()
    assert token.used_at == AT
    opened(secret, AT + timedelta(seconds=60))
    token.refresh_from_db()
    assert token.used_at == AT + timedelta(seconds=60)


def test_wrong_keys_are_throttled_and_lock_out_no_right_one(base: Connection) -> None:
    _token, secret = issue(base)
    for _time in range(GUESSES):
        assert opened("vtr_wrong\ud800") is None
    with pytest.raises(TooManyGuesses):
        opened("vtr_wrong")
    assert opened("vtr_wrong", address="10.0.0.2") is None
    # its neighbours behind the same address guess, 1C goes on
    assert opened(secret) == base


def test_a_paused_base_takes_nothing(base: Connection) -> None:
    token, secret = issue(base)
    Connection.objects.update(is_paused=True)
    with pytest.raises(Paused):
        opened(secret)
    token.refresh_from_db()
    assert token.used_at is None


def test_a_key_needs_a_name_and_its_own_base(base: Connection) -> None:
    with pytest.raises(ValueError, match="name"):
        issue_token(connection=base, name=" ", by=None, at=AT)
    other, _secret = issue(ConnectionFactory())
    with pytest.raises(ValueError, match="another base"):
        issue(base, replaces=other)
