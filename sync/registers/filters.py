"""Filters of sync's registers."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sync.models import Connection
from sync.models.exchange import KINDS


class BaseFilter(SimpleListFilter):
    """By base of 1C; not offered while there is one base."""

    title = _("1C base")
    parameter_name = "base"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Bases by name."""
        found = Connection.objects.order_by("name").values_list("pk", "name")
        return [(str(pk), name) for pk, name in found] if len(found) > 1 else []

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        """Rows of the chosen base."""
        chosen = self.value()
        # no longer than the number of a base can be
        if not chosen or not chosen.isdecimal() or len(chosen) >= 18:
            return queryset
        return queryset.filter(connection=chosen)


class KindFilter(SimpleListFilter):
    """Runs by the kind of data they carry."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The kinds there may be."""
        return list(KINDS.items())

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        """Runs of the chosen kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset
