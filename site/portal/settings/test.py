"""Settings of the tests: quick hashes, mail in memory, tasks in the test's own thread."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

from portal.settings.base import *  # noqa: F403
from portal.settings.base import HUEY, MIDDLEWARE, STORAGES

SECRET_KEY = "only-for-tests"  # noqa: S105
DATA_DIR = Path(tempfile.mkdtemp(prefix="vitrina-test-"))
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)
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
# nothing is collected here
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("whitenoise.")]
STYLEGUIDE = True
