from __future__ import annotations

import pytest
from wagtail.embeds.embeds import get_finder_for_embed
from wagtail.embeds.exceptions import EmbedUnsupportedProviderException

from catalog_pages.embeds import frame_url, site_name

RUTUBE = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("url", "frame"),
    [
        (
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
            "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
        ),
        (
            "https://youtube.com/watch?list=PL1&v=dQw4w9WgXcQ&t=10s",
            "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
        ),
        (
            "https://youtu.be/dQw4w9WgXcQ?t=1",
            "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
        ),
        (
            "https://m.youtube.com/shorts/dQw4w9WgXcQ",
            "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
        ),
        (f"https://rutube.ru/video/{RUTUBE}/?r=wd", f"https://rutube.ru/play/embed/{RUTUBE}"),
        (
            "https://vk.com/video-22822305_456241864",
            "https://vkvideo.ru/video_ext.php?oid=-22822305&id=456241864",
        ),
        (
            "https://vk.com/videos-1?z=video-1_2%2Fpl_cat",
            "https://vkvideo.ru/video_ext.php?oid=-1&id=2",
        ),
        (
            "https://vkvideo.ru/video123_456",
            "https://vkvideo.ru/video_ext.php?oid=123&id=456",
        ),
        ("https://vimeo.com/76979871", "https://player.vimeo.com/video/76979871"),
    ],
)
def test_frame_url_known_site(url: str, frame: str) -> None:
    assert frame_url(url) == frame
    assert site_name(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://example.com/watch?v=dQw4w9WgXcQ",
        "https://youtube.com.evil.ru/watch?v=dQw4w9WgXcQ",
        "https://evil.ru/https://youtu.be/dQw4w9WgXcQ",
        "https://youtu.be/short",
        "https://youtu.be/dQw4w9WgXcQtoolong",
        'https://rutube.ru/video/"><script>/',
        "javascript:https://vimeo.com/1",
    ],
)
def test_frame_url_anything_else_has_none(url: str) -> None:
    assert frame_url(url) is None
    assert site_name(url) == ""


def test_finder_serves_running_text_without_the_network() -> None:
    found = get_finder_for_embed("https://vimeo.com/76979871", max_width=640)

    assert found["width"] == 640
    assert found["height"] == 360
    assert 'src="https://player.vimeo.com/video/76979871"' in found["html"]


def test_finder_refuses_other_sites() -> None:
    with pytest.raises(EmbedUnsupportedProviderException):
        get_finder_for_embed("https://example.com/video/1")
