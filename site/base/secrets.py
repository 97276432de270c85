"""Secrets that an installation makes for itself."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


def kept_secret(path: Path) -> str:
    """The secret in `path`, made at the first call and readable by its owner alone."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(50))
    return kept_secret(path)


class Unsealable(Exception):
    """A sealed text that the present `SECRET_KEY` does not open."""


def seal(text: str) -> str:
    """The text encrypted for the database: a copy of it alone tells nothing."""
    return _fernet().encrypt(text.encode()).decode("ascii")


def unseal(token: str) -> str:
    """What was sealed. Raises Unsealable when `SECRET_KEY` has changed since."""
    try:
        return _fernet().decrypt(token.encode("ascii")).decode()
    except (InvalidToken, UnicodeEncodeError) as error:
        raise Unsealable from error


def _fernet() -> Fernet:
    key = hashlib.sha256(b"vitrina.seal:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
