"""Where the index has got to."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class IndexCursor(models.Model):
    """How far a contributor's changes are in the index `index`: all up to `(number, row)`."""

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
