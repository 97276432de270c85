"""A product as one person sees it: offers with his prices and stock, pictures, words, files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects

from base.models import PortalImage
from base.texts import name_key
from catalog_pages.models import ProductPage
from dealer_area.buyers import Buyer
from dealer_area.listing import OfferRow, offer_rows
from sync import reading
from sync.models import Product
from sync.reading import FileView, PictureView

FULL_SIZE = "max-1200x1200"
THUMB_SIZE = "max-160x160"


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of the gallery."""

    url: str
    thumb_url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything the template of a product needs.

    `single` is the offer when there is just one. `vat_included` is None where no terms say it.
    """

    product: Product
    page: ProductPage | None
    offers: Sequence[OfferRow]
    shots: Sequence[Shot]
    characteristics: Sequence[tuple[str, str]]
    files: Sequence[FileView]
    vat_included: bool | None

    @property
    def single(self) -> OfferRow | None:
        """The only offer."""
        return self.offers[0] if len(self.offers) == 1 else None

    @property
    def halves(self) -> tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]]:
        """Characteristics in two columns."""
        middle = (len(self.characteristics) + 1) // 2
        return self.characteristics[:middle], self.characteristics[middle:]

    @property
    def documents(self) -> list[Any]:
        """Spec sheets and files among the blocks of the page."""
        return [
            block.value
            for block in (self.page.body if self.page else ())
            if block.block_type == "document" and block.value
        ]

    @property
    def blocks(self) -> list[Any]:
        """The other blocks, in the editor's order."""
        return [
            block
            for block in (self.page.body if self.page else ())
            if block.block_type != "document"
        ]


def show(product: Product, page: ProductPage | None, buyer: Buyer) -> Shown:
    """The product for a buyer. The number of queries does not depend on how much there is."""
    offers = reading.offers_of([product.pk]).get(product.pk, [])
    made = offer_rows(offers, buyer)
    fields = reading.mapped_names(product.connection)
    pictures, files = reading.attached_to(product)
    return Shown(
        product=product,
        page=page,
        offers=[made[offer.pk] for offer in offers],
        shots=_shots(product, pictures, page),
        characteristics=[
            (name, value)
            for name, value in reading.characteristics_of([product]).get(product.pk, [])
            if name_key(name) not in fields
        ],
        files=files,
        vat_included=buyer.terms.vat_included if buyer.terms else None,
    )


def _shots(
    product: Product, pictures: Sequence[PictureView], page: ProductPage | None
) -> list[Shot]:
    found = [Shot(picture.large_url, picture.thumb_url, product.name) for picture in pictures]
    if page is None:
        return found
    own: list[PortalImage] = [block.value for block in page.gallery if block.value]
    in_text: list[PortalImage] = [
        block.value for block in page.body if block.block_type == "image" and block.value
    ]
    # sizes that were made before come with one query for all pictures of the page
    prefetch_related_objects([*own, *in_text], "renditions")
    for image in own:
        sizes = image.get_renditions(FULL_SIZE, THUMB_SIZE)
        found.append(
            Shot(sizes[FULL_SIZE].url, sizes[THUMB_SIZE].url, image.description or product.name)
        )
    return found
