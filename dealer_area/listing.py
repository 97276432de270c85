"""Goods as a person sees them in a list: rows with offers, own prices, stock and a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from base.addresses import product_path
from dealer_area.buyers import Buyer
from dealer_area.carting import quantities
from dealer_area.packing import fitted, plain
from dealer_area.quoting import Quote, quote
from sync import reading
from sync.models import LISTED_FIELDS, Offer, Product
from sync.reading import PictureView


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer of a product. `label` is its characteristics in words, empty for a plain one.

    `can_buy`: it has a price for this person, who may order. `in_cart` is zero when it is not in
    the cart.
    """

    offer: Offer
    quote: Quote
    label: str
    sku: str
    unit: str
    pack_multiple: Decimal
    min_quantity: Decimal
    in_cart: Decimal
    can_buy: bool

    @property
    def pack_step(self) -> Decimal:
        """The step of a quantity field."""
        return plain(self.pack_multiple)

    @property
    def first_quantity(self) -> Decimal:
        """The least that can be bought: what a quantity field starts with."""
        return plain(fitted(self.min_quantity, self.pack_multiple, self.min_quantity))


@dataclass(frozen=True, slots=True)
class Row:
    """A product of a list; `offers` may be empty: it is shown and cannot be bought."""

    product: Product
    url: str
    offers: tuple[OfferRow, ...]
    picture: PictureView | None


def rows(product_ids: Sequence[int], buyer: Buyer) -> list[Row]:
    """Rows in the given order; products that are gone or not his to see are left out.

    At most five queries, the cart's lines among them: offers, products without any, pictures,
    warehouses, lines.
    """
    offers = reading.offers_of(product_ids)
    products = {found[0].product_id: found[0].product for found in offers.values()}
    missing = [pk for pk in product_ids if pk not in products]
    if missing:
        listed = Product.objects.only(*LISTED_FIELDS)
        products |= {each.pk: each for each in listed.filter(pk__in=missing)}
    shown = [
        product
        for pk in product_ids
        if (product := products.get(pk)) is not None
        and not product.archived
        and product.connection_id in buyer.visibility.connection_ids
    ]
    pictures = reading.pictures_of(shown)
    made = offer_rows([offer for product in shown for offer in offers.get(product.pk, ())], buyer)
    return [
        Row(
            product=product,
            url=product_path(product.pk, product.name),
            offers=tuple(made[offer.pk] for offer in offers.get(product.pk, ())),
            picture=next(iter(pictures.get(product.pk, ())), None),
        )
        for product in shown
    ]


def offer_rows(offers: Sequence[Offer], buyer: Buyer) -> dict[int, OfferRow]:
    """Rows of offers by id; two queries: warehouses and the cart's lines."""
    quotes = quote(offers, buyer.terms, see_purchase=buyer.see_purchase)
    in_cart = quantities(buyer, [offer.pk for offer in offers])
    return {
        offer.pk: OfferRow(
            offer=offer,
            quote=quotes[offer.pk],
            label=label_of(offer),
            sku=offer.sku or offer.product.sku,
            unit=offer.product.unit,
            pack_multiple=offer.product.pack_multiple,
            min_quantity=offer.product.min_quantity,
            in_cart=in_cart.get(offer.pk, Decimal(0)),
            can_buy=buyer.can_order and quotes[offer.pk].shown is not None,
        )
        for offer in offers
    }


def label_of(offer: Offer) -> str:
    """What sets the offer apart from others of its product: "белый, 600 мм"; empty for a plain one.

    Characteristics come as pairs; 1C also sends only a name with the characteristic in brackets.
    """
    if offer.is_plain:
        return ""
    return ", ".join(value for _name, value in offer.characteristics if value) or offer.name
