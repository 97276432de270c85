"""Who owns a field of goods: 1C, the portal, or 1C only while it is empty.

By default 1C owns everything. What the portal owns is kept by every exchange; a new product takes
1C's values once all the same. A plain offer is the product itself: its name, article and barcode
follow the product's owner; offers with a characteristic are 1C's alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log

from base.models import User
from base.texts import name_key, sku_key
from sync import ports
from sync.merging import Batch, Target
from sync.models import Category, Connection, Offer, Picture, Product
from sync.staging import staging


class Owner(models.TextChoices):
    """Whose word counts."""

    ONEC = "1c", gettext_lazy("1C owns it")
    PORTAL = "portal", gettext_lazy("the portal owns it")
    FILL = "fill", gettext_lazy("1C fills it while it is empty")


BADGES: Mapping[str, Any] = MappingProxyType(
    {
        Owner.ONEC: gettext_lazy("1C"),
        Owner.PORTAL: gettext_lazy("portal"),
        Owner.FILL: gettext_lazy("1C while empty"),
    }
)
"""The owner in a word or two, beside the field."""


@dataclass(frozen=True, slots=True)
class Field:
    """Columns that belong together, and when they are empty.

    `is_empty` is SQL about a row `t`, `empty` the value of the first column that says the same.
    """

    columns: tuple[str, ...]
    is_empty: str
    empty: Any


def _text(column: str, *more: str) -> Field:
    return Field((column, *more), f"t.{column} = ''", "")


FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "name": _text("name", "name_key"),
        "full_name": _text("full_name"),
        "description": _text("description"),
        "sku": _text("sku", "sku_key"),
        "barcode": _text("barcode"),
        "unit": _text("unit", "unit_told"),
        "country": _text("country"),
        "brand": _text("brand"),
        "series": _text("series"),
        "weight": Field(("weight",), "t.weight IS NULL", None),
        "vat_rate": Field(("vat_rate",), "t.vat_rate IS NULL", None),
        # 1 is what the portal takes for untold
        "pack_multiple": Field(("pack_multiple",), "t.pack_multiple = 1", 1),
        "min_quantity": Field(("min_quantity",), "t.min_quantity = 1", 1),
        "category": Field(
            ("category_id", "category_refs", "category_pending"), "t.category_id IS NULL", None
        ),
        "pictures": Field(("pictures",), "t.pictures = '[]'", []),
    }
)
"""Fields of goods that may have another owner than 1C."""

OF_OFFERS = ("name", "sku", "barcode")
"""Fields that a plain offer has in common with its product."""

OFFERS_OWN = frozenset(each.column for each in Offer._meta.fields)
"""Columns that offers have at all."""

_made: dict[tuple[str, str], Target] = {}


def is_empty(field: str, value: Any) -> bool:
    """Whether a value of the first column of a field is empty, as the SQL of the field has it."""
    return bool(value == FIELDS[field].empty)


class NotOurs(Exception):
    """1C owns the field: what is written there would not last."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def owner_of(connection: Connection, field: str) -> Owner:
    """Whose word counts for a field of the goods of a base."""
    try:
        return Owner(connection.field_ownership.get(field, Owner.ONEC))
    except ValueError:
        return Owner.ONEC


def owners_of(connection: Connection) -> dict[str, Owner]:
    """The owner of each field of goods."""
    return {field: owner_of(connection, field) for field in FIELDS}


def owned(target: Target, connection: Connection) -> Target:
    """The target as the base's owners of fields allow it; the same one where 1C owns all.

    Only for targets of `Product` and `Offer` whose SQL knows the present row as `t`.
    """
    if not connection.field_ownership:
        return target
    rules = mark(connection)
    found = _made.get((target.name, rules))
    if found is None:
        if len(_made) > 100:
            _made.clear()
        if target.model is Offer:
            values = _offer_values(target, connection)
        else:
            values = _product_values(target, connection)
        found = replace(target, values={**target.values, **values}) if values else target
        _made[target.name, rules] = found
    return found


def mark(connection: Connection, fields: tuple[str, ...] = tuple(FIELDS)) -> str:
    """Text that changes with the owners of the fields, empty while 1C owns them all.

    It goes into the digests: a field that is given back to 1C is then written by the next message
    about the product, although 1C says nothing new in it.
    """
    kept = {
        field: owner.value
        for field in fields
        if connection.field_ownership and (owner := owner_of(connection, field)) is not Owner.ONEC
    }
    return json.dumps(kept, sort_keys=True) if kept else ""


def _product_values(target: Target, connection: Connection) -> dict[str, str]:
    found = {}
    for name, field in FIELDS.items():
        owner = owner_of(connection, name)
        if owner is Owner.ONEC:
            continue
        is_free = "t.id IS NULL" + (f" OR {field.is_empty}" if owner is Owner.FILL else "")
        for column in field.columns:
            fresh = target.data.get(column)
            if fresh is not None:
                found[column] = f"CASE WHEN {is_free} THEN {fresh} ELSE t.{column} END"
    return found


def _offer_values(target: Target, connection: Connection) -> dict[str, str]:
    """A plain offer keeps what it has; a new one starts with the product's own."""
    found = {}
    for name in OF_OFFERS:
        owner = owner_of(connection, name)
        if owner is Owner.ONEC:
            continue
        field = FIELDS[name]
        is_kept = "t.id IS NOT NULL" + (f" AND NOT {field.is_empty}" if owner is Owner.FILL else "")
        for column in field.columns:
            fresh = target.data.get(column)
            if fresh is not None:
                found[column] = (
                    f"CASE WHEN s.is_plain AND {is_kept} THEN t.{column}"
                    f" WHEN s.is_plain THEN COALESCE(NULLIF(p.{column}, ''), {fresh})"
                    f" ELSE {fresh} END"
                )
    return found


@transaction.atomic
def set_owners(
    *, connection: Connection, owners: Mapping[str, str], by: User | None, at: datetime
) -> bool:
    """Say who owns fields of the goods of a base; whether anything differs from before.

    Nothing of the goods moves by it. A field given back to 1C gets 1C's value with its next
    message about the product. Raises ValueError for a field or an owner that is none.
    """
    row = Connection.objects.select_for_update().get(pk=connection.pk)
    before = owners_of(row)
    unknown = owners.keys() - FIELDS.keys()
    if unknown:
        raise ValueError(f"no fields of goods: {sorted(unknown)}")
    after = {**before, **{field: Owner(owner) for field, owner in owners.items()}}
    changed = {field: owner.value for field, owner in after.items() if owner is not before[field]}
    if not changed:
        return False
    row.field_ownership = {
        field: owner.value for field, owner in after.items() if owner is not Owner.ONEC
    }
    row.save(update_fields=["field_ownership"])
    connection.field_ownership = row.field_ownership
    log(instance=row, action="sync.owners", user=by, data={"fields": changed}, timestamp=at)
    return True


def label_of(field: str) -> str:
    """The words of a field of goods."""
    column: Any = Product._meta.get_field(field)
    return str(capfirst(column.verbose_name))


def set_fields(*, product: Product, by: User | None, at: datetime, **values: Any) -> list[str]:
    """Write fields of a product that the portal owns or 1C merely fills; names of those changed.

    `category` is a `Category` or None, `pictures` a list of names of pictures of the base or of
    http addresses. Raises NotOurs for a field that is 1C's, ValidationError by field for a value
    that cannot be.
    """
    connection = product.connection
    for field in values:
        if owner_of(connection, field) is Owner.ONEC:
            raise NotOurs(field)
    with staging(connection.pk).locked(lambda: None):
        row: Product = Product.objects.get(pk=product.pk)
        changes = {
            field: (getattr(row, field), value)
            for field, value in _checked(row, values).items()
            if getattr(row, field) != value
        }
        if not changes:
            return []
        written = _columns({field: new for field, (_old, new) in changes.items()})
        batch = Batch(None, at)
        batch.changes = Product.objects.filter(pk=row.pk).update(
            **written, changed_in=batch.number, changed_at=at
        )
        offers = {
            column: written[column]
            for field in OF_OFFERS
            for column in FIELDS[field].columns
            if column in written and column in OFFERS_OWN
        }
        if offers:
            row.offers.filter(is_plain=True).update(
                **offers, changed_in=batch.number, changed_at=at
            )
        batch.settle()
        told = {field: [_word(old), _word(new)] for field, (old, new) in changes.items()}
        log(instance=row, action="sync.fields", user=by, data={"fields": told}, timestamp=at)
        transaction.on_commit(ports.tell_mirror_changed)
    return list(changes)


def _checked(row: Product, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the table takes them."""
    clean: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for field, value in values.items():
        try:
            clean[field] = _checked_one(row, field, value)
        except ValidationError as error:
            errors[field] = list(error.messages)
    if errors:
        raise ValidationError(errors)
    return clean


def _checked_one(row: Product, field: str, value: Any) -> Any:
    if field == "category":
        if value is not None and (value.connection_id != row.connection_id or value.archived):
            raise ValidationError(_("The category belongs to another base or is archived."))
        return value
    if field == "pictures":
        return _pictures(row, value)
    if isinstance(value, str):
        value = value.strip() if field == "description" else " ".join(value.split())
    if field == "name" and not value:
        raise ValidationError(_("A product cannot be without a name."))
    if field in {"pack_multiple", "min_quantity"} and (value is None or value <= 0):
        raise ValidationError(_("More than nothing is needed; 1 is one unit."))
    if field in {"weight", "vat_rate"} and value is not None and value < 0:
        raise ValidationError(_("It cannot be less than nothing."))
    column: Any = Product._meta.get_field(field)
    if value == "" or (value is None and column.null):
        return value
    return column.clean(value, row)


def _pictures(row: Product, names: list[str]) -> list[str]:
    wanted = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    own = [name for name in wanted if not name.startswith(("http://", "https://"))]
    known = set(
        Picture.objects.filter(connection=row.connection_id, name__in=own).values_list(
            "name", flat=True
        )
    ) | set(row.pictures)
    strange = [name for name in own if name not in known]
    if strange:
        raise ValidationError(
            _("1C has sent no such picture: %(names)s") % {"names": ", ".join(strange[:5])}
        )
    return wanted


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields with the columns that follow them."""
    found = dict(values)
    if "name" in found:
        found["name_key"] = name_key(found["name"])[:1000]
    if "sku" in found:
        found["sku_key"] = sku_key(found["sku"])[:255]
    if "unit" in found:
        found["unit_told"] = found["unit"]
    if "category" in found:
        category: Category | None = found["category"]
        found["category_refs"] = [category.ref] if category else []
        found["category_pending"] = False
    return found


def _word(value: Any) -> Any:
    """A value as the log keeps it: long texts by their beginning."""
    if value is None or isinstance(value, list):
        return value
    return str(value)[:500]
