"""Spec sheets are one page of PDF with the product's words in it."""

from __future__ import annotations

import re

import pytest

from demo.assortment import Assortment, Entry
from demo.sheets import spec_sheet
from demo.stories import STORIES


@pytest.fixture(scope="module")
def entries() -> dict[str, Entry]:
    return {entry.good.sku: entry for entry in Assortment().entries()}


def test_every_story_is_of_a_product(entries: dict[str, Entry]) -> None:
    skus = [story.sku for story in STORIES]
    assert set(skus) <= set(entries)
    assert len(set(skus)) == len(skus) >= 20


@pytest.mark.parametrize("sku", ["YK110-ND", "FN-396716", "KR2-22-DN", "KN-30"])
def test_a_sheet_is_one_page(entries: dict[str, Entry], sku: str) -> None:
    entry = entries[sku]
    body = spec_sheet(entry, (entry.good.drawing, *entry.good.details))
    assert body.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", body)) == 1
    assert len(body) < 400_000
