"""The request of a signed-in member, as `access.require` hands it to a view."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from base.models import User
from dealer_area.models import Membership


class MemberRequest(HttpRequest):
    """For annotations: `membership` is the one in use, `htmx` is true for a request of htmx."""

    user: User
    membership: Membership
    htmx: HtmxDetails
