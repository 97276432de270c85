"""The mirrored catalogue: categories, products, offers, their prices and stock."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.models.exchange import Connection
from sync.models.mirror import REF_LENGTH, Mirrored, MirrorQuerySet


class Category(Mirrored):
    """1C: Классификатор.Группа. Parents of a base form a tree; `parent_ref` is as 1C told it."""

    name = models.CharField(_("name"), max_length=250)
    name_key = models.CharField(max_length=250, editable=False)
    parent_ref = models.CharField(max_length=REF_LENGTH, blank=True, editable=False)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )

    class Meta(Mirrored.Meta):
        abstract = False
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return self.name


class Property(Mirrored):
    """1C: ПланВидовХарактеристик.ДополнительныеРеквизитыИСведения. A property of goods."""

    name = models.CharField(_("name"), max_length=250, blank=True)
    value_type = models.CharField(_("kind of values"), max_length=20, blank=True)
    for_offers = models.BooleanField(_("of offers"), default=False)

    class Meta(Mirrored.Meta):
        abstract = False
        verbose_name = _("property")
        verbose_name_plural = _("properties")

    def __str__(self) -> str:
        return self.name or self.ref


class PropertyValue(Mirrored):
    """1C: Справочник.ЗначенияСвойствОбъектов. One entry of a property's dictionary."""

    property_ref = models.CharField(max_length=REF_LENGTH)
    value = models.CharField(_("value"), max_length=1000, blank=True)

    class Meta(Mirrored.Meta):
        abstract = False
        verbose_name = _("property value")
        verbose_name_plural = _("property values")
        indexes = (
            *Mirrored.Meta.indexes,
            models.Index(fields=["connection", "property_ref"], name="sync_propertyvalue_property"),
        )

    def __str__(self) -> str:
        return self.value


class Product(Mirrored):
    """1C: Справочник.Номенклатура. What is sold; one or more offers carry price and stock.

    `category_refs` lists all groups, `category` is the first that is known; `category_pending`
    says that a group before it, or any at all, is still to come. `properties` is a
    list of [property ref, [raw value, ...]] with dictionary values as refs; `requisites` a list
    of [name, [value, ...]]. `pictures` lists names of `Picture` or http addresses, main first.
    `sku` (article) is not unique; `sku_key` is its comparable form. VAT None is "without VAT".
    `unit` is as the portal words it, `unit_told` as 1C wrote it (`sync.goods.aliases`).
    """

    name = models.CharField(_("name"), max_length=1000)
    name_key = models.CharField(max_length=1000, editable=False)
    full_name = models.CharField(_("full name"), max_length=2000, blank=True)
    sku = models.CharField(_("article"), max_length=255, blank=True)
    sku_key = models.CharField(max_length=255, blank=True, editable=False)
    barcode = models.CharField(_("barcode"), max_length=255, blank=True)
    code = models.CharField(_("code in 1C"), max_length=255, blank=True)
    item_type = models.CharField(_("kind of item"), max_length=120, blank=True)
    unit = models.CharField(_("unit"), max_length=100, blank=True)
    unit_told = models.CharField(max_length=100, blank=True, editable=False)
    country = models.CharField(_("country"), max_length=250, blank=True)
    brand = models.CharField(_("brand"), max_length=250, blank=True)
    series = models.CharField(_("series"), max_length=250, blank=True)
    weight = models.DecimalField(_("weight"), max_digits=15, decimal_places=4, null=True)
    description = models.TextField(_("description"), blank=True)
    vat_rate = models.DecimalField(_("VAT, %"), max_digits=5, decimal_places=2, null=True)
    pack_multiple = models.DecimalField(
        _("pack multiple"), max_digits=15, decimal_places=4, default=1
    )
    min_quantity = models.DecimalField(
        _("minimum quantity"), max_digits=15, decimal_places=4, default=1
    )
    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="products",
    )
    category_refs = models.JSONField(default=list, editable=False)
    category_pending = models.BooleanField(default=False, editable=False)
    properties = models.JSONField(_("properties"), default=list, editable=False)
    requisites = models.JSONField(default=list, editable=False)
    pictures = models.JSONField(_("pictures"), default=list, editable=False)

    class Meta(Mirrored.Meta):
        abstract = False
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = (
            *Mirrored.Meta.indexes,
            models.Index(fields=["sku_key"], name="sync_product_sku"),
            models.Index(
                fields=["connection", "id"],
                name="sync_product_pending",
                condition=models.Q(category_pending=True),
            ),
        )

    def __str__(self) -> str:
        return self.name


class OfferQuerySet(MirrorQuerySet):
    """Reading offers."""

    def sold(self) -> Self:
        """Offers that can be bought, of products that are not archived."""
        return self.filter(archived=False, is_sold=True, product__archived=False)

    def with_facets(self) -> Self:
        """With product, prices and stock in the same query; the last two may be absent.

        Of each come the fields that lists, carts and orders work with (`FACET_FIELDS`); whoever
        asks for another pays a query for it.
        """
        return self.select_related("product", "prices", "stock").only(*FACET_FIELDS)


LISTED_FIELDS = (
    "connection",
    "archived",
    "name",
    "sku",
    "unit",
    "unit_told",
    "brand",
    "series",
    "vat_rate",
    "pack_multiple",
    "min_quantity",
    "pictures",
)
"""What a list, a cart or an order shows of a product: long texts and properties are not in it."""

FACET_FIELDS = (
    "connection",
    "ref",
    "archived",
    "product",
    "name",
    "sku",
    "characteristics",
    "is_plain",
    "is_sold",
    *(f"product__{field}" for field in LISTED_FIELDS),
    "prices__amounts",
    "stock__quantities",
    "stock__changed_at",
)
"""What an offer has after `with_facets`."""


class Offer(Mirrored):
    """1C: Предложение. What can be bought: a product, or a product with its characteristic.

    `ref` is `product` or `product#characteristic`. `characteristics` is a list of [name, value].
    `is_plain` is an offer without a characteristic; where a product also has offers with one,
    the plain offer is not sold (`is_sold` is False).
    """

    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.PROTECT, related_name="offers"
    )
    name = models.CharField(_("name"), max_length=1000, blank=True)
    sku = models.CharField(_("article"), max_length=255, blank=True)
    sku_key = models.CharField(max_length=255, blank=True, editable=False)
    barcode = models.CharField(_("barcode"), max_length=255, blank=True)
    characteristics = models.JSONField(_("characteristics"), default=list, editable=False)
    is_plain = models.BooleanField(default=True, editable=False)
    is_sold = models.BooleanField(_("sold"), default=True)

    objects: ClassVar[models.Manager[Any]] = OfferQuerySet.as_manager()

    class Meta(Mirrored.Meta):
        abstract = False
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        indexes = (
            *Mirrored.Meta.indexes,
            models.Index(fields=["sku_key"], name="sync_offer_sku"),
        )

    def __str__(self) -> str:
        return self.name or self.ref


class OfferFacet(models.Model):
    """What one kind of message says about an offer, in one row of its own.

    A stock delta then rewrites neither the offer nor its prices. `receipt` is the receipt number
    of the file that spoke last: an older file never takes its place. `told_at` is when it came.
    """

    # the offer leads to the row; nobody looks facets up by their base
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    digest = models.BigIntegerField(default=0, editable=False)
    receipt = models.BigIntegerField(default=0, editable=False)
    changed_in = models.BigIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(_("changed"), editable=False)

    class Meta:
        abstract = True
        indexes = (
            models.Index(fields=["changed_in", "offer"], name="%(app_label)s_%(class)s_chg"),
        )


class OfferPrices(OfferFacet):
    """Prices of an offer: {price type pk as text: "258.00"}, for one base unit, 0.01 exact."""

    offer = models.OneToOneField(
        Offer,
        verbose_name=_("offer"),
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="prices",
    )
    amounts = models.JSONField(_("prices"), default=dict)

    class Meta(OfferFacet.Meta):
        abstract = False
        verbose_name = _("prices of an offer")
        verbose_name_plural = _("prices of offers")

    def __str__(self) -> str:
        return str(self.amounts)


class OfferStock(OfferFacet):
    """Stock of an offer: {warehouse pk as text: "5"}, as 1C told it: it may be negative.

    A warehouse that is not listed has none.
    """

    offer = models.OneToOneField(
        Offer,
        verbose_name=_("offer"),
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="stock",
    )
    quantities = models.JSONField(_("stock"), default=dict)

    class Meta(OfferFacet.Meta):
        abstract = False
        verbose_name = _("stock of an offer")
        verbose_name_plural = _("stock of offers")

    def __str__(self) -> str:
        return str(self.quantities)


class Picture(models.Model):
    """A picture or file that 1C sent, by the name goods refer to it.

    `path` is inside the media folder, named by content; `width` and `height` are 0 until the
    worker has made its sizes, or when it is no picture; `is_broken` is one that cannot be read.
    `size` is bytes. `unused_since` is when it was first found that no product has it any more.
    """

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=500)
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=300)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    size = models.BigIntegerField(_("size, bytes"), default=0)
    is_broken = models.BooleanField(default=False, editable=False)
    unused_since = models.DateTimeField(null=True, editable=False)
    received_at = models.DateTimeField(_("received"), auto_now=True)

    class Meta:
        verbose_name = _("picture from 1C")
        verbose_name_plural = _("pictures from 1C")
        constraints = (
            models.UniqueConstraint(fields=["connection", "name"], name="sync_picture_name"),
        )
        indexes = (models.Index(fields=["sha256"], name="sync_picture_content"),)

    def __str__(self) -> str:
        return self.name
