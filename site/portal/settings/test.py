"""Settings of the tests: quick hashes, mail in memory, tasks in the test's own thread."""

from __future__ import annotations

import tempfile
from pathlib import Path

from portal.settings.base import *  # noqa: F403
from portal.settings.base import HUEY, STORAGES

SECRET_KEY = "only-for-tests"  # noqa: S105
DATA_DIR = Path(tempfile.mkdtemp(prefix="vitrina-test-"))
MEDIA_ROOT = DATA_DIR / "media"
EXCHANGE_ROOT = DATA_DIR / "exchange"
INDEX_ROOT = DATA_DIR / "index"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
HUEY.immediate = True
ALLOWED_HOSTS = ["testserver", "localhost"]
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STYLEGUIDE = True
