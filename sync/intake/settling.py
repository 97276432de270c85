"""What a run means for the objects in quarantine: which it tries again, which are settled by it.

Of one object of a base only the newest refusal waits: when 1C tells the object anew, the earlier
ones are settled, whether the object was taken this time or refused once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet

from sync.intake.book import Book, names_of
from sync.models import Rejection, Run
from sync.onec.commerceml import Item

Name = tuple[str, str]
"""Kind and identifier of an object."""


def wanted(run: Run) -> set[Name]:
    """The objects that the run is limited to; none where it is not limited."""
    return {(str(kind), str(ref)) for kind, ref in run.only}


def chosen(run: Run, items: Sequence[Item]) -> Sequence[Item]:
    """Of the objects of a chunk those that the run is limited to; all where it is not."""
    names = wanted(run)
    return [item for item in items if not names.isdisjoint(names_of(item))] if names else items


def settle_items(book: Book, items: Iterable[Item]) -> None:
    """Like :func:`settle`, for the objects of a file."""
    if book.has_refused:
        settle(book, [name for item in items for name in names_of(item)])


def settle(book: Book, told: Iterable[Name]) -> None:
    """Settle what waits in quarantine for the objects that a chunk told.

    Called in the chunk's transaction, before its own refusals are saved. Costs one query where
    the base has objects in quarantine, none elsewhere. An older file settles nothing that a later
    one was refused for.
    """
    if not book.has_refused or book.run.is_rehearsal:
        return
    names = set(told)
    again = {(each.kind, each.ref) for each in book.rejections}
    waiting = Rejection.objects.filter(
        Q(run__file=None) | Q(run__file_id__lte=book.receipt),
        resolved_at=None,
        run__connection=book.connection,
    )
    found = [
        (pk, (kind, ref))
        for pk, kind, ref in waiting.filter(
            ref__in={ref for _kind, ref in names if ref}
        ).values_list("pk", "kind", "ref")
        if (kind, ref) in names
    ]
    found += _nameless(book, waiting)
    by_person = book.run.trigger == Run.Trigger.PERSON
    taken = [pk for pk, name in found if by_person and name not in again]
    replaced = [pk for pk, name in found if not by_person or name in again]
    for pks, resolution, by in (
        (taken, Rejection.Resolution.TAKEN, book.run.by_id),
        (replaced, Rejection.Resolution.REPLACED, None),
    ):
        if pks:
            Rejection.objects.filter(pk__in=pks).update(
                resolution=resolution, resolved_at=book.now(), resolved_by_id=by
            )


def _nameless(book: Book, waiting: QuerySet[Rejection]) -> list[tuple[int, Name]]:
    """Refusals of objects without an identifier: they are known by what they say."""
    told = {each.fragment for each in book.rejections if not each.ref}
    if not told:
        return []
    found = waiting.filter(ref="", fragment__in=told).values_list("pk", "kind", "ref")
    return [(pk, (kind, ref)) for pk, kind, ref in found]
