"""One machine, nothing else running: SQLite, a file queue, an index on disk."""

from __future__ import annotations

from base.secrets import kept_secret
from portal.settings.base import *  # noqa: F403
from portal.settings.base import DATA_DIR, env

SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret(DATA_DIR / "secret-key")
