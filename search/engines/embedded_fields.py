"""The fields of the embedded index, and a document in them."""

from __future__ import annotations

import hashlib
from typing import Any

import tantivy
from tantivy import Schema

from search.engines import base
from search.engines.base import Document
from search.engines.name_order import KEYS, name_numbers
from search.words import grams, stem, with_stems
from sync.models.trade import SLOTS

_RAW = "raw"
_SPACED = "whitespace"
_FIELDS: tuple[tuple[str, str, str], ...] = (
    # name, kind, tokens
    ("id", "key", ""),
    ("connection", "key", ""),
    ("categories", "key", ""),
    ("stock", "key", ""),
    ("facets", "label", _RAW),
    ("mentions", "term", _RAW),
    ("articles", "term", _RAW),
    ("barcodes", "term", _RAW),
    ("grams", "phrase", _SPACED),
    ("words", "text", _SPACED),
    ("stems", "text", _SPACED),
    ("others", "text", _SPACED),
    *((f"price_{slot:02}", "amount", "") for slot in range(SLOTS)),
    *((f"name_{level}", "amount", "") for level in range(KEYS)),
)
_MEANING = 3
"""Raise it when the same fields come to hold something else: every index is then rebuilt."""


def schema() -> Schema:
    """The fields of an index. Keys are signed: deleting by an unsigned one does nothing."""
    builder = tantivy.SchemaBuilder()
    for name, kind, tokens in _FIELDS:
        if kind == "key":
            builder.add_integer_field(name, indexed=True, fast=True)
        elif kind == "amount":
            builder.add_integer_field(name, fast=True)
        elif kind == "label":
            builder.add_text_field(name, fast=True, tokenizer_name=tokens, index_option="basic")
        else:
            option = {"term": "basic", "text": "freq", "phrase": "position"}[kind]
            builder.add_text_field(name, tokenizer_name=tokens, index_option=option)
    return builder.build()


def schema_hash() -> str:
    """Changes with the fields and with what they mean."""
    meaning = repr((_FIELDS, _MEANING)).encode()
    return hashlib.sha256(meaning).hexdigest()[:12]


def fields_of(document: Document) -> dict[str, list[Any]]:
    """A document as values of the fields."""
    fields: dict[str, list[Any]] = {
        "id": [document.id],
        "connection": [document.connection_id],
        "categories": list(document.category_ids),
        "stock": [int(document.in_stock)],
        "facets": [key + base.FACET_MARK + value for key, value in document.facets],
        "mentions": list(document.mentions),
        "articles": list(document.articles),
        "barcodes": list(document.barcodes),
        "grams": [" ".join(grams(article)) for article in document.articles],
        "words": [" ".join(document.words)],
        "stems": [" ".join(stem(word) for word in document.words)],
        "others": [" ".join(with_stems(document.others))],
    }
    for slot, amount in document.prices.items():
        fields[f"price_{slot:02}"] = [amount]
    for level, number in enumerate(name_numbers(document.name_order)):
        fields[f"name_{level}"] = [number]
    return fields
