"""Pictures and files of 1C, kept by content."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image

from sync import pictures
from sync.models import Connection, Picture
from tests.factories.sync import AT, ConnectionFactory, ProductFactory

pytestmark = pytest.mark.django_db
NAME = "import_files/ab/one.jpg"


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


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


def test_a_photo_taken_sideways_stands_upright(base: Connection, tmp_path: Path) -> None:
    path = tmp_path / "sideways"
    photo = Image.new("RGB", (3200, 1600), "white")
    photo.paste("black", (0, 0, 1600, 1600))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter to the right: what was left is above
    photo.save(path, "JPEG", exif=exif)
    kept = pictures.keep(base, NAME, path)
    pictures.make_sizes(kept.pk)
    kept.refresh_from_db()
    assert (kept.width, kept.height) == (1600, 3200)
    for size, height in (("thumb", 160), ("large", 1200)):
        with Image.open(media(pictures.size_name(kept.path, size))) as made:
            assert made.size == (height // 2, height)
            grey = made.convert("L")
            above, below = grey.getpixel((9, 9)), grey.getpixel((9, height - 9))
            assert above < 20 < 235 < below  # type: ignore[operator]


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


def test_a_picture_that_no_product_has_goes_after_a_month(base: Connection, drawn: Path) -> None:
    pictures.make_sizes(pictures.keep(base, NAME, drawn).pk)
    unused = pictures.keep(base, "unused.jpg", drawn)
    other = drawn.with_name("other")
    Image.new("RGB", (30, 30), "red").save(other, "PNG")
    lone = pictures.keep(base, "lone.png", other)
    product = ProductFactory(connection=base, pictures=[NAME])

    assert pictures.collect(at=AT) == 0
    noted = dict(Picture.objects.values_list("name", "unused_since"))
    assert noted == {NAME: None, unused.name: AT, lone.name: AT}

    later = AT + pictures.UNUSED_FOR + timedelta(days=1)
    os.utime(media(lone.path), (0, 0))
    os.utime(media(unused.path), (0, 0))
    assert pictures.collect(at=later) == 1
    assert [each.name for each in Picture.objects.all()] == [NAME]
    assert not media(lone.path).exists()
    # its content is still another's
    assert media(unused.path).exists()
    assert product.pictures == [NAME]


def test_a_picture_put_back_in_time_stays(base: Connection, drawn: Path) -> None:
    kept = pictures.keep(base, NAME, drawn)
    pictures.collect(at=AT)
    ProductFactory(connection=base, pictures=["x.jpg", NAME])
    pictures.collect(at=AT + timedelta(days=20))
    pictures.collect(at=AT + timedelta(days=90))
    kept.refresh_from_db()
    assert kept.unused_since is None


def test_a_product_of_another_base_does_not_keep_a_picture(base: Connection, drawn: Path) -> None:
    pictures.keep(base, NAME, drawn)
    ProductFactory(pictures=[NAME])
    pictures.collect(at=AT)
    assert Picture.objects.get().unused_since == AT


def test_a_file_that_is_about_to_get_its_name_is_left_alone(drawn: Path) -> None:
    stored = pictures.store(drawn, NAME)
    pictures.collect(at=timezone.now())
    assert media(stored.path).exists()
    # sent again: the old file stands in, and must live until it is named
    os.utime(media(stored.path), (0, 0))
    pictures.store(drawn, NAME)
    pictures.collect(at=timezone.now())
    assert media(stored.path).exists()


def test_room_is_counted_by_content(base: Connection, drawn: Path) -> None:
    assert pictures.room_left(base) is None
    base.picture_quota_mb = 1
    pictures.keep(base, NAME, drawn)
    pictures.keep(base, "again.jpg", drawn)
    assert pictures.room_left(base) == 1024 * 1024 - drawn.stat().st_size
