from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from base.models import PortalDocument, PortalImage
from catalog_pages.showing import FULL_SIZE, THUMB_SIZE, show
from catalog_pages.stepping import sync_category_pages
from dealer_area.buyers import buyer_for
from sync.models import Picture, Property
from tests.factories.catalog_pages import Shop, make_product_page

pytestmark = pytest.mark.django_db


def make_image() -> PortalImage:
    """A picture whose sizes were made before."""
    made: PortalImage = PortalImage.objects.create(
        title="Кухня", file="images/kitchen.jpg", width=40, height=30
    )
    for spec in (FULL_SIZE, THUMB_SIZE):
        made.renditions.create(
            filter_spec=spec, file=f"images/kitchen.{spec}.jpg", width=40, height=30
        )
    return made


def test_show_gallery_begins_with_pictures_of_1c(shop: Shop) -> None:
    product = shop.product()
    product.pictures = ["a.jpg", "missing.jpg"]
    product.save()
    Picture.objects.create(
        connection=product.connection, name="a.jpg", path="onec/aa/a.jpg", width=10, height=10
    )
    sync_category_pages()
    page = make_product_page(product, gallery=[("image", make_image())])

    shown = show(product, page, buyer_for(shop.trade.membership))

    assert len(shown.shots) == 2
    assert "onec/aa/a" in shown.shots[0].url
    assert "kitchen" in shown.shots[1].url


def test_show_files_stand_apart_from_the_text(shop: Shop) -> None:
    product = shop.product()
    sync_category_pages()
    document = PortalDocument.objects.create(title="Схема", file=ContentFile(b"%PDF", "s.pdf"))
    page = make_product_page(
        product, body=[("document", document), ("video", "https://vimeo.com/76979871")]
    )

    shown = show(product, page, buyer_for(shop.trade.membership))

    assert shown.documents == [document]
    assert [block.block_type for block in shown.blocks] == ["video"]


def test_show_deleted_file_and_picture_are_left_out(shop: Shop) -> None:
    product = shop.product()
    sync_category_pages()
    document = PortalDocument.objects.create(title="Схема", file=ContentFile(b"%PDF", "s.pdf"))
    image = make_image()
    make_product_page(product, gallery=[("image", image)], body=[("document", document)])
    document.delete()
    image.delete()

    shown = show(product, type(product).objects.get().page, buyer_for(shop.trade.membership))

    assert (shown.documents, shown.shots) == ([], [])


def test_show_without_a_page_or_facts_is_bare(shop: Shop) -> None:
    product = shop.product()

    shown = show(product, None, buyer_for(shop.trade.membership))

    assert shown.single is not None
    assert shown.halves == ([], [])
    assert (shown.documents, shown.blocks, shown.shots) == ([], [], [])


def test_show_properties_that_fill_fields_are_not_told_again(shop: Shop) -> None:
    product = shop.product()
    product.connection.field_map = {"pack_multiple": "кратность упаковки", "brand": ["Бренд"]}
    for name in ("Кратность упаковки", "Бренд", "Цвет"):
        Property.objects.create(
            connection=product.connection, ref=name, name=name, changed_at=timezone.now()
        )
    product.properties = [[name, ["7"]] for name in ("Кратность упаковки", "Бренд", "Цвет")]

    shown = show(product, None, buyer_for(shop.trade.membership))

    assert shown.characteristics == [("Цвет", "7")]
