"""Drawings made to measure: fronts and cabinets keep the proportions of their sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from demo.goods import Drawing

_TOP, _BOTTOM = 8.0, 78.0
_MIDDLE = 48.0
_METAL = "#d5d9dc"


@dataclass(frozen=True, slots=True)
class _Field:
    """The rectangle that a front or cabinet takes on the sheet, in units of the view box."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def rect(self, inset: float = 0, classes: str = "tint", fill: str = "#f7f4ef") -> str:
        return _rect(
            self.x + inset,
            self.y + inset,
            self.width - 2 * inset,
            self.height - 2 * inset,
            classes,
            fill,
        )


def made_to_measure(drawing: Drawing) -> str | None:
    """SVG of the drawing when it is one of these, else None."""
    shape = _SHAPES.get(drawing.name)
    if shape is None:
        return None
    width, height = float(drawing.across or 600), float(drawing.down or 716)
    if drawing.name == "front-edge":
        width = height = 1
    field = _fit(width, height)
    dimensions = (
        f'<line class="across" x1="{field.x:.2f}" y1="88" x2="{field.right:.2f}" y2="88"/>'
        f'<line class="down" x1="{field.x - 7:.2f}" y1="{field.y:.2f}" '
        f'x2="{field.x - 7:.2f}" y2="{field.bottom:.2f}"/>'
    )
    if drawing.name == "front-edge":
        dimensions = '<line class="across" x1="34" y1="84" x2="50" y2="84"/>'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><g fill="#fff">'
        + "".join(shape(field))
        + dimensions
        + "</g></svg>"
    )


def _fit(width: float, height: float) -> _Field:
    scale = min(64 / width, (_BOTTOM - _TOP) / height)
    across, down = width * scale, height * scale
    return _Field(_MIDDLE - across / 2 + 3, (_TOP + _BOTTOM - down) / 2, across, down)


def _rect(
    x: float,
    y: float,
    width: float,
    height: float,
    classes: str = "",
    fill: str = "#fff",
    radius: float = 0,
) -> str:
    return (
        f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" '
        f'rx="{radius:.2f}" class="{classes}" fill="{fill}"/>'
    )


def _path(d: str, classes: str = "", fill: str = "none") -> str:
    return f'<path d="{d}" class="{classes}" fill="{fill}"/>'


def _plain(f: _Field) -> list[str]:
    return [f.rect(), _rect(f.x, f.y, f.width, min(3.5, f.height / 6), "tint-dark", "#dcd6cc")]


def _frame(f: _Field) -> list[str]:
    edge = min(9.0, f.width / 4, f.height / 4)
    corners = "".join(
        f"M{x:.2f} {y:.2f}L{x + dx:.2f} {y + dy:.2f}"
        for x, y, dx, dy in (
            (f.x, f.y, edge, edge),
            (f.right, f.y, -edge, edge),
            (f.x, f.bottom, edge, -edge),
            (f.right, f.bottom, -edge, -edge),
        )
    )
    return [f.rect(), f.rect(edge, "tint-light", "#f4f6f4"), _path(corners)]


def _glass(f: _Field) -> list[str]:
    inner = _Field(f.x + 6, f.y + 6, f.width - 12, f.height - 12)
    middle, centre = inner.x + inner.width / 2, inner.y + inner.height / 2
    reach = min(inner.width, inner.height) / 3
    shine = "".join(
        f"M{middle - reach:.2f} {centre + reach + d:.2f}"
        f"L{middle + reach:.2f} {centre - reach + d:.2f}"
        for d in (-2.5, 3.5)
    )
    return [f.rect(), inner.rect(0, "", "#e7eef0"), _path(shine, "f")]


def _slat(f: _Field) -> list[str]:
    step = f.width / round(f.width / 5.5)
    lines = "".join(
        f"M{f.x + step * n:.2f} {f.y:.2f}V{f.bottom:.2f}" for n in range(1, round(f.width / step))
    )
    return [f.rect(0, "tint-light", "#f1e7d8"), _path(lines)]


def _veneer(f: _Field) -> list[str]:
    third = f.height / 3
    grain = "".join(
        f"M{f.x + f.width * place:.2f} {f.bottom:.2f}"
        f"C{f.x + f.width * (place - 0.02):.2f} {f.bottom - third:.2f} "
        f"{f.x + f.width * (place + 0.12):.2f} {f.y + third:.2f} "
        f"{f.x + f.width * (place + 0.05):.2f} {f.y:.2f}"
        for place in (0.14, 0.34, 0.52, 0.76)
    )
    return [f.rect(), _path(grain, "f")]


def _handle(f: _Field, y: float) -> str:
    return _rect(f.x + f.width / 2 - 7, y, 14, 2, "", _METAL, 1)


def _low(f: _Field) -> list[str]:
    return [*_plain(f), _handle(f, f.y + f.height * 0.35)]


def _low_frame(f: _Field) -> list[str]:
    return [*_frame(f), _handle(f, f.y + f.height / 2 - 1)]


def _edge(f: _Field) -> list[str]:
    """A corner of the board cut through: core, coating on both faces."""
    return [
        _path("M34 14H50V78H34Z", "", "#e4d9c6"),
        _path("M50 14L74 6V70L50 78Z", "tint", "#f7f4ef"),
        _path("M34 14L58 6H74L50 14Z", "tint-light", "#fff"),
        _path("M36 24l4 3M42 34l5 2M37 46l5 3M43 58l4-2M37 66l5 2M40 19l3 1M45 72l3-2", "f"),
        _path("M36.500 14V78M47.500 14V78", "f"),
    ]


def _drawers(f: _Field) -> list[str]:
    heights = (0.24, 0.34, 0.42)
    parts, y = [f.rect(0, "tint", "#e9ede9")], f.y
    for share in heights:
        parts.append(_rect(f.x, y, f.width, f.height * share, "tint", "#f7f4ef"))
        parts.append(_handle(f, y + 3.5))
        y += f.height * share
    return parts


def _body(f: _Field) -> list[str]:
    return [f.rect(0, "", "#efece6"), f.rect(1.6, "", "#fff")]


def _door(f: _Field) -> list[str]:
    shelf = f.y + f.height / 2
    return [
        *_body(f),
        _path(f"M{f.x + 1.6:.2f} {shelf:.2f}H{f.right - 1.6:.2f}"),
        _path(
            f"M{f.x + 1.6:.2f} {f.y + 1.6:.2f}L{f.right - f.width / 4:.2f} {f.y + 5:.2f}"
            f"V{f.bottom - 5:.2f}L{f.x + 1.6:.2f} {f.bottom - 1.6:.2f}Z",
            "tint",
            "#f7f4ef",
        ),
        _rect(f.right - f.width / 4 - 4, shelf - 5, 1.6, 10, "", _METAL, 0.8),
    ]


def _doors(f: _Field) -> list[str]:
    middle = f.x + f.width / 2
    return [
        f.rect(0, "", "#efece6"),
        _rect(f.x, f.y, f.width / 2, f.height, "tint", "#f7f4ef"),
        _rect(middle, f.y, f.width / 2, f.height, "tint", "#f7f4ef"),
        _rect(middle - 4, f.y + f.height / 2 - 6, 1.6, 12, "", _METAL, 0.8),
        _rect(middle + 2.4, f.y + f.height / 2 - 6, 1.6, 12, "", _METAL, 0.8),
    ]


def _flap(f: _Field) -> list[str]:
    return [
        *_body(f),
        _path(
            f"M{f.x:.2f} {f.y:.2f}L{f.x + 6:.2f} {f.y + f.height * 0.55:.2f}"
            f"H{f.right - 6:.2f}L{f.right:.2f} {f.y:.2f}Z",
            "tint",
            "#f7f4ef",
        ),
        _path(f"M{f.x + f.width / 2:.2f} {f.bottom - 4:.2f}v-8m-3 3l3-3 3 3", "d"),
    ]


def _corner(f: _Field) -> list[str]:
    split = f.x + f.width * 0.45
    return [
        f.rect(0, "", "#efece6"),
        _rect(split, f.y, f.right - split, f.height, "tint", "#f7f4ef"),
        _rect(split + 3, f.y + f.height / 2 - 6, 1.6, 12, "", _METAL, 0.8),
        _path(f"M{f.x + 4:.2f} {f.bottom - 6:.2f}L{split - 4:.2f} {f.y + 6:.2f}", "f"),
    ]


def _oven(f: _Field) -> list[str]:
    return [*_body(f), *_appliance(f, 0.06, 0.72), *_bottom_drawer(f, 0.82)]


def _tall(f: _Field) -> list[str]:
    return [
        f.rect(0, "", "#efece6"),
        _rect(f.x, f.y, f.width, f.height * 0.63, "tint", "#f7f4ef"),
        _rect(f.x, f.y + f.height * 0.63, f.width, f.height * 0.37, "tint", "#f7f4ef"),
        _rect(f.right - 4, f.y + f.height * 0.45, 1.6, 10, "", _METAL, 0.8),
        _rect(f.right - 4, f.y + f.height * 0.68, 1.6, 8, "", _METAL, 0.8),
    ]


def _tall_oven(f: _Field) -> list[str]:
    return [
        f.rect(0, "tint", "#f7f4ef"),
        _path(f"M{f.x:.2f} {f.y + f.height * 0.24:.2f}H{f.right:.2f}"),
        *_appliance(f, 0.25, 0.18),
        *_appliance(f, 0.45, 0.24),
        *_bottom_drawer(f, 0.72),
        *_bottom_drawer(f, 0.86),
    ]


def _appliance(f: _Field, top: float, share: float) -> list[str]:
    y, height = f.y + f.height * top, f.height * share
    return [
        _rect(f.x + 2, y, f.width - 4, height, "", "#4a4641", 1),
        _rect(f.x + 4, y + height * 0.3, f.width - 8, height * 0.6, "", "#5b5650", 1),
        _path(f"M{f.x + 5:.2f} {y + height * 0.16:.2f}H{f.right - 5:.2f}"),
    ]


def _bottom_drawer(f: _Field, top: float) -> list[str]:
    y = f.y + f.height * top
    return [
        _rect(f.x, y, f.width, f.bottom - y, "tint", "#f7f4ef"),
        _handle(f, y + 2.5),
    ]


_SHAPES: dict[str, Callable[[_Field], list[str]]] = {
    "front-plain": _plain,
    "front-frame": _frame,
    "front-glass": _glass,
    "front-slat": _slat,
    "front-veneer": _veneer,
    "front-low": _low,
    "front-low-frame": _low_frame,
    "front-edge": _edge,
    "front-drawers": _drawers,
    "cabinet-door": _door,
    "cabinet-doors": _doors,
    "cabinet-flap": _flap,
    "cabinet-corner": _corner,
    "cabinet-oven": _oven,
    "cabinet-tall": _tall,
    "cabinet-tall-oven": _tall_oven,
}
