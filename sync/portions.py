"""Going over all rows of a base in portions, each short enough for one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models

WINDOW = 10_000
"""Primary keys that one transaction goes over."""


def windows(
    model: type[models.Model], connection_id: int, size: int = WINDOW
) -> Iterator[tuple[int, int]]:
    """First and last primary key of portions that together hold all rows of the base.

    One query for each; a portion may hold rows of other bases, and fewer than `size`. Rows that
    are added meanwhile at the end are met too.
    """
    rows: Any = model._default_manager.filter(connection=connection_id).order_by("pk")
    last = 0
    while (first := rows.filter(pk__gt=last).values_list("pk", flat=True).first()) is not None:
        last = first + size - 1
        yield first, last
