"""What the editor of a product's page shows of the product itself."""

from __future__ import annotations

from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel

from base.figures import NOTHING
from sync.goods import owning
from sync.models import Product

SHOWN = ("name", "sku", "brand", "series", "category", "description")
LONGEST = 200
"""Characters of a text that the panel shows."""


class MasterDataPanel(Panel):
    """The product's own fields with their owners, and the way to write those that are ours.

    They are not written here: content never copies master data.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("heading", _("Data of the product"))
        super().__init__(**kwargs)

    class BoundPanel(Panel.BoundPanel):
        """The panel of one page."""

        template_name = "catalog_pages/_master_data.html"

        def is_shown(self) -> bool:
            """Once a product is chosen and saved."""
            return bool(super().is_shown()) and self.instance.product_id is not None

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Fields in words, each with its owner."""
            product: Product = self.instance.product
            owners = owning.owners_of(product.connection)
            context: dict[str, Any] = super().get_context_data(parent_context)
            context["product"] = product
            context["fields"] = [
                (
                    owning.label_of(name),
                    Truncator(str(getattr(product, name) or "")).chars(LONGEST) or NOTHING,
                    owning.BADGES[owners[name]],
                )
                for name in SHOWN
            ]
            user = self.request.user
            context["may_see"] = user.has_perm("sync.view_product")
            context["may_write"] = user.has_perm("sync.change_product") and any(
                owner is not owning.Owner.ONEC for owner in owners.values()
            )
            return context
