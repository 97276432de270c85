"""Price types and warehouses."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.models.mirror import Mirrored

SLOTS = 32
"""Price fields of the search engine: so many types of all bases can be sorted by."""


class PriceType(Mirrored):
    """1C: Справочник.ВидыЦен. A column of prices with its currency and VAT rule.

    `title` is the portal's own name of it, empty to show 1C's. `currency` is as the portal takes
    it, `currency_told` as 1C wrote it (`sync.goods.aliases`). `vat_included` is None while 1C has
    not said it; `vat_answer` is what a person has said meanwhile. `slot` is the number of the
    search engine's price field, given out in order of appearance (0-31), empty when they ran out.
    One type of a base may be the default: it serves dealers whose terms name none.
    """

    name = models.CharField(_("name"), max_length=250, blank=True)
    currency = models.CharField(_("currency"), max_length=10, blank=True)
    currency_told = models.CharField(max_length=100, blank=True, editable=False)
    vat_included = models.BooleanField(_("VAT included"), null=True)
    vat_answer = models.BooleanField(_("VAT included, as the portal was told"), null=True)
    title = models.CharField(_("name in the portal"), max_length=250, blank=True)
    slot = models.PositiveSmallIntegerField(null=True, editable=False)
    is_default = models.BooleanField(_("default for dealers"), default=False)

    class Meta(Mirrored.Meta):
        abstract = False
        verbose_name = _("price type")
        verbose_name_plural = _("price types")
        constraints = (
            *Mirrored.Meta.constraints,
            models.UniqueConstraint(
                fields=["connection"],
                condition=models.Q(is_default=True),
                name="sync_pricetype_one_default",
            ),
            models.UniqueConstraint(fields=["slot"], name="sync_pricetype_slot"),
        )

    def __str__(self) -> str:
        return self.title or self.name or self.ref

    @property
    def has_vat_inside(self) -> bool | None:
        """Whether VAT is inside its prices: 1C's word, else the portal's, None without either."""
        return self.vat_answer if self.vat_included is None else self.vat_included


class Warehouse(Mirrored):
    """1C: Справочник.Склады.

    The row with the empty `ref` of a base stands for stock that 1C told only as a total. `title`
    is the portal's own name of it, empty to show 1C's. What lies in a warehouse that `is_sold_from`
    denies is no stock for dealers.
    """

    name = models.CharField(_("name"), max_length=250, blank=True)
    address = models.CharField(_("address"), max_length=500, blank=True)
    title = models.CharField(_("name in the portal"), max_length=250, blank=True)
    is_sold_from = models.BooleanField(_("dealers buy from it"), default=True)

    class Meta(Mirrored.Meta):
        abstract = False
        verbose_name = _("warehouse")
        verbose_name_plural = _("warehouses")

    def __str__(self) -> str:
        return self.title or self.name or self.ref or str(_("All warehouses"))
