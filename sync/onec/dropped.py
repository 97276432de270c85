"""What a file out of a folder is for, by its name and how it begins. Pure."""

from __future__ import annotations

from typing import Literal

from sync.onec.names import PICTURES, suffix_of
from sync.onec.statement import SIGN

Dropped = Literal["goods", "orders", "statement", "archive", "picture"]

HEAD = 4096
"""Bytes of the beginning that are looked at."""

_ORDERS = ("orders", "order", "documents", "1cbitrix", "sale")
_PICTURES = frozenset(
    {".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".svg", ".pdf"}
    | {".doc", ".docx", ".xls", ".xlsx", ".rtf", ".dwg", ".dxf", ".step", ".mp4"}
)
_DOCUMENT = "<Документ"
_CHARSETS = ("utf-8", "cp1251", "utf-16")


def purpose_of(name: str, head: bytes) -> Dropped | None:
    """What the file is for; None when the portal has no use for it.

    A file of orders is known by its name, or by holding a document where goods would begin.
    """
    if name.startswith(f"{PICTURES}/"):
        return "picture"
    suffix = suffix_of(name)
    if suffix == ".xml":
        bare = name.rpartition("/")[2].lower()
        return "orders" if bare.startswith(_ORDERS) or _has_document(head) else "goods"
    if suffix == ".zip":
        return "archive"
    if suffix in {".txt", ""} and SIGN.encode() in head[:200]:
        return "statement"
    return "picture" if suffix in _PICTURES else None


def _has_document(head: bytes) -> bool:
    return any(_DOCUMENT in head.decode(charset, "ignore") for charset in _CHARSETS)
