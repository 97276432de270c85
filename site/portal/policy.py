"""Content-Security-Policy: strict for the portal, a wider one for Wagtail's admin."""

from __future__ import annotations

from typing import Any

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings

from portal.gate import ADMIN


class PolicyMiddleware(CSPMiddleware):
    """django-csp with a second policy below the admin's address.

    The admin's pages carry scripts and styles inside them (date pickers, the list of people).
    """

    def get_policy_parts(
        self, request: Any, response: Any, report_only: bool = False
    ) -> PolicyParts:
        """The parts for this address."""
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(ADMIN) and not report_only and parts.config is None:
            parts.config = settings.ADMIN_SECURITY_POLICY
        return parts
