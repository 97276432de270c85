"""Every drawing of the assortment exists and shows the product's colour and figures."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageColor

from demo.families import all_goods
from demo.goods import Drawing
from demo.picture import TINTS, draw, render

DRAWINGS = {
    (drawing.name, drawing.tint): drawing
    for good in all_goods()
    for drawing in (good.drawing, *good.details)
}


@pytest.mark.parametrize("drawing", DRAWINGS.values(), ids=["-".join(key) for key in DRAWINGS])
def test_every_drawing_can_be_drawn(drawing: Drawing) -> None:
    image = render(drawing, (96, 96))
    assert len(image.getcolors(96 * 96) or ()) > 10


def test_a_tint_colours_the_product() -> None:
    plain, tinted = (render(Drawing("edge", tint=tint), (200, 200)) for tint in ("", "walnut"))
    wanted = ImageColor.getrgb(TINTS["walnut"][0])
    assert wanted in {colour for _count, colour in tinted.getcolors(40_000) or ()}
    assert wanted not in {colour for _count, colour in plain.getcolors(40_000) or ()}


def test_figures_stand_on_dimension_lines() -> None:
    assert render(Drawing("runner", across="450")) != render(Drawing("runner", across="500"))


def test_fronts_keep_their_proportions() -> None:
    low, high = (
        render(Drawing("front-plain", tint="walnut", across="596", down=height), (200, 200))
        for height in ("140", "916")
    )
    wanted = ImageColor.getrgb(TINTS["walnut"][0])
    areas = [
        next((count for count, colour in image.getcolors(40_000) or () if colour == wanted), 0)
        for image in (low, high)
    ]
    assert areas[1] > areas[0] * 2


def test_the_file_is_a_small_jpeg() -> None:
    body = draw(Drawing("hinge-large", across="118"))
    with Image.open(io.BytesIO(body)) as image:
        assert image.format == "JPEG"
    assert len(body) < 90_000


def test_an_unknown_drawing_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        draw(Drawing("nothing"))
