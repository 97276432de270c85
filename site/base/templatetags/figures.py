"""Figures and icons in templates, in the language and the time zone of the request."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from base import figures
from base.figures import NOTHING, Amount

register = template.Library()


@register.filter
def money(value: Amount | None) -> str:
    """Money whose kopecks and currency step back: `12 480<small>,00 ₽</small>`."""
    if value is None:
        return NOTHING
    whole, rest = figures.money_parts(value.amount, value.currency, _language())
    return format_html("{}<small>{}</small>", whole, rest)


@register.filter
def money_plain(value: Amount | None) -> str:
    """Money as plain text: `12 480,00 ₽`."""
    if value is None:
        return NOTHING
    return figures.money_text(value.amount, value.currency, _language())


@register.filter
def delta(value: Amount | None) -> str:
    """A difference of prices with its sign and direction; nothing for no difference at all."""
    if value is None:
        return ""
    text = figures.money_difference(value.amount, value.currency, _language())
    return format_html(
        '<span class="delta" data-way="{}">{}</span>', figures.way(value.amount), text
    )


@register.filter
def quantity(value: Decimal | int | None, unit: str = "") -> str:
    """A quantity without trailing zeros: `{{ line.quantity|quantity:line.unit }}`."""
    if value is None:
        return NOTHING
    return figures.quantity_text(value, _language(), unit or "")


@register.filter
def percent(value: Decimal | int | None) -> str:
    """A share given in percents: `22,3 %`."""
    return NOTHING if value is None else figures.percent_text(value, _language())


@register.filter
def when(value: date | None) -> str:
    """A moment of today as time, another as a date, inside `<time>`."""
    if value is None:
        return NOTHING
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), when_plain(value))


@register.filter
def when_plain(value: date | None) -> str:
    """The same as `when`, as plain text."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    return figures.moment_text(local, timezone.localtime())


@register.filter
def since(value: datetime | None) -> str:
    """How old something is, inside `<time>`: `3 min ago` within the hour, else `since 02:10`."""
    if value is None:
        return NOTHING
    minutes = int((timezone.now() - value).total_seconds() // 60)
    if minutes < 1:
        words = gettext("just now")
    elif minutes < 60:
        words = gettext("%(count)s min ago") % {"count": minutes}
    else:
        words = gettext("since %(moment)s") % {"moment": when_plain(value)}
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words)


@register.filter
def initials(value: str | None) -> str:
    """Two capitals that stand for a person's name."""
    return figures.initials(value or "")


@register.simple_block_tag
def part(content: str) -> str:
    """What the rows of a loop have in common, rendered once: `{% part as name %}…{% endpart %}`."""
    return content


@register.simple_tag
def icon(name: str) -> SafeString:
    """A sign of the sprite, hidden from screen readers: `{% icon "search" %}`."""
    return _icon(name)


@lru_cache(maxsize=256)
def _icon(name: str) -> SafeString:
    # the sprite's address does not change while the process lives
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>',
        static("portal/icons.svg"),
        name,
    )


def _language() -> str:
    return get_language() or ""
