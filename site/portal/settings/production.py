"""Behind TLS, with every secret from the environment."""

from __future__ import annotations

from portal.settings.base import *  # noqa: F403
from portal.settings.base import STORAGES, env
from portal.settings.engines import caches

SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
CACHES = caches(env, shared=True)
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=60 * 60 * 24 * 30)
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # subdomains are not ours to decide for
    "security.W008",  # the proxy sends people to TLS
    "security.W019",  # the admin shows previews in frames
    "security.W021",
]
