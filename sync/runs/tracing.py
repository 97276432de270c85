"""What a run has changed in the mirror, as far as nothing newer has changed it since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Max, Min, QuerySet

from base.registers import COUNT_LIMIT
from sync.models import OfferPrices, OfferStock, Run
from sync.runs.rehearsing import MODELS

TRACED: dict[str, type[models.Model]] = {**MODELS, "prices": OfferPrices, "stock": OfferStock}


@dataclass(frozen=True, slots=True)
class Trace:
    """How many rows of a kind bear the mark of a run; `is_cut` where there are more."""

    kind: str
    words: str
    count: int
    is_cut: bool


def changed_by(run: Run, kind: str) -> QuerySet[Any]:
    """Rows of a kind that the run changed last. Raises KeyError for an unknown kind."""
    model = TRACED[kind]
    rows: QuerySet[Any] = model._default_manager.order_by("-pk")
    if not any(each.name == "changed_in" for each in model._meta.fields):
        if any(each.name == "run" for each in model._meta.fields):
            return rows.filter(run=run)
        return rows.filter(file=run.file) if run.file_id else rows.none()
    ends = run.batches.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return rows.none()
    # the ends let the index narrow it before the batches of other runs are told apart
    return rows.filter(
        changed_in__gte=ends["first"],
        changed_in__lte=ends["last"],
        changed_in__in=run.batches.values("pk"),
    )


def traces(run: Run) -> list[Trace]:
    """Kinds of which rows are as the run left them, with their number."""
    found = []
    for kind, model in TRACED.items():
        count = changed_by(run, kind).order_by()[: COUNT_LIMIT + 1].count()
        if count:
            words = str(model._meta.verbose_name_plural)
            found.append(Trace(kind, words, min(count, COUNT_LIMIT), count > COUNT_LIMIT))
    return found
