"""Registers of the mirror of 1C. Nothing in them is edited but the default price type."""

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
    Section,
    flag,
    moment,
    money,
    money_words,
    quantity_words,
    text,
)
from sync.filters import BaseFilter
from sync.models import (
    Agreement,
    Category,
    Contract,
    Counterparty,
    Offer,
    OfferPrices,
    OfferStock,
    Organisation,
    Partner,
    PriceType,
    Product,
    Property,
    Warehouse,
)
from sync.trade import choose_default


class MirrorRegister(Register):
    """What every list of the mirror has."""

    list_select_related: tuple[str, ...] = ("connection",)
    list_filter: tuple[Any, ...] = (BaseFilter, "archived")
    search_fields: tuple[str, ...] = ("ref",)
    ordering = ("-pk",)
    base_name = text("connection.name", gettext_lazy("1C base"))
    gone = flag("archived", gettext_lazy("archived"))
    changed = moment("changed_at", gettext_lazy("changed"))


class ProductRegister(MirrorRegister):
    """Goods."""

    model = Product
    menu_icon = "tag"
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


class OfferRegister(MirrorRegister):
    """What can be bought."""

    model = Offer
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
    list_display = ("name", "currency", "vat", "default", "base_name", "gone", "changed")
    search_fields = ("ref", "~name")
    inspect_view_fields = (
        "name",
        "currency",
        "vat",
        "default",
        "base_name",
        "ref",
        "gone",
        "changed",
    )
    vat = flag("vat_included", gettext_lazy("VAT included"))
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


class WarehouseRegister(MirrorRegister):
    """Warehouses."""

    model = Warehouse
    menu_icon = "home"
    list_display = ("title", "address", "base_name", "gone", "changed")
    search_fields = ("ref", "~name")
    inspect_view_fields = ("title", "address", "base_name", "ref", "gone", "changed")

    def title(self, row: Warehouse) -> str:
        """The name, or that it stands for all."""
        return str(row)

    title.short_description = gettext_lazy("name")  # type: ignore[attr-defined]


class PartnerRegister(MirrorRegister):
    """Client companies."""

    model = Partner
    menu_icon = "group"
    list_display = ("name", "base_name", "gone", "changed")
    search_fields = ("ref", "~name")
    inspect_view_fields = ("name", "base_name", "ref", "gone", "changed")

    def sections(self, instance: Partner) -> Iterable[Section]:
        """Counterparties and agreements."""
        people = [(one.name, one.inn, one.kpp) for one in instance.counterparties.order_by("pk")]
        yield Section(
            _("Counterparties"), (_("name"), _("INN"), _("KPP")), people, _("There are none.")
        )
        found = instance.agreements.select_related("price_type", "warehouse").order_by("pk")
        rows = [
            (one.name, str(one.price_type or ""), str(one.warehouse or ""), one.currency)
            for one in found
        ]
        headings = (_("name"), _("price type"), _("warehouse"), _("currency"))
        yield Section(_("Agreements"), headings, rows, _("There are none."))


class CounterpartyRegister(MirrorRegister):
    """Legal entities."""

    model = Counterparty
    menu_icon = "user"
    list_display = ("name", "inn", "kpp", "kind", "partner_name", "base_name", "gone")
    list_select_related = ("connection", "partner")
    list_filter = (BaseFilter, "archived", "kind")
    search_fields = ("inn", "ref", "~name")
    inspect_view_fields = (
        "name",
        "full_name",
        "inn",
        "kpp",
        "kind",
        "partner_name",
        "base_name",
        "ref",
        "gone",
        "changed",
    )
    partner_name = text("partner.name", gettext_lazy("partner"))

    def sections(self, instance: Counterparty) -> Iterable[Section]:
        """Contracts."""
        rows = [
            (one.name, one.number, money_words(one.credit_limit, one.currency))
            for one in instance.contracts.order_by("pk")
        ]
        headings = (_("name"), _("number"), _("credit limit"))
        yield Section(_("Contracts"), headings, rows, _("There are none."))


class AgreementRegister(MirrorRegister):
    """Agreements."""

    model = Agreement
    menu_icon = "doc-full"
    list_display = ("name", "partner_name", "price_name", "store_name", "currency", "gone")
    list_select_related = ("connection", "partner", "price_type", "warehouse")
    search_fields = ("ref", "~name")
    inspect_view_fields = (
        "name",
        "partner_name",
        "price_name",
        "store_name",
        "currency",
        "base_name",
        "ref",
        "gone",
        "changed",
    )
    partner_name = text("partner.name", gettext_lazy("partner"))
    price_name = text("price_type", gettext_lazy("price type"))
    store_name = text("warehouse", gettext_lazy("warehouse"))


class ContractRegister(MirrorRegister):
    """Contracts."""

    model = Contract
    menu_icon = "doc-full-inverse"
    list_display = ("name", "number", "holder", "agreement_name", "limit", "deferral_days", "gone")
    list_select_related = ("connection", "counterparty", "agreement", "price_type", "organisation")
    search_fields = ("number", "ref", "~name", "counterparty__inn")
    inspect_view_fields = (
        "name",
        "number",
        "signed_on",
        "holder",
        "agreement_name",
        "organisation_name",
        "price_name",
        "currency",
        "limit",
        "deferral_days",
        "base_name",
        "ref",
        "gone",
        "changed",
    )
    holder = text("counterparty.name", gettext_lazy("counterparty"))
    agreement_name = text("agreement.name", gettext_lazy("agreement"))
    organisation_name = text("organisation", gettext_lazy("organisation"))
    price_name = text("price_type", gettext_lazy("price type"))
    limit = money("credit_limit", gettext_lazy("credit limit"))


class OrganisationRegister(MirrorRegister):
    """The supplier's own legal entities."""

    model = Organisation
    menu_icon = "home"
    list_display = ("name", "base_name", "gone", "changed")
    search_fields = ("ref", "~name")
    inspect_view_fields = ("name", "base_name", "ref", "gone", "changed")


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
