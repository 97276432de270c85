"""The small part of SVG that the demonstration's drawings use, as outlines of points.

Paths may hold M L H V C S A Z in both cases; shapes are rect, circle, path, line and text. A
drawing's classes say what a part is: `tint`, `tint-light`, `tint-dark` take the product's colour,
`f` is faint, `d` is a dimension, a line `across` or `down` carries a figure.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from xml.etree import ElementTree

Point = tuple[float, float]
_TOKEN = re.compile(r"[MmLlHhVvCcSsAaZz]|-?(?:\d+\.?\d*|\.\d+)")
_NUMBERS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "A": 7, "Z": 0}
_CURVE_STEPS = 14
_CORNER_STEPS = 10
_FULL_TURN = 2 * math.pi


@dataclass(frozen=True, slots=True)
class Outline:
    """Points of a line or, when closed, of an area."""

    points: tuple[Point, ...]
    closed: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One element of a drawing: outlines, how they look, or a text at its first point."""

    classes: frozenset[str]
    fill: str
    outlines: tuple[Outline, ...]
    text: str = ""
    is_upright: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A parsed drawing: view box (left, top, width, height) and parts from back to front."""

    box: tuple[float, float, float, float]
    parts: tuple[Part, ...]


def parse(source: str) -> Sheet:
    """A drawing of ours; it never comes from outside. Raises ValueError for an unknown element."""
    root = ElementTree.fromstring(source)  # noqa: S314 - the package's own files
    left, top, width, height = (float(number) for number in root.attrib["viewBox"].split())
    parts = tuple(_part(element, group.get("fill", "none")) for group in root for element in group)
    return Sheet((left, top, width, height), parts)


def _part(element: ElementTree.Element, inherited: str) -> Part:
    kind = element.tag.rpartition("}")[2]
    classes = frozenset(element.get("class", "").split())
    fill = element.get("fill", inherited)
    if kind == "text":
        place = re.search(r"translate\(([\d.]+) ([\d.]+)\)", element.get("transform", ""))
        x, y = place.groups() if place else (element.get("x", "0"), element.get("y", "0"))
        where = Outline(((float(x), float(y)),), closed=False)
        return Part(classes, "none", (where,), element.text or "", is_upright=place is not None)
    number = {name: float(value) for name, value in element.attrib.items() if _is_number(value)}
    if kind == "path":
        outlines = tuple(_path(element.attrib["d"]))
    elif kind == "rect":
        outlines = (_rect(number),)
    elif kind == "circle":
        outlines = (_circle(number["cx"], number["cy"], number["r"]),)
    elif kind == "line":
        ends = ((number["x1"], number["y1"]), (number["x2"], number["y2"]))
        outlines = (Outline(ends, closed=False),)
    else:
        raise ValueError(f"a drawing cannot hold <{kind}>")
    return Part(classes, fill, outlines)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d*\.?\d+", text) is not None


def _rect(number: dict[str, float]) -> Outline:
    x, y, width, height = (number.get(name, 0) for name in ("x", "y", "width", "height"))
    radius = min(number.get("rx", 0), width / 2, height / 2)
    if not radius:
        return Outline(
            ((x, y), (x + width, y), (x + width, y + height), (x, y + height)), closed=True
        )
    corners = (
        (x + width - radius, y + radius, -0.25),
        (x + width - radius, y + height - radius, 0),
        (x + radius, y + height - radius, 0.25),
        (x + radius, y + radius, 0.5),
    )
    points = tuple(
        (
            cx + radius * math.cos(_FULL_TURN * (turn + 0.25 * step / _CORNER_STEPS)),
            cy + radius * math.sin(_FULL_TURN * (turn + 0.25 * step / _CORNER_STEPS)),
        )
        for cx, cy, turn in corners
        for step in range(_CORNER_STEPS + 1)
    )
    return Outline(points, closed=True)


def _circle(cx: float, cy: float, radius: float) -> Outline:
    steps = 40
    points = tuple(
        (
            cx + radius * math.cos(_FULL_TURN * step / steps),
            cy + radius * math.sin(_FULL_TURN * step / steps),
        )
        for step in range(steps)
    )
    return Outline(points, closed=True)


def _path(text: str) -> list[Outline]:
    """Outlines of a path's `d`."""
    tokens = _TOKEN.findall(text)
    found: list[Outline] = []
    points: list[Point] = []
    here: Point = (0, 0)
    handle: Point | None = None
    place, command = 0, "M"
    while place < len(tokens):
        if tokens[place].isalpha():
            command = tokens[place]
            place += 1
        count = _NUMBERS[command.upper()]
        numbers = [float(token) for token in tokens[place : place + count]]
        place += count
        if command.upper() == "Z":
            found.append(Outline(tuple(points), closed=True))
            here, points = points[0], []
            continue
        if command.upper() == "M":
            if len(points) > 1:
                found.append(Outline(tuple(points), closed=False))
            points = []
        base = here if command.islower() else (0.0, 0.0)
        if command.upper() == "S":
            mirrored = (2 * here[0] - handle[0], 2 * here[1] - handle[1]) if handle else here
            numbers = [mirrored[0] - base[0], mirrored[1] - base[1], *numbers]
        added = _segment(command.upper(), numbers, here, base)
        is_curve = command.upper() in {"C", "S"}
        handle = (base[0] + numbers[2], base[1] + numbers[3]) if is_curve else None
        if not points and command.upper() != "M":
            points.append(here)
        points += added
        here = added[-1]
        command = {"M": "L", "m": "l"}.get(command, command)
    if len(points) > 1:
        found.append(Outline(tuple(points), closed=False))
    return found


def _segment(command: str, numbers: list[float], here: Point, base: Point) -> list[Point]:
    if command == "H":
        return [(base[0] + numbers[0], here[1])]
    if command == "V":
        return [(here[0], base[1] + numbers[0])]
    if command in {"C", "S"}:
        first, second, end = (
            (base[0] + numbers[i], base[1] + numbers[i + 1]) for i in range(0, 6, 2)
        )
        return [
            _bezier(here, first, second, end, s / _CURVE_STEPS) for s in range(1, _CURVE_STEPS + 1)
        ]
    if command == "A":
        end = (base[0] + numbers[5], base[1] + numbers[6])
        return _arc(
            here, end, numbers[0], numbers[1], large=bool(numbers[3]), sweep=bool(numbers[4])
        )
    return [(base[0] + numbers[0], base[1] + numbers[1])]


def _bezier(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    together = tuple(zip(weights, (a, b, c, d), strict=True))
    return sum(w * p[0] for w, p in together), sum(w * p[1] for w, p in together)


def _arc(
    start: Point, end: Point, rx: float, ry: float, *, large: bool, sweep: bool
) -> list[Point]:
    """An elliptic arc without rotation, by the implementation notes of SVG, F.6."""
    half = ((start[0] - end[0]) / 2, (start[1] - end[1]) / 2)
    stretch = (half[0] / rx) ** 2 + (half[1] / ry) ** 2
    if stretch > 1:
        rx, ry = rx * math.sqrt(stretch), ry * math.sqrt(stretch)
    under = (rx * half[1]) ** 2 + (ry * half[0]) ** 2
    root = math.sqrt(max(0.0, (rx * ry) ** 2 / under - 1)) if under else 0.0
    sign = -root if large == sweep else root
    inner = (sign * rx * half[1] / ry, -sign * ry * half[0] / rx)
    centre = (inner[0] + (start[0] + end[0]) / 2, inner[1] + (start[1] + end[1]) / 2)
    first = math.atan2((half[1] - inner[1]) / ry, (half[0] - inner[0]) / rx)
    last = math.atan2((-half[1] - inner[1]) / ry, (-half[0] - inner[0]) / rx)
    if sweep and last < first:
        last += _FULL_TURN
    elif not sweep and last > first:
        last -= _FULL_TURN
    return [
        (
            centre[0] + rx * math.cos(first + (last - first) * step / _CURVE_STEPS),
            centre[1] + ry * math.sin(first + (last - first) * step / _CURVE_STEPS),
        )
        for step in range(1, _CURVE_STEPS + 1)
    ]
