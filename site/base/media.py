"""Private media: files answer only to addresses that the portal signed.

An address is signed together with the day, so that it stays the same all day (browsers may keep
it) and ends by itself. It is checked without asking the database.
"""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from django.conf import settings
from django.core import signing
from django.core.files.storage import FileSystemStorage
from django.utils import timezone
from django.utils.crypto import constant_time_compare

VALID_DAYS = 2
"""An address of yesterday still answers: a page may have been open over midnight."""
_SALT = "base.media"


def signed_url(name: str, on: date | None = None) -> str:
    """Address of the media file `name` for the day `on`, today by default."""
    day = f"{on or timezone.localdate():%Y%m%d}"
    return f"{settings.MEDIA_URL}{day}-{_signature(name, day)}/{quote(name)}"


def is_valid(name: str, token: str) -> bool:
    """Whether `token`, the part of the address before the name, was given out lately for it."""
    day, dash, signature = token.partition("-")
    if not dash or not constant_time_compare(signature, _signature(name, day)):
        return False
    given_on = date(int(day[:4]), int(day[4:6]), int(day[6:]))
    return 0 <= (timezone.localdate() - given_on).days < VALID_DAYS


def _signature(name: str, day: str) -> str:
    return signing.Signer(salt=_SALT).signature(f"{day}/{name}")[:22]


class PrivateStorage(FileSystemStorage):
    """Files in the media folder whose addresses are signed."""

    def url(self, name: str | None) -> str:
        """Signed address of the file."""
        return signed_url(name or "")
