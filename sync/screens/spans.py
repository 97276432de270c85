"""Spans of time in words, as people say them beside a watch."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _


def span_words(span: timedelta) -> str:
    """`40 s`, `3 min`, `2 h 5 min`, `4 d`: two units at most, cut, never rounded up."""
    seconds = max(int(span.total_seconds()), 0)
    if seconds < 60:
        return _("%(count)s s") % {"count": seconds}
    minutes = seconds // 60
    if minutes < 60:
        return _("%(count)s min") % {"count": minutes}
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        words = _("%(count)s h") % {"count": hours}
        return f"{words} {_('%(count)s min') % {'count': minutes}}" if minutes else words
    return _("%(count)s d") % {"count": hours // 24}


def ago_words(span: timedelta) -> str:
    """`3 min ago`."""
    return _("%(span)s ago") % {"span": span_words(span)}


def every_words(minutes: int) -> str:
    """How often, for a period: `every 5 min`, `once an hour`, `once a day`."""
    if minutes == 60:
        return _("once an hour")
    if minutes == 1440:
        return _("once a day")
    if minutes == 10080:
        return _("once a week")
    if minutes % 1440 == 0:
        return _("every %(span)s") % {"span": _("%(count)s d") % {"count": minutes // 1440}}
    return _("every %(span)s") % {"span": span_words(timedelta(minutes=minutes))}
