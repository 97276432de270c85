"""Outlines of the small part of SVG that drawings use."""

from __future__ import annotations

import math

import pytest

from demo.svg import Part, parse


def _part(element: str) -> Part:
    (part,) = parse(f'<svg viewBox="0 0 10 10"><g fill="#fff">{element}</g></svg>').parts
    return part


def test_a_path_of_lines_is_absolute_and_relative() -> None:
    (outline,) = _part('<path d="M1 1h2v2H1Z"/>').outlines
    assert outline.points == ((1, 1), (3, 1), (3, 3), (1, 3))
    assert outline.closed


def test_numbers_may_stand_without_spaces() -> None:
    (outline,) = _part('<path d="M1-1l-.5.5"/>').outlines
    assert outline.points == ((1, -1), (0.5, -0.5))


def test_a_path_may_hold_several_lines() -> None:
    outlines = _part('<path d="M0 0H5M0 2H5" fill="none"/>').outlines
    assert [outline.points for outline in outlines] == [((0, 0), (5, 0)), ((0, 2), (5, 2))]


@pytest.mark.parametrize(("sweep", "side"), [(0, 1), (1, -1)])
def test_an_arc_bends_to_its_side(sweep: int, side: int) -> None:
    (outline,) = _part(f'<path d="M0 0A5 5 0 0 {sweep} 10 0" fill="none"/>').outlines
    x, y = outline.points[len(outline.points) // 2]
    assert math.hypot(x - 5, y) == pytest.approx(5)
    assert y * side > 4.5
    assert outline.points[-1] == pytest.approx((10, 0))


def test_a_smooth_curve_mirrors_the_handle() -> None:
    (outline,) = _part('<path d="M0 0C0 5 5 5 5 0S10-5 10 0" fill="none"/>').outlines
    below, above = outline.points[7], outline.points[21]
    assert below[1] == pytest.approx(-above[1])


def test_a_rounded_rectangle_stays_inside_its_box() -> None:
    (outline,) = _part('<rect x="1" y="2" width="6" height="4" rx="9"/>').outlines
    assert min(x for x, _y in outline.points) == pytest.approx(1)
    assert max(y for _x, y in outline.points) == pytest.approx(6)


def test_classes_fill_and_text_are_told() -> None:
    part = _part('<text class="t" transform="translate(3 4) rotate(-90)">32</text>')
    assert (part.text, part.is_upright, part.outlines[0].points) == ("32", True, ((3, 4),))
    assert _part('<circle cx="1" cy="1" r="1" class="tint f"/>').classes == {"tint", "f"}
    assert _part('<circle cx="1" cy="1" r="1"/>').fill == "#fff"


def test_an_unknown_element_is_refused() -> None:
    with pytest.raises(ValueError, match="polygon"):
        _part('<polygon points="0,0"/>')
