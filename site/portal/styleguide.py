"""/styleguide/: every component with examples, for those who write templates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

SPRITE = Path(__file__).parent / "static" / "portal" / "icons.svg"

STOCK_STATES = ("in", "low", "soon", "order", "out")
STATUS_STATES = (
    "draft",
    "waiting",
    "returned",
    "sent",
    "accepted",
    "confirmed",
    "making",
    "part",
    "shipped",
    "closed",
    "cancelled",
    "unknown",
)


@dataclass(frozen=True)
class Sum:
    """Money of the examples."""

    amount: Decimal
    currency: str = "RUB"


class ExampleForm(forms.Form):
    """One field of each kind."""

    attrs = {"class": "input"}
    name = forms.CharField(
        label=_("Name"), help_text=_("As in the contract"), widget=forms.TextInput(attrs)
    )
    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput({**attrs, "autocomplete": "email"})
    )
    outlet = forms.ChoiceField(
        label=_("Outlet"), choices=[("1", "Казань"), ("2", "Самара")], widget=forms.Select(attrs)
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs))
    delivery = forms.ChoiceField(
        label=_("Delivery"),
        choices=[("own", _("Own lorry")), ("ours", _("Supplier's lorry"))],
        widget=forms.RadioSelect,
    )
    agreed = forms.BooleanField(label=_("Ship in parts"), required=False)


def styleguide(request: HttpRequest) -> HttpResponse:
    """The page of examples; 404 unless DEBUG or STYLEGUIDE is on."""
    if not (settings.DEBUG or getattr(settings, "STYLEGUIDE", False)):
        raise Http404
    return render(request, "portal/styleguide.html", examples())


def examples() -> dict[str, Any]:
    """What the components of the page show."""
    now = timezone.now()
    page: Page[int] = Paginator(range(280), 14).get_page(3)
    return {
        "icons": icon_names(),
        "form": ExampleForm({"email": "ivan", "outlet": "1", "delivery": "own"}, prefix="sample"),
        "price": Sum(Decimal("12480.00")),
        "dearer": Sum(Decimal("17.00")),
        "cheaper": Sum(Decimal("-4210.00")),
        "before": Sum(Decimal("12980.00")),
        "now": now,
        "long_ago": now - timedelta(days=2),
        "stock_states": STOCK_STATES,
        "status_states": STATUS_STATES,
        "pack": Decimal(12),
        "length": Decimal("2.5"),
        "columns": _columns(),
        "lines": _lines(),
        "options": [
            {"value": "1", "label": "Ярга", "count": 186, "is_chosen": True},
            {"value": "2", "label": "Норма", "count": 94, "is_chosen": False},
            {"value": "3", "label": "Лиственница", "count": 0, "is_chosen": False},
        ],
        "sorts": [
            {"value": "popular", "label": _("Popular first"), "is_current": True},
            {"value": "price", "label": _("Cheaper first"), "is_current": False},
        ],
        "tabs": [
            {"label": _("Characteristics"), "url": "#tabs", "is_current": True},
            {"label": _("Files"), "url": "#tabs", "count": 5},
        ],
        "page": page,
        "pages": page.paginator.get_elided_page_range(3),
        "steps": [
            {"label": _("Lines"), "note": _("checked"), "is_done": True},
            {"label": _("Delivery"), "note": _("you are here"), "is_current": True},
            {"label": _("Sending")},
        ],
        "events": _events(now),
        "crumbs": [
            {"name": _("Catalogue"), "url": "#crumbs"},
            {"name": "Фурнитура", "url": "#crumbs"},
            {"name": "Петли", "url": ""},
        ],
        "figures": [
            {"label": _("Debt"), "money": Sum(Decimal(418260))},
            {"label": _("Overdue"), "money": Sum(Decimal(84300)), "state": "bad"},
            {"label": _("Orders"), "value": "14", "note": _("in a month")},
        ],
    }


def icon_names() -> list[str]:
    """Names of the signs in the sprite, in its order."""
    parts = SPRITE.read_text(encoding="utf-8").split('<symbol id="')[1:]
    return [part.partition('"')[0] for part in parts]


def _columns() -> list[dict[str, Any]]:
    return [
        {"label": _("Article"), "cell": "art"},
        {"label": _("Name"), "cell": "name", "url": "#table", "sort": "ascending"},
        {"label": _("Stock")},
        {"label": _("Price"), "is_number": True},
    ]


def _lines() -> list[dict[str, Any]]:
    return [
        {
            "sku": "YK110-ND",
            "name": "Петля накладная 110° с доводчиком",
            "stock": "in",
            "quantity": Decimal("4860.0000"),
            "price": Sum(Decimal("258.00")),
            "state": "on",
        },
        {
            "sku": "YK110-VD",
            "name": "Петля вкладная 110° с доводчиком",
            "stock": "low",
            "quantity": Decimal("36.0000"),
            "price": Sum(Decimal("262.40")),
            "state": "",
        },
    ]


def _events(now: datetime) -> list[dict[str, Any]]:
    return [
        {"label": _("Three lines changed"), "at": now, "by": "1С", "state": "warn"},
        {"label": _("Shipped in part"), "at": now - timedelta(days=2), "is_current": True},
        {"label": _("Confirmed"), "at": now - timedelta(days=5), "note": _("by telephone")},
    ]
