"""Where the index has got to, and what it learned on the way."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.models import Property


class IndexCursor(models.Model):
    """How far a contributor's changes are in the index `index`: all up to `(number, row)`.

    The contributor "all" tells the newest change batch that every contributor has passed.
    """

    index = models.CharField(max_length=100)
    contributor = models.CharField(max_length=50)
    number = models.BigIntegerField(default=0)
    row = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("index cursor")
        verbose_name_plural = _("index cursors")
        constraints = (
            models.UniqueConstraint(
                fields=["index", "contributor"], name="search_indexcursor_contributor"
            ),
        )

    def __str__(self) -> str:
        return f"{self.index} {self.contributor}"


class CrowdedProperty(models.Model):
    """A property whose texts are too many to tick: a length typed by hand, a serial number.

    Found while indexing, forgotten by a rebuild. Products are still found by its values.
    """

    property = models.OneToOneField(
        Property, verbose_name=_("property"), on_delete=models.CASCADE, related_name="crowded"
    )
    found_at = models.DateTimeField(_("found"), auto_now_add=True)

    class Meta:
        verbose_name = _("property with too many values")
        verbose_name_plural = _("properties with too many values")

    def __str__(self) -> str:
        return str(self.property)
