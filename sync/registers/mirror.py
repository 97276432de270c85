"""Registers of the mirror of 1C. Nothing in them is edited but the default price type.

Fields of goods that the portal owns are written on a screen of their own (`sync.screens.owners`),
names of price types and warehouses on the maps (`sync.screens.maps`).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail_modeladmin.options import ModelAdminGroup

from base.registers import (
    ChangeHelper,
    Register,
    RegisterInspect,
    Section,
    flag,
    moment,
    money_words,
    quantity_words,
    text,
)
from sync.goods import owning
from sync.models import (
    Category,
    Offer,
    OfferPrices,
    OfferStock,
    PriceType,
    Product,
    Property,
    Warehouse,
)
from sync.registers.base import MirrorRegister
from sync.registers.clients import (
    AgreementRegister,
    ContractRegister,
    CounterpartyRegister,
    OrganisationRegister,
    PartnerRegister,
)
from sync.registers.filters import BaseFilter
from sync.registers.settlements import BalanceRegister, EntryRegister, PaymentRegister
from sync.trade import choose_default


class OwnedInspect(RegisterInspect):
    """An object; each of its fields that may have an owner says who it is."""

    def owners(self) -> dict[str, owning.Owner]:
        """The owner of each field that may have one."""
        raise NotImplementedError

    def get_fields_dict(self) -> list[dict[str, Any]]:
        """The fields with their owners."""
        owners = self.owners()
        found: list[dict[str, Any]] = super().get_fields_dict()
        for name, each in zip(self.model_admin.get_inspect_view_fields(), found, strict=True):
            if name in owners:
                each["owner"] = owning.BADGES[owners[name]]
        return found


class ProductInspect(OwnedInspect):
    """A product."""

    def owners(self) -> dict[str, owning.Owner]:
        """Those of the base; the register calls the category a group."""
        owners = owning.owners_of(self.instance.connection)
        return {**owners, "group": owners["category"]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the way to the form of the fields for whoever may write them."""
        user = self.request.user
        context: dict[str, Any] = super().get_context_data(
            may_write=user.has_perm("sync.change_product"),
            may_own=user.has_perm("sync.change_connection"),
            **kwargs,
        )
        return context


class ProductRegister(MirrorRegister):
    """Goods."""

    model = Product
    menu_icon = "tag"
    history_view_enabled = True
    inspect_view_class = ProductInspect
    inspect_template_name = "sync/product_inspect.html"
    list_display = ("name", "sku", "group", "brand", "series", "gone", "changed")
    list_select_related = ("category",)
    search_fields = ("sku_key", "barcode", "code", "ref", "name_key")
    inspect_view_fields = (
        "name",
        "full_name",
        "sku",
        "barcode",
        "code",
        "group",
        "brand",
        "series",
        "item_type",
        "unit",
        "country",
        "weight",
        "vat_rate",
        "pack_multiple",
        "min_quantity",
        "description",
        "base_name",
        "ref",
        "gone",
        "changed",
    )
    group = text("category.name", gettext_lazy("category"))

    def sections(self, instance: Product) -> Iterable[Section]:
        """The offers with their prices and stock."""
        offers = list(instance.offers.select_related("prices", "stock").order_by("pk"))
        types = _price_types(instance.connection_id)
        stores = _warehouses(instance.connection_id)
        rows = [
            (
                offer.name or offer.ref,
                offer.sku,
                _price_words(_amounts(offer), types),
                _stock_words(_quantities(offer), stores),
                _("yes") if offer.is_sold and not offer.archived else _("no"),
            )
            for offer in offers
        ]
        headings = (_("name"), _("article"), _("prices"), _("stock"), _("sold"))
        yield Section(_("Offers"), headings, rows, _("1C sent no offers."))


class OfferInspect(OwnedInspect):
    """An offer."""

    def owners(self) -> dict[str, owning.Owner]:
        """Those of the product for a plain offer; 1C owns any other."""
        owners = owning.owners_of(self.instance.connection)
        return {
            field: owners[field] if self.instance.is_plain else owning.Owner.ONEC
            for field in owning.OF_OFFERS
        }


class OfferRegister(MirrorRegister):
    """What can be bought."""

    model = Offer
    inspect_view_class = OfferInspect
    menu_icon = "tag"
    list_display = (
        "name",
        "sku",
        "product_name",
        "price_words",
        "stock_words",
        "is_on_sale",
        "gone",
    )
    list_filter = (BaseFilter, "archived", "is_sold")
    list_select_related = ("product", "prices", "stock")
    search_fields = ("sku_key", "barcode", "ref", "product__name_key")
    inspect_view_fields = (
        "name",
        "sku",
        "barcode",
        "product_name",
        "price_words",
        "stock_words",
        "is_on_sale",
        "base_name",
        "ref",
        "gone",
        "changed",
    )
    product_name = text("product.name", gettext_lazy("product"))
    is_on_sale = flag("is_sold", gettext_lazy("sold"))

    def prepare(self, rows: list[Offer]) -> None:
        """Names of price types and warehouses."""
        bases = {row.connection_id for row in rows}
        types, stores = _price_types(*bases), _warehouses(*bases)
        for row in rows:
            row.price_text = _price_words(_amounts(row), types)  # type: ignore[attr-defined]
            row.stock_text = _stock_words(_quantities(row), stores)  # type: ignore[attr-defined]

    def price_words(self, row: Offer) -> str:
        """Prices by type."""
        if not hasattr(row, "price_text"):
            self.prepare([row])
        return row.price_text  # type: ignore[attr-defined, no-any-return]

    def stock_words(self, row: Offer) -> str:
        """Stock by warehouse."""
        if not hasattr(row, "stock_text"):
            self.prepare([row])
        return row.stock_text  # type: ignore[attr-defined, no-any-return]

    price_words.short_description = gettext_lazy("prices")  # type: ignore[attr-defined]
    stock_words.short_description = gettext_lazy("stock")  # type: ignore[attr-defined]


class FacetRegister(Register):
    """Prices or stock of offers, as 1C told them last."""

    list_filter = (BaseFilter,)
    list_select_related = ("connection", "offer")
    search_fields = ("offer__sku_key", "offer__ref", "offer__product__name_key")
    ordering = ("-pk",)
    offer_name = text("offer.name", gettext_lazy("offer"))
    sku = text("offer.sku", gettext_lazy("article"))
    base_name = text("connection.name", gettext_lazy("1C base"))
    changed = moment("changed_at", gettext_lazy("changed"))

    def words(self, row: Any) -> str:
        """The figures in words."""
        if not hasattr(row, "figures_text"):
            self.prepare([row])
        return str(row.figures_text)


class PricesRegister(FacetRegister):
    """Prices."""

    model = OfferPrices
    menu_icon = "table"
    list_display = ("offer_name", "sku", "figures", "base_name", "changed")
    inspect_view_fields = ("offer_name", "sku", "figures", "base_name", "changed")

    def prepare(self, rows: list[OfferPrices]) -> None:
        """Names of price types."""
        types = _price_types(*{row.connection_id for row in rows})
        for row in rows:
            row.figures_text = _price_words(row.amounts, types)  # type: ignore[attr-defined]

    def figures(self, row: OfferPrices) -> str:
        """Prices by type."""
        return self.words(row)

    figures.short_description = gettext_lazy("prices")  # type: ignore[attr-defined]


class StockRegister(FacetRegister):
    """Stock."""

    model = OfferStock
    menu_icon = "table"
    list_display = ("offer_name", "sku", "figures", "base_name", "changed")
    inspect_view_fields = ("offer_name", "sku", "figures", "base_name", "changed")

    def prepare(self, rows: list[OfferStock]) -> None:
        """Names of warehouses."""
        stores = _warehouses(*{row.connection_id for row in rows})
        for row in rows:
            row.figures_text = _stock_words(row.quantities, stores)  # type: ignore[attr-defined]

    def figures(self, row: OfferStock) -> str:
        """Stock by warehouse."""
        return self.words(row)

    figures.short_description = gettext_lazy("stock")  # type: ignore[attr-defined]


class CategoryRegister(MirrorRegister):
    """Groups of goods."""

    model = Category
    menu_icon = "folder-open-inverse"
    list_display = ("name", "parent_name", "base_name", "gone", "changed")
    list_select_related = ("connection", "parent")
    search_fields = ("ref", "name_key")
    inspect_view_fields = ("name", "parent_name", "base_name", "ref", "gone", "changed")
    parent_name = text("parent.name", gettext_lazy("parent"))


class PropertyRegister(MirrorRegister):
    """Properties of goods."""

    model = Property
    menu_icon = "list-ul"
    list_display = ("name", "value_type", "of_offers", "base_name", "gone", "changed")
    search_fields = ("ref", "~name")
    inspect_view_fields = ("name", "value_type", "of_offers", "base_name", "ref", "gone", "changed")
    of_offers = flag("for_offers", gettext_lazy("of offers"))


class PriceTypeForm(WagtailAdminModelForm):
    """Whether the price type is the default of its base."""

    def save(self, commit: bool = True) -> PriceType:
        """By the verb, which takes the mark from the base's former default."""
        price_type: PriceType = self.instance
        wanted = self.cleaned_data["is_default"]
        choose_default(
            price_type=price_type, is_default=wanted, by=self.for_user, at=timezone.now()
        )
        return price_type


class PriceTypeRegister(MirrorRegister):
    """Price types; the default one is chosen here."""

    model = PriceType
    menu_icon = "tag"
    permission_helper_class = ChangeHelper
    list_display = ("shown", "name", "currency", "vat", "default", "base_name", "gone", "changed")
    search_fields = ("ref", "~name", "~title")
    inspect_view_fields = (
        "shown",
        "name",
        "currency",
        "vat",
        "default",
        "base_name",
        "ref",
        "gone",
        "changed",
    )
    vat = flag("has_vat_inside", gettext_lazy("VAT included"))
    default = flag("is_default", gettext_lazy("default for dealers"))
    edit_handler = ObjectList(
        [
            FieldPanel(
                "is_default",
                help_text=gettext_lazy(
                    "Serves dealers whose contract, agreement and card name no price type."
                    " A base has at most one."
                ),
            )
        ],
        base_form_class=PriceTypeForm,
    )

    def shown(self, row: PriceType) -> str:
        """The portal's name, else 1C's."""
        return str(row)

    shown.short_description = gettext_lazy("name in the portal")  # type: ignore[attr-defined]


class WarehouseRegister(MirrorRegister):
    """Warehouses."""

    model = Warehouse
    menu_icon = "home"
    list_display = ("shown", "name", "is_open", "address", "base_name", "gone", "changed")
    search_fields = ("ref", "~name", "~title")
    inspect_view_fields = (
        "shown",
        "name",
        "is_open",
        "address",
        "base_name",
        "ref",
        "gone",
        "changed",
    )
    is_open = flag("is_sold_from", gettext_lazy("dealers buy from it"))

    def shown(self, row: Warehouse) -> str:
        """The name, or that it stands for all."""
        return str(row)

    shown.short_description = gettext_lazy("name in the portal")  # type: ignore[attr-defined]


class MirrorGroup(ModelAdminGroup):
    """What 1C told."""

    menu_label = gettext_lazy("Data of 1C")
    menu_icon = "table"
    menu_order = 410
    items = (
        ProductRegister,
        OfferRegister,
        PricesRegister,
        StockRegister,
        CategoryRegister,
        PropertyRegister,
        PriceTypeRegister,
        WarehouseRegister,
        PartnerRegister,
        CounterpartyRegister,
        AgreementRegister,
        ContractRegister,
        OrganisationRegister,
        BalanceRegister,
        EntryRegister,
        PaymentRegister,
    )


def _price_types(*connections: int) -> dict[str, PriceType]:
    return {str(one.pk): one for one in PriceType.objects.filter(connection__in=connections)}


def _warehouses(*connections: int) -> dict[str, Warehouse]:
    return {str(one.pk): one for one in Warehouse.objects.filter(connection__in=connections)}


def _amounts(offer: Offer) -> dict[str, str]:
    prices: OfferPrices | None = getattr(offer, "prices", None)
    return prices.amounts if prices else {}


def _quantities(offer: Offer) -> dict[str, str]:
    stock: OfferStock | None = getattr(offer, "stock", None)
    return stock.quantities if stock else {}


def _price_words(amounts: dict[str, str], types: dict[str, PriceType]) -> str:
    return "; ".join(
        f"{types[key]}: {money_words(Decimal(amount), types[key].currency)}"
        for key, amount in amounts.items()
        if key in types
    )


def _stock_words(quantities: dict[str, str], stores: dict[str, Warehouse]) -> str:
    return "; ".join(
        f"{stores[key]}: {quantity_words(Decimal(quantity))}"
        for key, quantity in quantities.items()
        if key in stores
    )
