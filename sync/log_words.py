"""What the history of the admin says about decisions on the exchange, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import LogActionRegistry, LogFormatter

from base.figures import NOTHING
from base.registers import yes_or_no
from sync import decisions
from sync.goods.owning import BADGES, Owner
from sync.models import Connection, PriceType, Product, Warehouse

LONGEST = 80
"""Characters of a value that a line of the history shows."""


class _Fields(LogFormatter):
    """A decision about fields: `data["fields"]` by name."""

    models: tuple[type[Any], ...] = (Product,)

    def format_message(self, log_entry: Any) -> str:
        """Each field with what it became."""
        told = (log_entry.data or {}).get("fields", {})
        words = "; ".join(f"{self._label(name)}: {self._value(one)}" for name, one in told.items())
        return f"{self.label}: {words}" if words else str(self.label)

    def _label(self, name: str) -> str:
        for model in self.models:
            for field in model._meta.get_fields():
                if field.name == name:
                    return str(getattr(field, "verbose_name", name))
        return name

    def _value(self, value: Any) -> str:
        if isinstance(value, bool):
            return yes_or_no(value)
        if isinstance(value, list) and len(value) == 2:
            return f"{self._value(value[0])} → {self._value(value[1])}"
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        text = str(value) if value not in (None, "") else NOTHING
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


class FieldsWritten(_Fields):
    """Fields of a product were written by hand."""

    label = gettext_lazy("Fields of the product changed")


class MapChanged(_Fields):
    """A price type or a warehouse was mapped."""

    label = gettext_lazy("Map changed")
    models = (PriceType, Warehouse)


class OwnersChanged(_Fields):
    """Fields of goods got other owners."""

    label = gettext_lazy("Owners of fields changed")

    def _value(self, value: Any) -> str:
        return str(BADGES.get(Owner(value), value)) if value in Owner.values else str(value)


class WordSaid(LogFormatter):
    """Somebody said what a word of 1C means."""

    label = gettext_lazy("Word of 1C explained")

    def format_message(self, log_entry: Any) -> str:
        """The word and what it means now."""
        data = log_entry.data or {}
        return _("“%(told)s” means “%(after)s” (before: “%(before)s”)") % {
            "told": data.get("told", ""),
            "after": data.get("after") or data.get("told", ""),
            "before": data.get("before") or data.get("told", ""),
        }


class PlainOffersChanged(LogFormatter):
    """Another rule for plain offers."""

    label = gettext_lazy("Rule for goods without a characteristic changed")

    def format_message(self, log_entry: Any) -> str:
        """The rule in words and how many offers it changed."""
        data = log_entry.data or {}
        rules = dict(Connection.PlainOffers.choices)
        return _("Goods without a characteristic: %(rule)s (offers changed: %(count)s)") % {
            "rule": rules.get(data.get("rule", ""), data.get("rule", "")),
            "count": data.get("count", 0),
        }


class Decided(LogFormatter):
    """A decision about a base: `data["what"]` says what it was about."""

    def format_message(self, log_entry: Any) -> str:
        """The decision and what it was about."""
        what = (log_entry.data or {}).get("what", "")
        return f"{self.label}: {what}" if what else str(self.label)


def register(actions: LogActionRegistry) -> None:
    """Make the actions known."""
    actions.register_action("sync.fields")(FieldsWritten)
    actions.register_action("sync.map")(MapChanged)
    actions.register_action("sync.owners")(OwnersChanged)
    actions.register_action("sync.word")(WordSaid)
    actions.register_action("sync.goods.plain_offers")(PlainOffersChanged)
    for action, label in decisions.ACTIONS.items():
        actions.register_action(action)(type("Decided", (Decided,), {"label": label}))
