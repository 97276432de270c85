"""Lines that the screens add to the menu "Exchange with 1C", beside those of the registers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sync.screens.base import BOARD, ScreenItem

ITEMS: tuple[ScreenItem, ...] = (
    ScreenItem(_("Health"), BOARD, icon="site", order=1, right="sync.view_run"),
    ScreenItem(
        _("Orders to 1C"), "exchange:outbox", icon="upload", order=4, right="sync.view_outboxorder"
    ),
    ScreenItem(
        _("Uploads of 1C"), "exchange:uploads", icon="upload", order=15, right="sync.view_run"
    ),
    ScreenItem(
        _("Goods no longer told"),
        "exchange:absences",
        icon="view",
        order=16,
        right="sync.view_run",
    ),
    ScreenItem(
        _("Connect a base of 1C"),
        "exchange:connect",
        icon="link",
        order=75,
        right="sync.add_connection",
    ),
    ScreenItem(_("Maps"), "exchange:maps", icon="list-ul", order=6, right="sync.change_pricetype"),
    ScreenItem(
        _("Owners of fields"),
        "exchange:owners",
        icon="lock",
        order=7,
        right="sync.change_connection",
    ),
    ScreenItem(
        _("OData"), "exchange:odata", icon="globe", order=76, right="sync.change_connection"
    ),
    ScreenItem(_("Journal"), "exchange:journal", icon="history", order=2, right="sync.view_run"),
    ScreenItem(
        _("Quarantine"),
        "exchange:quarantine",
        icon="warning",
        order=3,
        right="sync.view_rejection",
    ),
    ScreenItem(_("Likely twins"), "exchange:twins", icon="copy", order=17, right="sync.view_run"),
    ScreenItem(
        _("Keys of programs"), "exchange:tokens", icon="key", order=77, right="sync.view_token"
    ),
    ScreenItem(
        _("Bank statements"),
        "exchange:statements",
        icon="table",
        order=9,
        right="sync.view_payment",
    ),
)
