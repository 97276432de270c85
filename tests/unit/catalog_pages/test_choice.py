from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from catalog_pages.choice import MAX_VALUES, Choice
from search.query import MAX_TEXT, Sort


def read(address: str) -> Choice:
    return Choice.read(QueryDict(address))


def test_read_everything() -> None:
    choice = read("q=+петля++110&category=7&stock=1&f.brand=Ярга&f.brand=Норма&sort=-price&page=3")

    assert choice == Choice(
        text="петля 110",
        category_id=7,
        chosen={"brand": frozenset({"Ярга", "Норма"})},
        in_stock=True,
        sort=Sort.PRICE_DOWN,
        page=3,
    )


@pytest.mark.parametrize(
    "address",
    [
        "",
        "q=&category=&stock=0&f.brand=&sort=&page=",
        "category=-1&sort=sideways&page=abc",
        "category=²&page=٣",
        "category=99999999999999999999&page=0",
        "brand=Ярга&other=1",
    ],
)
def test_read_nonsense_is_as_if_it_were_not_there(address: str) -> None:
    assert read(address) == Choice()


def test_read_long_text_and_too_many_values_are_cut() -> None:
    values = [("f.brand", str(number)) for number in range(MAX_VALUES + 1)]

    choice = read(urlencode([("q", "x" * 1000), *values]))

    assert len(choice.text) == MAX_TEXT
    assert choice.chosen == {}


@given(
    st.builds(
        Choice,
        text=st.text("петля 110-", max_size=20).map(lambda text: " ".join(text.split())),
        category_id=st.none() | st.integers(1, 10**8),
        chosen=st.dictionaries(
            st.sampled_from(["brand", "series", "p12"]),
            st.frozensets(st.text(min_size=1, max_size=8), min_size=1, max_size=4),
        ),
        in_stock=st.booleans(),
        sort=st.sampled_from(Sort),
        page=st.integers(1, 200),
    )
)
def test_address_says_the_whole_choice(choice: Choice) -> None:
    path, _mark, query = choice.address("/search/").partition("?")

    assert path == "/search/"
    assert read(query) == choice


def test_without_goes_to_the_first_page_and_forgets_an_empty_filter() -> None:
    choice = Choice(chosen={"brand": frozenset({"а", "б"}), "p1": frozenset({"в"})}, page=4)

    less = choice.without("brand", "а").without("p1", "в")

    assert less == Choice(chosen={"brand": frozenset({"б"})})
    assert choice.without("brand", "нет такого").chosen == choice.chosen


def test_query_place_goes_before_a_chosen_category() -> None:
    choice = Choice(category_id=3)

    assert choice.query(5).category_id == 5
    assert choice.query(None).category_id == 3
