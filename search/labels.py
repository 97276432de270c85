"""What facets and their values are called, and in which order they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from django.utils.translation import pgettext

from base.texts import name_key, sort_key
from search.query import Facet, FacetValue
from sync.models import Property
from sync.reading import mapped_names

MAX_FACETS = 24
"""Facets shown at once: those that most hits have, and every one that is chosen."""
MAX_VALUES = 100
"""Values of a facet shown at once: the most frequent, and every one that is chosen."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_OWN = ("brand", "series")


def facets(
    counts: Mapping[str, Mapping[str, int]], chosen: Mapping[str, Iterable[str]], stamp: str
) -> tuple[Facet, ...]:
    """The facets to show, from their counts: brand and series first, then by name.

    A facet with one value divides nothing and is left out, unless it is chosen. `stamp` is the
    state of the index: names of properties are read once for each (one query).
    """
    names = _names(stamp)
    found = []
    for key, values in counts.items():
        ticked = frozenset(chosen.get(key, ()))
        label = _label(key, names)
        if label and (ticked or len(values) > 1):
            found.append((bool(ticked), sum(values.values()), _facet(key, label, values, ticked)))
    for key in chosen.keys() - counts.keys():
        if label := _label(key, names):
            found.append((True, 0, _facet(key, label, {}, frozenset(chosen[key]))))
    found.sort(key=lambda each: (not each[0], each[2].key not in _OWN, -each[1]))
    shown = [facet for _is_chosen, _count, facet in found[:MAX_FACETS]]
    return tuple(sorted(shown, key=_place))


@lru_cache(maxsize=20_000)
def natural_key(text: str) -> tuple[tuple[int, float, str], ...]:
    """Orders values as people do: numbers by size wherever they stand in the text.

    >>> sorted(["1000 мм", "50 мм", "7,5 мм"], key=natural_key)
    ['7,5 мм', '50 мм', '1000 мм']
    """
    parts: list[tuple[int, float, str]] = []
    end = 0
    folded = sort_key(text)
    for match in _NUMBER.finditer(folded):
        if match.start() > end:
            parts.append((1, 0.0, folded[end : match.start()]))
        parts.append((0, float(match[0].replace(",", ".")), ""))
        end = match.end()
    if end < len(folded):
        parts.append((1, 0.0, folded[end:]))
    return tuple(parts)


def _facet(key: str, label: str, values: Mapping[str, int], ticked: frozenset[str]) -> Facet:
    counts = {**dict.fromkeys(ticked, 0), **values}
    often = sorted(counts, key=lambda value: (value not in ticked, -counts[value], value))
    shown = sorted(often[:MAX_VALUES], key=lambda value: (natural_key(value), value))
    return Facet(
        key,
        label,
        tuple(
            FacetValue(value, _readable(value), counts[value], value in ticked) for value in shown
        ),
    )


def _readable(value: str) -> str:
    if value == "true":
        return pgettext("a property of goods", "Yes")
    if value == "false":
        return pgettext("a property of goods", "No")
    return value


def _label(key: str, names: Mapping[str, str]) -> str:
    if key == "brand":
        return pgettext("a filter of goods", "Brand")
    if key == "series":
        return pgettext("a filter of goods", "Series")
    return names.get(key, "")


def _place(facet: Facet) -> tuple[int, str, str]:
    own = _OWN.index(facet.key) if facet.key in _OWN else len(_OWN)
    return own, sort_key(facet.label), facet.key


@lru_cache(maxsize=2)
def _names(_stamp: str) -> dict[str, str]:
    """Names of the properties that are facets, by key.

    One that fills a field by the map of its base is none: brand is not to stand there twice.
    """
    rows = Property.objects.current().filter(crowded__isnull=True).exclude(name="")
    return {
        f"p{each.pk}": each.name
        for each in rows.select_related("connection")
        if name_key(each.name) not in mapped_names(each.connection)
    }
