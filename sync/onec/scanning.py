"""Which catalogues a file tells of, found in its bytes. Pure: no Django, no database."""

from __future__ import annotations

import re
from pathlib import Path

from sync.onec import values

BLOCK = 1024 * 1024
REACH = 4096
"""Bytes behind the beginning of a catalogue within which its identifier stands."""

_ENCODINGS = ("utf-8", "windows-1251")
_CATALOGUES = tuple(
    re.compile(
        rb"<"
        + name
        + rb"(?=[\s>])[^>]*>\s*(?:<[^<>]*>[^<>]*</[^<>]*>\s*)*?<"
        + ref
        + rb">\s*([^<]{1,255}?)\s*</"
        + ref
        + rb">"
    )
    for name, ref in (("Каталог".encode(each), "Ид".encode(each)) for each in _ENCODINGS)
)


def catalogue_refs(path: Path) -> set[str]:
    """Identifiers of the catalogues (`Каталог/Ид`) in the file; read through once, in blocks."""
    found: set[str] = set()
    rest = b""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            data = rest + block
            for pattern, encoding in zip(_CATALOGUES, _ENCODINGS, strict=True):
                for each in pattern.findall(data):
                    if ref := values.ref(each.decode(encoding, "replace")):
                        found.add(ref)
            rest = data[-REACH:]
    return found
