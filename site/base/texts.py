"""Text made comparable: keys that the database can compare byte by byte.

Russian is never compared by the database: SQLite folds no case outside ASCII and a cluster with
the C locale does not either. So each searchable text keeps a key made here, by one function.
"""

from __future__ import annotations

import re

_NOT_WORD = re.compile(r"[\W_]+")
_YO = str.maketrans({"ё": "е", "Ё": "Е"})


def name_key(text: str) -> str:
    """Lower case, "ё" folded into "е", spaces single: equal keys are equal names to a person."""
    return " ".join(text.translate(_YO).casefold().split())


def sort_key(text: str) -> str:
    """The key to order names by. Ё stands beside Е, digits before letters."""
    return name_key(text)


def sku_key(text: str) -> str:
    """An article without spaces and signs, in lower case: "YK-110 ND" is "yk110nd"."""
    return _NOT_WORD.sub("", text.translate(_YO).casefold())
