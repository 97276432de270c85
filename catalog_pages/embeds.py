"""Videos of hosting sites by their address alone: nothing is asked from the network.

Wagtail's own finders ask the site for its markup (oEmbed) while the page is being shown. Here an
address is recognised by its form, and the frame is made from the id in it. Which sites may be
framed is the security policy's matter too (`EMBED_HOSTS` in the settings).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from wagtail.embeds.exceptions import EmbedNotFoundException
from wagtail.embeds.finders.base import EmbedFinder

_SITES: tuple[tuple[str, re.Pattern[str], str], ...] = (
    (
        "YouTube",
        re.compile(
            r"https?://(?:www\.|m\.)?(?:youtube\.com/(?:watch\?(?:[^#]*&)?v=|embed/|shorts/|live/)"
            r"|youtu\.be/)(?P<id>[\w-]{11})(?![\w-])"
        ),
        "https://www.youtube-nocookie.com/embed/{id}",
    ),
    (
        "Rutube",
        re.compile(
            r"https?://(?:www\.)?rutube\.ru/(?:video|play/embed|shorts)/(?P<id>[0-9a-f]{32})(?![0-9a-f])"
        ),
        "https://rutube.ru/play/embed/{id}",
    ),
    (
        "VK",
        re.compile(
            r"https?://(?:www\.|m\.)?(?:vk\.com|vk\.ru|vkvideo\.ru)/(?:[^#]*?z=)?"
            r"(?:video|clip)(?P<owner>-?\d+)_(?P<id>\d+)"
        ),
        "https://vkvideo.ru/video_ext.php?oid={owner}&id={id}",
    ),
    (
        "Vimeo",
        re.compile(r"https?://(?:www\.|player\.)?vimeo\.com/(?:video/)?(?P<id>\d+)(?!\w)"),
        "https://player.vimeo.com/video/{id}",
    ),
)
SITES = tuple(name for name, _pattern, _frame in _SITES)
"""Names of the sites whose videos can be shown."""


def frame_url(url: str) -> str | None:
    """Address of the player for the video at `url`; None when the site is not known."""
    for _name, pattern, frame in _SITES:
        match = pattern.match(url)
        if match:
            return frame.format(**match.groupdict())
    return None


def site_name(url: str) -> str:
    """Name of the site that has the video at `url`, empty when it is not known."""
    return next((name for name, pattern, _frame in _SITES if pattern.match(url)), "")


class KnownSiteFinder(EmbedFinder):
    """For videos that an editor puts into running text."""

    def __init__(self, **options: Any) -> None:
        if options:
            raise TypeError("This finder has no options.")

    def accept(self, url: str) -> bool:
        """Whether the site is known."""
        return frame_url(url) is not None

    def find_embed(
        self, url: str, max_width: int | None = None, max_height: int | None = None
    ) -> Mapping[str, Any]:
        """The frame as Wagtail keeps it."""
        address = frame_url(url)
        if address is None:
            raise EmbedNotFoundException
        site = site_name(url)
        width = max_width or 960
        return {
            "title": site,
            "author_name": "",
            "provider_name": site,
            "type": "video",
            "thumbnail_url": "",
            "width": width,
            "height": width * 9 // 16,
            "html": format_html(
                '<iframe class="frame" src="{}" title="{}" width="{}" height="{}" loading="lazy" '
                "allowfullscreen></iframe>",
                address,
                site,
                width,
                width * 9 // 16,
            ),
        }


embed_finder_class = KnownSiteFinder
