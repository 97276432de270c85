"""What every row of the mirror has."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.models.exchange import Connection
from sync.visibility import Visibility

REF_LENGTH = 255
"""Identifiers of 1C are not always GUIDs; 56 characters were seen."""


class MirrorQuerySet(models.QuerySet[Any]):
    """Reading the mirror."""

    def current(self) -> Self:
        """Rows that 1C has not marked as deleted."""
        return self.filter(archived=False)

    def visible_to(self, visibility: Visibility) -> Self:
        """Current rows of the bases that a reader may see."""
        return self.current().filter(connection_id__in=visibility.connection_ids)


class Mirrored(models.Model):
    """A row of the mirror: unique by `(connection, ref)`, archived and never deleted.

    `ref` is 1C's identifier as text, lower-cased when it is a GUID. `digest` is the hash of the
    raw element it was last read from: an equal one means that nothing is to be written.
    `receipt` is the number of the file that spoke last: an older file never takes its place.
    `changed_in` is the number of the change batch that wrote the row last; it moves only when
    the row changes, and followers read by it. `changed_at` is for people.
    """

    # no index of its own: the unique pair begins with it
    connection = models.ForeignKey(
        Connection,
        verbose_name=_("1C base"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    ref = models.CharField(_("identifier in 1C"), max_length=REF_LENGTH)
    archived = models.BooleanField(_("archived"), default=False)
    digest = models.BigIntegerField(default=0, editable=False)
    receipt = models.BigIntegerField(default=0, editable=False)
    changed_in = models.BigIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(_("changed"), editable=False)

    objects: ClassVar[models.Manager[Any]] = MirrorQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.UniqueConstraint(
                fields=["connection", "ref"], name="%(app_label)s_%(class)s_connection_ref"
            ),
        )
        indexes: ClassVar[tuple[models.Index, ...]] = (
            models.Index(fields=["changed_in", "id"], name="%(app_label)s_%(class)s_chg"),
        )
