"""Lines that the screens add to the menu "Exchange with 1C", beside those of the registers."""

from __future__ import annotations

from sync.screens.base import ScreenItem

ITEMS: tuple[ScreenItem, ...] = ()
