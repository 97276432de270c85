"""Secrets made, kept and sealed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from base.secrets import Unsealable, kept_secret, seal, unseal


def test_a_kept_secret_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    made = kept_secret(path)
    assert len(made) > 60
    assert kept_secret(path) == made
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_sealed_text_opens_with_the_same_key_only(settings: Any) -> None:
    token = seal("пароль")
    assert "пароль" not in token
    assert seal("пароль") != token
    assert unseal(token) == "пароль"
    settings.SECRET_KEY = "another"
    with pytest.raises(Unsealable):
        unseal(token)
    with pytest.raises(Unsealable):
        unseal("пароль")
