"""What parts make of their order."""

from __future__ import annotations

import pytest

from dealer_area.models import Order
from dealer_area.parting import Folded, PartState
from dealer_area.parting import fold as fold_by
from dealer_area.statuses import WAY

S = Order.Status


def fold(parts: list[PartState]) -> Folded:
    return fold_by(parts, way=WAY, cancelled=S.CANCELLED)


def part(status: str, *, paid: bool = False, number: str = "", told: str = "") -> PartState:
    return PartState(status, paid, number, told)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([S.SUBMITTED, S.SHIPPED], S.SUBMITTED),
        ([S.CONFIRMED, S.SHIPPED], S.CONFIRMED),
        ([S.CLOSED, S.SHIPPED], S.SHIPPED),
        ([S.CANCELLED, S.SHIPPED], S.SHIPPED),
        ([S.CANCELLED, S.CANCELLED], S.CANCELLED),
        ([S.ACCEPTED], S.ACCEPTED),
    ],
)
def test_the_least_advanced_part_speaks(statuses: list[str], expected: str) -> None:
    assert fold([part(status) for status in statuses]).status == expected


def test_paid_are_all_parts_that_still_count() -> None:
    assert fold([part(S.SHIPPED, paid=True), part(S.CANCELLED)]).is_paid
    assert not fold([part(S.SHIPPED, paid=True), part(S.SHIPPED)]).is_paid
    assert not fold([part(S.CANCELLED, paid=True)]).is_paid


def test_numbers_of_1c_stand_side_by_side_and_the_speaking_part_names_the_status() -> None:
    found = fold(
        [
            part(S.SHIPPED, number="КП-1", told="Отгружен"),
            part(S.CONFIRMED, number="КП-2", told="К выполнению"),
            part(S.SUBMITTED),
        ]
    )
    assert found.remote_number == "КП-1, КП-2"
    assert found.remote_status == ""
    assert len(fold([part(S.SHIPPED, number="К" * 40)] * 2).remote_number) == 50
