"""How text is taken apart."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query import MAX_TEXT
from search.words import (
    MAX_WORDS,
    article_key,
    article_tokens,
    asked,
    grams,
    stem,
    tokens,
    with_stems,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ёлка-2, НОВАЯ", ("елка", "2", "новая")),
        ("a_b", ("a", "b")),
        ("смеси\u0301тель", ("смеситель",)),
        ("И\u0306од", ("йод",)),
        ("ＡＢ１", ("ab1",)),
        ("\0 🙂 \ud800 -", ()),
    ],
)
def test_tokens_fold(text: str, expected: tuple[str, ...]) -> None:
    assert tokens(text) == expected


def test_stem_knows_russian_alone() -> None:
    assert stem("смесителями") == stem("смеситель")
    assert stem("kitchens") == "kitchens"
    assert stem("110й") == "110й"
    assert with_stems(["петли", "yk"]) == ["петли", "петл", "yk"]


def test_stem_does_not_mix_words_of_threads() -> None:
    # the stemmer is one object with the word inside
    words = [f"{start}{end}" for start in ("смесит", "петл", "ручк") for end in ("ами", "ях", "ов")]
    alone = {word: stem.__wrapped__(word) for word in words}
    with ThreadPoolExecutor(8) as threads:
        told = list(
            threads.map(lambda n: (words[n % 9], stem.__wrapped__(words[n % 9])), range(2000))
        )
    assert all(alone[word] == found for word, found in told)


def test_article_tokens_are_what_may_be_typed() -> None:
    assert article_tokens("YK-110ND") == ["yk110nd", "yk", "110nd", "110", "nd"]
    assert article_tokens("--") == []


def test_grams_of_a_short_article() -> None:
    assert grams("yk") == []
    assert grams("yk110") == ["yk1", "k11", "110"]


def test_asked_keeps_within_bounds() -> None:
    assert not asked("((( 🙂")
    assert len(asked("а б " * 100).words) == MAX_WORDS
    assert len(asked("9" * 10_000).article) == MAX_TEXT


@given(st.text())
def test_asked_takes_any_text(text: str) -> None:
    found = asked(text)
    assert bool(found) == bool(found.article)
    for word in found.words:
        assert word.text.isalnum()
        assert word.text.encode()  # an engine can take it
    assert article_key(found.article) == found.article
