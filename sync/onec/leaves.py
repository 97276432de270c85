"""An object taken apart from its text, without a parser, where 1C wrote it the plain way.

Such an object holds leaves (``<Артикул>YK-1</Артикул>``) and a few containers known by name. What
is written otherwise is told by ``Unclear``: the same is then read from the element, more slowly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from sync.onec import values

Pair = tuple[str, tuple[str, ...]]
Pairs = tuple[Pair, ...]
Leaf = tuple[str, str, str]
"""An element without children: its name, its attributes as written, its raw text."""

_TAKEN = "\0"
"""Stands where a container was; XML has no such character."""

_LEAVES = re.compile(
    r"<([^<>/\s:]+)"
    r"""((?:\s+[^\s=<>"'/:]+="[^"<&\t\n\0]*")*)\s*"""
    r"(?:/>|>([^<\0]*)</\1>)"
).findall
_ATTRIBUTES = re.compile(r'([^\s=]+)="([^"]*)"').findall
_REFERENCE = re.compile(r"&([^;&\s]*);?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_NUMBERED = re.compile(r"#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))").fullmatch


class Unclear(Exception):
    """Only a parser can tell."""


class Container(NamedTuple):
    """Tags of an element that holds others."""

    name: str
    begin: str
    end: str


def containers(*names: str) -> tuple[Container, ...]:
    """Their tags."""
    return tuple(Container(name, f"<{name}>", f"</{name}>") for name in names)


def text_of(raw: bytes) -> str:
    """The text of bytes in UTF-8 with line ends as a parser gives them."""
    text = raw.decode()
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def apart(text: str, known: Iterable[Container]) -> tuple[list[Leaf], dict[str, str]]:
    """The leaves in order, and the content of each of the ``known`` containers that is there.

    Raises Unclear for anything else: other containers, two of one that hold something, one inside
    another. A leaf may have the name of a container.
    """
    blocks: dict[str, str] = {}
    for name, begin, end in known:
        start = text.find(begin)
        if start < 0:
            continue
        stop = text.find(end, start)
        if stop < 0:
            raise Unclear
        blocks[name] = inside = text[start + len(begin) : stop]
        if _TAKEN in inside:
            raise Unclear
        text = f"{text[:start]}{_TAKEN}{text[stop + len(end) :]}"
    found = _LEAVES(text)
    if text.count("<") != 2 * len(found) - text.count("/>"):
        raise Unclear
    return found, blocks


def value(text: str) -> str:
    """What the raw text of a leaf says, trimmed. Raises Unclear for an unknown reference."""
    return (_REFERENCE.sub(_character, text) if "&" in text else text).strip()


@lru_cache(maxsize=1024)
def attributes(text: str) -> dict[str, str]:
    """Attributes by name; not to be changed."""
    return dict(_ATTRIBUTES(text))


def _character(reference: re.Match[str]) -> str:
    name = reference.group(1)
    if not reference.group().endswith(";"):
        raise Unclear
    if name in _NAMED:
        return _NAMED[name]
    number = _NUMBERED(name)
    if number is None:
        raise Unclear
    code = int(number.group(1), 16) if number.group(1) else int(number.group(2))
    if code < 32 and code not in {9, 10, 13}:
        raise Unclear
    try:
        return chr(code)
    except ValueError:
        raise Unclear from None


_RECKONING = "<Пересчет>"
_RECKONING_TO_END = re.compile(
    r"<Пересчет>(?:(?!<Пересчет>)[^\0])*?</Пересчет>\s*(?=</БазоваяЕдиница>)"
).match


def without_reckoning(text: str) -> str:
    """The text with a unit that is a leaf: without the ratio to another unit at its end."""
    start = text.find(_RECKONING)
    if start < 0 or not text.startswith("<БазоваяЕдиница", text.rfind("<", 0, start)):
        return text
    told = _RECKONING_TO_END(text, start)
    return text if told is None else text[:start] + text[told.end() :]


_REFS = re.compile(r"<Ид>([^<]*)</Ид>").findall


def refs(block: str) -> list[str]:
    """Texts of a list of ``Ид``."""
    found: list[str] = _REFS(block)
    if block.count("<") != 2 * len(found):
        raise Unclear
    return [value(each) for each in found]


@lru_cache(maxsize=8192)
def text_pair(name: str, told: str) -> Pair:
    """A name and its value, if it has one."""
    return name, (its_value,) if (its_value := told.strip()) else ()


@lru_cache(maxsize=8192)
def ref_pair(name: str, told: str) -> Pair:
    """An identifier and its value, in which a GUID is lower-cased."""
    its_value = told.strip()
    return values.ref(name), (values.plain_guid(its_value),) if its_value else ()


def pairs_reader(
    item: str, key: str, as_pair: Callable[[str, str], Pair]
) -> Callable[[str], Pairs]:
    """What `elements.pairs` is, for the content of a container; the pairs made by ``as_pair``."""
    plain = re.compile(
        rf"<{item}>\s*<{key}>([^<]*)</{key}>\s*<Значение>([^<]*)</Значение>\s*</{item}>"
    ).findall
    with_empty = re.compile(
        rf"<{item}>\s*<{key}>([^<]*)</{key}>\s*"
        rf"(?:<Значение>([^<]*)</Значение>\s*|<Значение/>\s*)?</{item}>"
    ).findall

    def read(block: str) -> Pairs:
        found = plain(block)
        tags = block.count("<")
        if tags != 6 * len(found):
            found = with_empty(block)
            told = 2 * block.count("</Значение>") + block.count("<Значение/>")
            if tags != 4 * len(found) + told:
                raise Unclear
        if "&" in block:
            found = [(value(name), value(told)) for name, told in found]
        return tuple([pair for name, told in found if (pair := as_pair(name.strip(), told))[0]])

    return read
