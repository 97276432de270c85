"""Pictures of goods: a drawing on a light plate, with dimension lines, as a JPEG."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from demo import svg
from demo.goods import Drawing
from demo.shapes import made_to_measure

FOLDER = Path(__file__).parent
SIDE = 800
"""Pixels of a side of a product's picture."""

TINTS: dict[str, tuple[str, str, str]] = {
    "oak": ("#e4d3ba", "#f1e7d8", "#cdb692"),
    "ash": ("#efe6d6", "#f7f2e8", "#ddd0b8"),
    "walnut": ("#b08c66", "#c7a987", "#8d6d4b"),
    "sage": ("#cfd9cf", "#e1e8e0", "#b3c2b3"),
    "fog": ("#e2e5e6", "#f0f2f2", "#cdd2d3"),
    "ink": ("#55514b", "#6b665f", "#35322e"),
    "black": ("#4a4641", "#5f5a54", "#2f2c29"),
    "brass": ("#dcc98f", "#ecdfb6", "#b99f60"),
    "white": ("#fbfaf7", "#ffffff", "#e4e0d8"),
    "stone": ("#cfcbc3", "#dedbd5", "#b3aea4"),
    "glass": ("#dfeaec", "#eef4f5", "#c3d5d9"),
    "silk": ("#dcdddb", "#ecedeb", "#c6c8c5"),
}
"""Colours of products: main, light and dark tone."""

_PLATE = "#f3f1ec"
_INK = "#34302b"
_FAINT = "#a6a199"
_MEASURE = "#0d6078"
_FAINT_MEASURE = "#8fb0ba"
_TONES = ("tint", "tint-light", "tint-dark")
_SCALE = 2


@dataclass(frozen=True, slots=True)
class _Canvas:
    """Where to draw, how many pixels a unit of the drawing has, and where it begins."""

    draw: ImageDraw.ImageDraw
    scale: float
    left: float
    top: float
    line: int

    def at(self, point: svg.Point) -> svg.Point:
        return (point[0] - self.left) * self.scale, (point[1] - self.top) * self.scale


def draw(drawing: Drawing, size: tuple[int, int] = (SIDE, SIDE)) -> bytes:
    """The picture as a JPEG. Raises FileNotFoundError for a drawing that does not exist."""
    image = render(drawing, size)
    target = io.BytesIO()
    image.save(target, "JPEG", quality=84, optimize=False)
    return target.getvalue()


def render(
    drawing: Drawing, size: tuple[int, int] = (SIDE, SIDE), plate: str = _PLATE
) -> Image.Image:
    """The picture itself, for those who compose it further."""
    sheet = _sheet(drawing)
    width, height = size[0] * _SCALE, size[1] * _SCALE
    image = Image.new("RGB", (width, height), plate)
    left, top, box_width, box_height = sheet.box
    scale = min(width / box_width, height / box_height) * 0.98
    canvas = _Canvas(
        draw=ImageDraw.Draw(image),
        scale=scale,
        left=left - (width / scale - box_width) / 2,
        top=top - (height / scale - box_height) / 2,
        line=max(4, round(min(width, height) / 280)),
    )
    tones = dict(zip(_TONES, TINTS[drawing.tint], strict=True)) if drawing.tint else {}
    figures = {"across": drawing.across, "down": drawing.down}
    for part in sheet.parts:
        if part.text:
            text = drawing.across if part.text == "{across}" else part.text
            _write(
                canvas, image, text, canvas.at(part.outlines[0].points[0]), upright=part.is_upright
            )
        elif part.classes & {"across", "down"}:
            axis = "across" if "across" in part.classes else "down"
            _measure(canvas, image, part, axis, figures.get(axis, ""))
            figures[axis] = ""
        else:
            _paint(canvas, part, tones)
    return image.reduce(_SCALE)


def _sheet(drawing: Drawing) -> svg.Sheet:
    shaped = made_to_measure(drawing)
    return svg.parse(shaped) if shaped is not None else _stored(drawing.name)


@cache
def _stored(name: str) -> svg.Sheet:
    return svg.parse((FOLDER / "drawings" / f"{name}.svg").read_text(encoding="utf-8"))


def _paint(canvas: _Canvas, part: svg.Part, tones: dict[str, str]) -> None:
    fill = part.fill
    for tone, colour in tones.items():
        if tone in part.classes:
            fill = colour
    faint = "f" in part.classes
    if "d" in part.classes:
        stroke = _FAINT_MEASURE if faint else _MEASURE
    else:
        stroke = _FAINT if faint else _INK
    for outline in part.outlines:
        points = [canvas.at(point) for point in outline.points]
        if fill != "none" and len(points) > 2:
            canvas.draw.polygon(points, fill=fill)
        if outline.closed:
            points += points[:2]
        canvas.draw.line(points, fill=stroke, width=canvas.line, joint="curve")
        _round_ends(canvas, points, stroke)


def _round_ends(canvas: _Canvas, points: list[svg.Point], colour: str) -> None:
    radius = canvas.line / 2 - 0.5
    for x, y in (points[0], points[-1]):
        canvas.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def _measure(canvas: _Canvas, image: Image.Image, part: svg.Part, axis: str, text: str) -> None:
    """A dimension line as architects draw it: short slashes at its ends, a figure at its middle."""
    start, end = (canvas.at(point) for point in part.outlines[0].points)
    over, slash = canvas.line * 5, canvas.line * 3.5
    (x1, y1), (x2, y2) = start, end
    if axis == "across":
        canvas.draw.line((x1 - over, y1, x2 + over, y2), fill=_MEASURE, width=canvas.line)
    else:
        canvas.draw.line((x1, y1 - over, x2, y2 + over), fill=_MEASURE, width=canvas.line)
    for x, y in (start, end):
        canvas.draw.line(
            (x - slash, y + slash, x + slash, y - slash), fill=_MEASURE, width=canvas.line
        )
    if text:
        gap = canvas.line * 3
        middle = (x1 + x2) / 2, (y1 + y2) / 2
        if axis == "across":
            _write(canvas, image, text, (middle[0], middle[1] - gap))
        else:
            _write(canvas, image, text, (middle[0] - gap, middle[1]), upright=True)


def _write(
    canvas: _Canvas, image: Image.Image, text: str, at: svg.Point, *, upright: bool = False
) -> None:
    """Text centred over the point; upright text reads from below and stands left of it."""
    font = _font(canvas.line * 9)
    if not upright:
        canvas.draw.text(at, text, font=font, fill=_MEASURE, anchor="ms")
        return
    left, top, right, bottom = font.getbbox(text, anchor="ls")
    label = Image.new("L", (round(right - left) + 2, round(bottom - top) + 2))
    ImageDraw.Draw(label).text((1 - left, 1 - top), text, font=font, fill=255, anchor="ls")
    turned = label.rotate(90, expand=True)
    corner = round(at[0] - turned.width), round(at[1] - turned.height / 2)
    image.paste(_MEASURE, (*corner, corner[0] + turned.width, corner[1] + turned.height), turned)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FOLDER / "fonts" / "GolosText-Regular.ttf"), size)
