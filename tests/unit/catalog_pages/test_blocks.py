from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from catalog_pages.blocks import VideoLinkBlock


def test_video_link_known_site_is_taken_and_framed() -> None:
    block = VideoLinkBlock()
    url = block.clean("https://vimeo.com/76979871")

    html = block.render(url)

    assert 'src="https://player.vimeo.com/video/76979871"' in html
    assert "Vimeo" in html


def test_video_link_other_site_is_refused_with_the_list() -> None:
    with pytest.raises(ValidationError, match="Rutube"):
        VideoLinkBlock().clean("https://example.com/video/1")


def test_video_link_kept_from_a_site_no_longer_known_is_a_plain_link() -> None:
    html = VideoLinkBlock().render('https://example.com/"><script>')

    assert "<iframe" not in html
    assert "<script>" not in html
