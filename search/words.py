"""Text taken apart into what is indexed and what is asked: one way for both, and for each engine.

An engine gets ready tokens and does not analyse anything itself, so that two engines find the
same. Pure: no Django, no engine. Nothing here raises, whatever the text.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from base.texts import name_key, sku_key
from search.query import MAX_TEXT

MAX_WORDS = 12
"""Words of a question that are read."""
MAX_WORD = 60
"""Characters of a word that count."""
GRAM = 3
"""Length of the pieces by which a part of an article is found."""

_WORD = re.compile(r"[^\W_]+")
_RUSSIAN = re.compile(r"[а-я]+")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_ENDS = re.compile(r"[^\W\d_]+|\d+")

_stemmer = snowballstemmer.stemmer("russian")
_stemming = threading.Lock()
"""The stemmer keeps its work in itself: two threads would mix their words."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question: as typed (folded) and its stem."""

    text: str
    stem: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question taken apart. `article` is the whole text as an article would be compared.

    Empty when the text has no letter and no digit: then there is nothing to find.
    """

    article: str
    words: tuple[Word, ...]

    def __bool__(self) -> bool:
        return bool(self.words)


def asked(text: str) -> Asked:
    """What the text of a query asks for."""
    text = text[:MAX_TEXT]
    words = tokens(text)[:MAX_WORDS]
    return Asked(article=article_key(text), words=tuple(Word(word, stem(word)) for word in words))


@lru_cache(maxsize=8_000)
def tokens(text: str) -> tuple[str, ...]:
    """Words in lower case with "ё" folded, in their order, without signs."""
    return tuple(word[:MAX_WORD] for word in _WORD.findall(name_key(_plain(text))))


def article_key(text: str) -> str:
    """An article as it is compared: only letters and digits, in lower case."""
    return "".join(_WORD.findall(sku_key(_plain(text))))


def article_tokens(article: str) -> list[str]:
    """What a part of a typed text may call an article: whole, by its signs, by letters and digits.

    >>> article_tokens("YK-110ND")
    ['yk110nd', 'yk', '110nd', '110', 'nd']
    """
    found: dict[str, None] = {}
    if key := article_key(article):
        found[key[:MAX_WORD]] = None
    parts = tokens(article)
    for part in (*parts, *(end for each in parts for end in _ENDS.findall(each))):
        found[part] = None
    return list(found)


def grams(key: str) -> list[str]:
    """Overlapping pieces of an article key, in order. A part of the key is a run of them."""
    return [key[start : start + GRAM] for start in range(len(key) - GRAM + 1)]


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """A Russian word without its ending; anything else as it is."""
    if not _RUSSIAN.fullmatch(word):
        return word
    with _stemming:
        return str(_stemmer.stemWord(word))


def with_stems(words: Iterable[str]) -> list[str]:
    """The words and those of their stems that differ, each once."""
    found: dict[str, None] = {}
    for word in words:
        found[word] = None
        found[stem(word)] = None
    return list(found)


def _plain(text: str) -> str:
    """Letters in their usual form: "й" as one character, full-width as plain, no stress marks."""
    if text.isascii():
        return text
    return _ACCENTS.sub("", unicodedata.normalize("NFKC", text))
