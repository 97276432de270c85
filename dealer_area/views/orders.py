"""Orders: the list, its export, and the page of one."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dealer_area.access import require
from dealer_area.buyers import buyer_of
from dealer_area.following import page_of, rows_of, wanted
from dealer_area.member_request import MemberRequest
from dealer_area.models import Order
from dealer_area.models.orders import OrderQuerySet
from dealer_area.statuses import SENT

PER_PAGE = 30
EXPORT_CHUNK = 500


@require_GET
@require()
def index(request: MemberRequest) -> HttpResponse:
    """Orders of the member, newest first, by `status` and `q` (a number, ours or 1C's)."""
    buyer = buyer_of(request)
    status, text = request.GET.get("status", ""), request.GET.get("q", "").strip()
    found = wanted(request.membership, status=status, text=text)
    page = Paginator(found.listed(), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "dealer_area/orders.html",
        {
            "buyer": buyer,
            "rows": rows_of(page.object_list, see_purchase=buyer.see_purchase),
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number),
            "statuses": [
                {"value": "", "label": _("Any status"), "is_current": not status},
                *(
                    {
                        "value": each.value,
                        "label": capfirst(each.label),
                        "is_current": each == status,
                    }
                    for each in SENT
                ),
            ],
            "status": status,
            "text": text,
            "is_filtered": bool(status or text),
        },
    )


@require_GET
@require()
def export(request: MemberRequest) -> StreamingHttpResponse:
    """The list, filtered as it is, as CSV that opens in a spreadsheet."""
    buyer = buyer_of(request)
    found = wanted(
        request.membership,
        status=request.GET.get("status", ""),
        text=request.GET.get("q", ""),
    )
    response = StreamingHttpResponse(
        _csv(found.listed(), see_purchase=buyer.see_purchase),
        content_type="text/csv; charset=utf-8",
    )
    day = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="orders-{day}.csv"'
    return response


@require_GET
@require()
def order(request: MemberRequest, number: str) -> HttpResponse:
    """One order: status, lines, what 1C changed, history."""
    buyer = buyer_of(request)
    found = get_object_or_404(
        Order.objects.for_membership(request.membership).listed(), number=number
    )
    return render(
        request,
        "dealer_area/order.html",
        {
            "buyer": buyer,
            "page": page_of(found, see_purchase=buyer.see_purchase),
            "order": found,
        },
    )


class _Line:
    """A file that gives back what is written into it."""

    def write(self, text: str) -> str:
        """The text itself."""
        return text


def _csv(orders: OrderQuerySet, *, see_purchase: bool) -> Iterator[str]:
    writer = csv.writer(_Line(), delimiter=";")
    # spreadsheets take a file for UTF-8 by this mark
    yield "\ufeff"
    yield writer.writerow(
        [
            _("Number"),
            _("Date"),
            _("Status"),
            _("Number in 1C"),
            _("Outlet"),
            _("Legal entity"),
            _("Contract"),
            _("Placed by"),
            _("Amount") if see_purchase else _("At retail prices"),
            _("Currency"),
            _("Paid"),
        ]
    )
    start = 0
    while chunk := list(orders[start : start + EXPORT_CHUNK]):
        for row in rows_of(chunk, see_purchase=see_purchase):
            yield writer.writerow([_safe(cell) for cell in _cells(row.order, row.total)])
        start += EXPORT_CHUNK


def _cells(order: Order, total: Any) -> list[str]:
    return [
        order.number,
        f"{timezone.localtime(order.placed_at):%d.%m.%Y %H:%M}",
        str(order.get_status_display()),
        order.remote_number,
        order.outlet.name,
        order.legal_entity.name,
        order.contract.name,
        str(order.placed_by),
        str(total.amount).replace(".", ",") if total else "",
        order.currency,
        _("yes") if order.is_paid else _("no"),
    ]


def _safe(cell: str) -> str:
    """A spreadsheet runs what begins like a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
