"""Pictures and files of 1C, kept by content."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from sync import pictures
from sync.models import Connection, Picture
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
NAME = "import_files/ab/one.jpg"


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    path = tmp_path / "drawn"
    Image.new("RGB", (1600, 800), "teal").save(path, "JPEG")
    return path


def media(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / name


def test_a_picture_is_named_by_its_content_and_gets_its_sizes(
    base: Connection, drawn: Path
) -> None:
    kept = pictures.keep(base, NAME, drawn)
    assert kept.path == f"onec/{kept.sha256[:2]}/{kept.sha256}.jpg"
    assert media(kept.path).read_bytes() == drawn.read_bytes()
    assert pictures.waiting_for_sizes() == [kept.pk]
    pictures.make_sizes(kept.pk)
    kept.refresh_from_db()
    assert (kept.width, kept.height) == (1600, 800)
    for size, (width, height) in {
        "thumb": (160, 80),
        "card": (480, 240),
        "large": (1200, 600),
    }.items():
        with Image.open(media(pictures.size_name(kept.path, size))) as made:
            assert (made.format, made.size) == ("WEBP", (width, height))
    assert pictures.waiting_for_sizes() == []
    assert not list(media(kept.path).parent.glob(".draft-*"))


def test_a_small_picture_is_not_blown_up(base: Connection, tmp_path: Path) -> None:
    path = tmp_path / "small"
    Image.new("RGBA", (20, 40)).save(path, "PNG")
    kept = pictures.keep(base, "a.png", path)
    pictures.make_sizes(kept.pk)
    with Image.open(media(pictures.size_name(kept.path, "large"))) as made:
        assert made.size == (20, 40)


def test_the_same_picture_again_costs_nothing(base: Connection, drawn: Path) -> None:
    kept = pictures.keep(base, NAME, drawn)
    pictures.make_sizes(kept.pk)
    written = media(kept.path).stat().st_mtime_ns
    again = pictures.keep(base, NAME, drawn)
    assert (again.pk, again.width) == (kept.pk, 1600)
    assert media(kept.path).stat().st_mtime_ns == written


def test_the_same_content_under_another_name_is_ready_at_once(
    base: Connection, drawn: Path
) -> None:
    pictures.make_sizes(pictures.keep(base, NAME, drawn).pk)
    assert pictures.keep(base, "other.jpg", drawn).width == 1600


@pytest.mark.gotcha(45)
def test_a_new_content_under_an_old_name_has_a_new_address(
    base: Connection, drawn: Path, tmp_path: Path
) -> None:
    first = pictures.keep(base, NAME, drawn)
    pictures.make_sizes(first.pk)
    Image.new("RGB", (10, 10)).save(tmp_path / "new", "JPEG")
    second = pictures.keep(base, NAME, tmp_path / "new")
    assert second.pk == first.pk
    assert second.path != first.path
    assert second.width == 0
    assert Picture.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content", "suffix"),
    [
        ("a.pdf", b"%PDF-1.7 text", "pdf"),
        ("a.jpg", b"<html>", "bin"),
        ("a.svg", b"<svg onload='x()'/>", "bin"),
        ("a.html", b"<html>", "bin"),
        ("a.pdf", b"MZ", "bin"),
        ("a.dwg", b"AC1027", "dwg"),
        ("a.jpg", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "webp"),
        ("noname", b"data", "bin"),
        ("a.ex/e", b"data", "bin"),
    ],
)
def test_the_type_is_that_of_the_content_and_nothing_active_is_named(
    base: Connection, tmp_path: Path, name: str, content: bytes, suffix: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert pictures.keep(base, name, path).path.endswith(f".{suffix}")


def test_a_broken_picture_is_kept_and_not_shown(base: Connection, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\xff\xd8\xff\xe0 not a picture at all")
    kept = pictures.keep(base, NAME, path)
    pictures.make_sizes(kept.pk)
    kept.refresh_from_db()
    assert (kept.width, kept.is_broken) == (0, True)
    assert pictures.waiting_for_sizes() == []
    Image.new("RGB", (10, 10)).save(path, "JPEG")
    assert pictures.waiting_for_sizes() == []
    whole = pictures.keep(base, NAME, path)
    assert pictures.waiting_for_sizes() == [whole.pk]


def test_a_picture_of_too_many_pixels_is_not_opened(
    base: Connection, drawn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 100)
    kept = pictures.keep(base, NAME, drawn)
    pictures.make_sizes(kept.pk)
    kept.refresh_from_db()
    assert kept.width == 0
