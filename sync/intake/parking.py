"""Offers that speak of what is not there yet, kept as they came until it comes."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection as database

from sync.intake.book import Book
from sync.models import Parked, Product

_PARK = """
    INSERT INTO sync_parked
        (connection_id, ref, product_ref, facets, element, receipt, parked_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (connection_id, ref, facets) DO UPDATE SET
        element = excluded.element, receipt = excluded.receipt,
        parked_at = CASE WHEN sync_parked.element = excluded.element
            THEN sync_parked.parked_at ELSE excluded.parked_at END
    WHERE sync_parked.receipt <= excluded.receipt
"""


def park(book: Book, words: Sequence[tuple[str, str, str, str, int]]) -> None:
    """Keep words about offers: ref, product's ref, facets, XML and receipt of each.

    Facets are letters: `i` where the word may make the offer, `p` prices, `s` stock. A later word
    about the same facets takes the place of an earlier one; one
    that says just the same is kept since the earlier one came.
    """
    at = database.ops.adapt_datetimefield_value(book.now())
    with database.cursor() as cursor:
        cursor.executemany(_PARK, [[book.connection.pk, *word, at] for word in words])
    book.has_parked = True
    book.tally.parked += len(words)


def parked_for(book: Book, product_refs: Sequence[str]) -> list[Parked]:
    """What is kept for these products."""
    return list(
        Parked.objects.filter(connection=book.connection, product_ref__in=product_refs).order_by(
            "pk"
        )
    )


def parked_with_product(book: Book, after: int, limit: int = 1000) -> list[Parked]:
    """What is kept although its product is there, behind the pk `after`."""
    there = Product.objects.filter(connection=book.connection).values("ref")
    return list(
        Parked.objects.filter(
            connection=book.connection, pk__gt=after, product_ref__in=there
        ).order_by("pk")[:limit]
    )
