"""What is wrong with a file that is no XML, told by kind: words that a person can act upon."""

from __future__ import annotations

import re
from pathlib import Path

_MAGIC = (
    (b"PK\x03\x04", "this is a ZIP archive under the name of an XML file"),
    (b"\x1f\x8b", "this is a gzip archive under the name of an XML file"),
    (b"\xd0\xcf\x11\xe0", "this is an Excel workbook under the name of an XML file"),
    (b"\x89PNG", "this is a picture under the name of an XML file"),
    (b"\xff\xd8\xff", "this is a picture under the name of an XML file"),
    (b"GIF8", "this is a picture under the name of an XML file"),
    (b"%PDF", "this is a PDF document under the name of an XML file"),
)
CUT_OFF = "the file is cut off: send it once more"
_AMPERSAND = "the character & must be written as &amp;"
_LESS = "the character < must be written as &lt;"
_DEEP = "the elements of the file are nested too deeply"

# Codes of libxml2 (xmlerror.h) by what they mean to whoever wrote the file.
_KINDS = {
    5: "something stands behind the end of the root element",
    6: "the bytes are not in the declared encoding",
    8: "a character that XML does not allow",
    9: "a character that XML does not allow",
    23: _AMPERSAND,
    26: "a name behind & that XML does not know",
    31: "the declared encoding is not known",
    32: "the declared encoding is not known",
    38: _LESS,
    39: "the value of an attribute stands without quotes",
    42: "an attribute is told twice",
    64: "something stands before the XML declaration",
    76: "an element is closed by the tag of another one",
    81: "the bytes are not in the declared encoding",
    89: _DEEP,
    114: "a text of the file is too large",
    201: "a prefix of names that the file does not declare",
}
_AT_THE_END = frozenset({5, 38, 40, 45, 63, 68, 73, 77})
"""Codes that a file cut off anywhere ends with."""

_NAMES = {
    26: re.compile(r"Entity '([^']{1,60})'"),
    32: re.compile(r"encoding:? '?([\w.:-]{1,60})"),
    76: re.compile(r"mismatch: (\S{1,60}) line \d+ and (\S{1,60}),"),
    201: re.compile(r"prefix (\S{1,60}) "),
}
_SHOWN = {26: "&{};", 32: "{}", 76: "<{}> … </{}>", 201: "{}:"}

_ROOT = "КоммерческаяИнформация>"
_ROOT_ENDS = tuple(
    _ROOT.encode(charset) for charset in ("utf-8", "cp1251", "utf-16-le", "utf-16-be")
)


def disguised(head: bytes) -> str:
    """The reason when a file is plainly something else than XML, by its first bytes; or empty."""
    return next((words for magic, words in _MAGIC if head.startswith(magic)), "")


def kind_of_error(code: int, message: str, path: Path | None = None) -> tuple[str, ...]:
    """The reason, and details that follow it as they are, of an error of the parser.

    `code` and `message` are those of libxml2; `path` is the file, where there is one.
    """
    told = _KINDS.get(code, "the XML is broken")
    if "EntityRef" in message:
        return (_AMPERSAND,)
    if "depth" in message.lower():
        return (_DEEP,)
    if path is not None:
        if code == 4:
            with path.open("rb") as file:
                head = file.read(200)
            return (disguised(head),) if disguised(head) else ("this is no XML", _shown(head))
        if code in _AT_THE_END and not ends_whole(path):
            return (CUT_OFF,)
    if "invalid element name" in message:
        return (_LESS,)
    pattern = _NAMES.get(code)
    found = pattern.search(message) if pattern is not None else None
    return (told, _SHOWN[code].format(*found.groups())) if found else (told,)


def ends_whole(path: Path) -> bool:
    """Whether the file at `path` ends with the end of an exchange file's root."""
    with path.open("rb") as opened:
        opened.seek(max(0, path.stat().st_size - 400))
        tail = opened.read().rstrip(b" \t\r\n\x00")
    return any(tail.endswith(end.rstrip(b"\x00")) for end in _ROOT_ENDS)


def _shown(head: bytes) -> str:
    text = head.decode("utf-8", "replace")[:40]
    return "".join(each if each.isprintable() else " " for each in text).strip()
