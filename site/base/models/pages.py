"""What every page of ours has."""

from __future__ import annotations

from wagtail.models import Page


class BasePage(Page):
    """Abstract parent of all pages of the portal."""

    class Meta:
        abstract = True
