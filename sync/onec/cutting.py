"""Goods and offers cut out of the bytes of a file, so that those known already are never parsed.

A parser sees what is left of the file, with a placeholder where objects stood; it still decides
where in the file they were. Cutting stops for good at the first thing in which a tag may be no
tag or an object may be part of another one: a comment, CDATA, an instruction, a document.
"""

from __future__ import annotations

import re
from collections import deque
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from lxml import etree

PLACEHOLDER = "vitrina.cut"
NAMES = ("Товар", "Предложение")
ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "windows-1251": "windows-1251",
    "cp1251": "windows-1251",
}
"""Encodings in which a tag has bytes of its own, and the objects of which are cut out."""

WAITING_LIMIT = 1024 * 1024
"""Bytes of an object that are kept back until its end is seen; a larger one is parsed."""

_MARK = f"<{PLACEHOLDER}/>".encode()
_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^<>]*\?>")


class Cut(NamedTuple):
    """An object as its own bytes in UTF-8, its name and the line of the file it starts at."""

    name: str
    raw: bytes
    line: int


class Cutter:
    """Takes the blocks of one file in order."""

    def __init__(self, encoding: str) -> None:
        names = [name.encode(encoding) for name in NAMES]
        self._encoding = encoding
        self._start = re.compile(b"<(?:" + b"|".join(names) + rb")(?=[\s>])").search
        self._odd = re.compile(f"<(?:[!?]|{PLACEHOLDER}|Документ)".encode(encoding)).search
        self._ends = {
            b"<" + name: (b"</" + name + b">", text)
            for name, text in zip(names, NAMES, strict=True)
        }
        self._rest = b""
        self._tail = b""
        self._line = 1
        self._works = True
        self._begun = False
        self.runs: deque[list[Cut]] = deque()
        """What each placeholder stands for, in the order of the placeholders."""

    def take(self, block: bytes) -> bytes:
        """What is left of the block and of what was kept back before it."""
        if self._works:
            seen = self._tail + block
            begun = None if self._begun else _DECLARATION.match(seen)
            self._works = self._odd(seen, begun.end() if begun else 0) is None
            self._begun = True
            self._tail = seen[-32:]
        data = self._rest + block
        self._rest = b""
        return self._cut(data) if self._works else data

    def finish(self) -> bytes:
        """What was kept back at the end of the file."""
        data, self._rest = self._rest, b""
        return data

    def _cut(self, data: bytes) -> bytes:
        left: list[bytes] = []
        run: list[Cut] = []
        at = 0
        while found := self._start(data, at):
            start = found.start()
            end_tag, name = self._ends[found.group()]
            end = data.find(end_tag, found.end())
            if end < 0 and len(data) - start <= WAITING_LIMIT:
                self._rest = data[start:]
                break
            if end < 0 or data.find(found.group(), found.end(), end) >= 0:
                # huge, one inside another, or empty: the parser sorts it out from here on
                self._works = False
                start = len(data)
                break
            between = data[at:start]
            if not run or (between and not between.isspace()):
                left.append(between)
                left.append(_MARK)
                run = []
                self.runs.append(run)
            else:
                left.append(between)
            self._line += between.count(b"\n")
            at = end + len(end_tag)
            raw = data[start:at]
            lines = raw.count(b"\n")
            if self._encoding != "utf-8":
                raw = raw.decode(self._encoding).encode()
            run.append(Cut(name, raw, self._line))
            if lines:
                self._line += lines
                left.append(b"\n" * lines)
        else:
            # a tag that the block breaks in two
            start = data.rfind(b"<", at)
            if start < 0 or data.find(b">", start) >= 0:
                start = len(data)
            self._rest = data[start:]
        left.append(data[at:start])
        self._line += data.count(b"\n", at, start)
        return b"".join(left)


def parsed(raw: bytes, namespaces: dict[str | None, str]) -> etree._Element:
    """The element of an object, by the prefixes of the place where it stood."""
    told = "".join(
        f" xmlns{f':{prefix}' if prefix else ''}={quoteattr(uri)}"
        for prefix, uri in namespaces.items()
    )
    whole = b"".join((f"<a{told}>".encode(), raw, b"</a>"))
    try:
        return etree.fromstring(whole, _parser())[0]
    except etree.XMLSyntaxError as error:
        if getattr(error, "code", 0) != etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE:
            raise
    return by_local_names(etree.fromstring(whole, _parser(recover=True))[0])


def by_local_names(element: etree._Element) -> etree._Element:
    """The element itself, without prefixes that the file does not declare."""
    for each in element.iter(etree.Element):
        if ":" in (name := str(each.tag).rpartition("}")[2]):
            each.tag = name.rpartition(":")[2]
    return element


def _parser(*, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        remove_pis=True,
        remove_comments=True,
        collect_ids=False,
        recover=recover,
    )
