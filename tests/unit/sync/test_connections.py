"""Who may exchange, and how guessing is stopped."""

from __future__ import annotations

import pytest
from django.utils import timezone

from sync import connections, sessions
from sync.connections import GUESSES, TooManyGuesses
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


def test_set_password_ends_the_sessions_of_the_old_one() -> None:
    session = ExchangeSessionFactory()
    connections.set_password(connection=session.connection, password="another")
    assert connections.authenticate(session.connection.user, "another") == session.connection
    assert connections.authenticate(session.connection.user, PASSWORD) is None
    assert sessions.session_of(key=session.key, at=timezone.now()) is None
    with pytest.raises(ValueError, match="needs"):
        connections.set_password(connection=session.connection, password="")


def test_authenticate_from_stops_looking_after_many_wrong_passwords() -> None:
    base = ConnectionFactory()
    for _ in range(GUESSES):
        assert connections.authenticate_from("10.0.0.1", base.user, "guess") is None
    with pytest.raises(TooManyGuesses):
        connections.authenticate_from("10.0.0.1", base.user, PASSWORD)
    # the real 1C, elsewhere, is not locked out
    assert connections.authenticate_from("10.0.0.2", base.user, PASSWORD) == base


def test_authenticate_from_forgets_mistakes_after_the_right_password() -> None:
    base = ConnectionFactory()
    for _ in range(GUESSES - 1):
        connections.authenticate_from("10.0.0.1", base.user, "guess")
    assert connections.authenticate_from("10.0.0.1", base.user, PASSWORD) == base
    for _ in range(GUESSES - 1):
        connections.authenticate_from("10.0.0.1", base.user, "guess")
    assert connections.authenticate_from("10.0.0.1", base.user, PASSWORD) == base
