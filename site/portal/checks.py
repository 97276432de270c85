"""What an installation for work must not be left with; `vitrina check --deploy` tells."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from sync.protocol.connections import BadAddress, networks


@register(Tags.security, deploy=True)
def letters_lead_somewhere(**_kwargs: Any) -> list[CheckMessage]:
    """Letters carry links to SITE_URL and go out through EMAIL_URL."""
    found: list[CheckMessage] = []
    if urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname in {"localhost", "127.0.0.1"}:
        found.append(
            Warning(
                "SITE_URL names this machine: links in letters lead nowhere.",
                hint="Set it to the address by which dealers reach the portal.",
                id="portal.W001",
            )
        )
    if settings.EMAIL_BACKEND.endswith((".console.EmailBackend", ".dummy.EmailBackend")):
        found.append(
            Warning(
                "Letters are printed and sent to nobody.",
                hint="Set EMAIL_URL, for instance smtp+tls://user:password@host:587.",
                id="portal.W002",
            )
        )
    return found


@register(Tags.security)
def proxies_are_addresses(**_kwargs: Any) -> list[CheckMessage]:
    """`TRUSTED_PROXIES` is read at every request of 1C: a word that is no address would fail it."""
    try:
        networks("\n".join(settings.TRUSTED_PROXIES))
    except BadAddress as error:
        return [
            Error(
                f"TRUSTED_PROXIES: {error.text!r} is neither an address nor a network.",
                hint="Name proxies like 127.0.0.1 or 10.0.0.0/8, with commas.",
                id="portal.E001",
            )
        ]
    return []
