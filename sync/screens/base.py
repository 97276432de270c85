"""What every screen of the exchange has: its right, its frame, its crumbs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic.base import ContextMixin
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

BOARD = "exchange:board"


class Screen(PermissionRequiredMixin, WagtailAdminTemplateMixin, ContextMixin):
    """A screen below "Exchange with 1C"; mix it into a view of Django's.

    `permission_required` names the right to see it; without it the answer is 403. `crumbs` are
    what stands between the board and the screen: an address and words each.
    """

    permission_required: str | Sequence[str] = "sync.view_run"
    raise_exception = True
    header_icon = "resubmit"
    _show_breadcrumbs = True

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Address and words of the screens above this one, the board left out."""
        return ()

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """The way here from the admin's first screen."""
        above = [(reverse(BOARD), _("Exchange with 1C")), *self.get_crumbs()]
        own = {"url": "", "label": self.get_page_title()}
        return [
            *self.breadcrumbs_items,
            *({"url": url, "label": label} for url, label in above if url != self.request.path),
            own,
        ]


class ScreenItem(MenuItem):
    """A line of the menu, shown to whoever has the right."""

    def __init__(self, label: Any, name: str, *, icon: str, order: int, right: str) -> None:
        super().__init__(label, "", name=name.replace(":", "-"), icon_name=icon, order=order)
        self.right = right
        self.view_name = name

    def is_shown(self, request: Any) -> bool:
        """To whoever may see the screen."""
        return bool(request.user.has_perm(self.right))

    def is_active(self, request: Any) -> bool:
        """While the screen, or one below it, is open."""
        return bool(request.path.startswith(self.address))

    def render_component(self, request: Any) -> Any:
        """With the address, which is not known before the addresses are loaded."""
        self.url = self.address
        return super().render_component(request)

    @property
    def address(self) -> str:
        """Where the line leads."""
        return reverse(self.view_name)
