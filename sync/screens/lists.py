"""Lists of the exchange's screens: what is asked for, pages, filters that are remembered."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.core.paginator import InvalidPage, Page
from django.db.models import QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
    StreamingHttpResponse,
)
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from base.registers import BoundedPaginator
from sync.models import Connection
from sync.onec.values import storable
from sync.screens.base import Screen

PER_PAGE = 50
DIGITS = 17
"""Digits of a row's number at most: it fits the databases' integers of 64 bits."""
FIRST_YEAR, LAST_YEAR = 1900, 2999
"""Years of days that are looked for: the very first and last ones fall out of UTC."""
KEPT_SECONDS = 30 * 24 * 3600
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ListView(Screen, TemplateView):
    """A list with filters in the address; the last ones are kept in a cookie of `sticky`.

    A bare address leads to them; `all=1` shows everything and forgets them.
    """

    sticky = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The list, or the way to it with the filters of the last time."""
        kept = QueryDict(request.COOKIES.get(self.sticky, "")).urlencode()
        if kept and not request.GET:
            return HttpResponseRedirect(f"{request.path}?{kept}")
        answer: HttpResponse = super().get(request, *args, **kwargs)
        asked = request.GET.copy()
        for name in ("p", "all"):
            asked.pop(name, None)
        for name in [name for name, value in asked.items() if not value]:
            del asked[name]
        if "all" in request.GET or (request.GET and not asked):
            answer.delete_cookie(self.sticky, path=request.path)
        elif asked and len(asked.urlencode()) < 1000:
            answer.set_cookie(
                self.sticky,
                asked.urlencode(),
                max_age=KEPT_SECONDS,
                path=request.path,
                secure=request.is_secure(),
                httponly=True,
                samesite="Lax",
            )
        return answer


def page_of(rows: QuerySet[Any], number: str | None) -> Page[Any]:
    """A page of rows, the first where there is none of that number."""
    paginator = BoundedPaginator(rows, PER_PAGE)
    try:
        found: Page[Any] = paginator.page(number or 1)
    except InvalidPage:
        found = paginator.page(1)
    return found


def whole(text: str | None) -> int | None:
    """A number out of an address or a form, None for one that no row can have."""
    return int(text) if text and text.isdecimal() and len(text) <= DIGITS else None


def wholes(texts: Iterable[str]) -> list[int]:
    """The numbers of rows that a form names, without what can be none."""
    return [pk for text in texts if (pk := whole(text)) is not None]


def phrase(text: str | None, limit: int) -> str:
    """A text out of an address, such as a database takes: trimmed, without NUL, not longer."""
    return storable(text or "").strip()[:limit]


def day(text: str | None, *, after: bool = False) -> datetime | None:
    """The beginning of a day out of an address, or its end; None for one that no clock shows."""
    try:
        found = parse_date(text or "")
    except ValueError:
        return None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        return None
    begins = datetime.combine(found, time(), timezone.get_current_timezone())
    return begins + timedelta(days=1) if after else begins


def bases() -> list[tuple[int, str]]:
    """Bases to choose from; none where there is one."""
    found = list(Connection.objects.order_by("name").values_list("pk", "name"))
    return found if len(found) > 1 else []


def choose_base(field: Any, found: QuerySet[Connection]) -> None:
    """Let the field choose among bases: of several none is chosen beforehand, a single one is."""
    single = len(found[:2]) == 1
    field.empty_label = None if single else _("choose a base")
    # choices of the widget are made anew with the label
    field.queryset = found


def spreadsheet(
    name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """A CSV file that Excel opens as it should, written while it is sent."""
    answer = StreamingHttpResponse(_lines(headings, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


class _Echo:
    """A file that gives back what is written."""

    def write(self, text: str) -> str:
        """The text itself."""
        return text


def _lines(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo(), delimiter=";")
    yield "\ufeff" + writer.writerow(headings)
    for row in rows:
        yield writer.writerow([_plain(each) for each in row])


def _plain(value: object) -> str:
    """A value that a spreadsheet does not take for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
