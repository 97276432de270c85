"""Pictures and files of 1C: kept by content, with sizes made for the pages.

A file is stored as `onec/<first two>/<sha256>.<type>` in the media folder, whatever 1C calls it:
the same content sent again under any name costs nothing, and a new content under an old name gets
a new address. The type is decided by the content. Pictures get three sizes as WebP beside them.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.utils import timezone
from PIL import Image
from willow.image import Image as WillowImage

from sync.models import Connection, Picture

SIZES = {"thumb": 160, "card": 480, "large": 1200}
"""Longest side of each size in pixels."""
MAX_PIXELS = 60_000_000
_BLOCK = 1024 * 1024
_SAFE_TYPE = re.compile(r"[a-z0-9]{1,8}")
_MAGIC = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"%PDF-", "pdf"),
)
_PICTURES = frozenset({"jpg", "png", "gif", "webp"})
PICTURE_PATH = rf"\.({'|'.join(sorted(_PICTURES))})$"
"""What `is_picture` says, as a regular expression for the database."""

# What a browser would run if it were served: kept, but under a name that only downloads.
_ACTIVE = frozenset({"svg", "svgz", "htm", "html", "xhtml", "xml", "xsl", "js", "mjs", "swf"})


def size_name(path: str, size: str) -> str:
    """Name of one size of the picture stored at `path`."""
    return f"{path.rpartition('.')[0]}.{size}.webp"


def is_picture(path: str) -> bool:
    """Whether the stored file is a picture that sizes can be made of."""
    return path.rpartition(".")[2] in _PICTURES


@dataclass(frozen=True, slots=True)
class Stored:
    """A file in the media folder that no name refers to yet."""

    sha256: str
    path: str


def keep(connection: Connection, name: str, path: Path) -> Picture:
    """Store the received file at `path` under the name goods refer to it by.

    The received file stays where it is. Sent again with the same content it changes nothing.
    """
    return name_it(connection, name, store(path, name))


def store(path: Path, name: str) -> Stored:
    """Copy the file at `path` into the media folder, unless its content is there already.

    Asks no database, so that many files can be copied before their names are written at once.
    """
    digest, head = _fingerprint(path)
    stored = f"onec/{digest[:2]}/{digest}.{_type(head, name)}"
    _copy(path, _full(stored))
    return Stored(digest, stored)


def name_it(connection: Connection, name: str, stored: Stored) -> Picture:
    """Let `name` of a base of 1C mean the stored file from now on."""
    known = Picture.objects.filter(connection=connection, name=name).first()
    if known is not None and known.path == stored.path:
        return known
    sized = Picture.objects.filter(path=stored.path, width__gt=0).first()
    picture, _created = Picture.objects.update_or_create(
        connection=connection,
        name=name,
        defaults={
            "sha256": stored.sha256,
            "path": stored.path,
            "width": sized.width if sized else 0,
            "height": sized.height if sized else 0,
            "is_broken": False,
            "received_at": timezone.now(),
        },
    )
    return picture


def make_sizes(picture_id: int) -> None:
    """Make the sizes of a kept picture and note its own; a file that is no picture is left alone.

    A picture that cannot be read, or is too large to be one, is marked as broken and not shown.
    """
    picture = Picture.objects.filter(pk=picture_id, width=0, is_broken=False).first()
    if picture is None or not is_picture(picture.path):
        return
    source = _full(picture.path)
    try:
        with source.open("rb") as file:
            width, height = _make(file, picture.path)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        Picture.objects.filter(path=picture.path).update(is_broken=True)
        return
    Picture.objects.filter(path=picture.path).update(width=width, height=height)


def waiting_for_sizes(limit: int = 500) -> list[int]:
    """Ids of kept pictures without sizes, for a sweeper."""
    return list(
        Picture.objects.filter(width=0, is_broken=False, path__regex=PICTURE_PATH)
        .order_by("pk")
        .values_list("pk", flat=True)[:limit]
    )


def _make(file: IO[bytes], path: str) -> tuple[int, int]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(file) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise ValueError("too many pixels")
            opened.verify()
        file.seek(0)
        image: Any = WillowImage.open(file)  # type: ignore[no-untyped-call]
        image = image.auto_orient()
        width, height = image.get_size()
        for size, longest in SIZES.items():
            scale = min(1.0, longest / max(width, height))
            target = (max(1, round(width * scale)), max(1, round(height * scale)))
            _write(_full(size_name(path, size)), image.resize(target))
    return width, height


def _write(target: Path, image: Any) -> None:
    with _draft_beside(target) as draft:
        image.save_as_webp(draft, quality=82)
        _settle(draft, target)


def _fingerprint(path: Path) -> tuple[str, bytes]:
    found = hashlib.sha256()
    head = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            head = head or block[:16]
            found.update(block)
    return found.hexdigest(), head


def _type(head: bytes, name: str) -> str:
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    named = PurePosixPath(name).suffix.lower().lstrip(".")
    claims_more = named in _PICTURES or named in {"jpeg", "pdf"} or named in _ACTIVE
    return named if _SAFE_TYPE.fullmatch(named) and not claims_more else "bin"


def _full(stored: str) -> Path:
    return Path(settings.MEDIA_ROOT) / stored


def _draft_beside(target: Path) -> IO[bytes]:
    target.parent.mkdir(parents=True, exist_ok=True)
    return tempfile.NamedTemporaryFile(dir=target.parent, prefix=".draft-", delete=False)


def _copy(source: Path, target: Path) -> None:
    if target.exists():
        return
    with _draft_beside(target) as draft, source.open("rb") as file:
        while block := file.read(_BLOCK):
            draft.write(block)
        _settle(draft, target)


def _settle(draft: IO[bytes], target: Path) -> None:
    draft.flush()
    os.fchmod(draft.fileno(), settings.FILE_UPLOAD_PERMISSIONS or 0o640)
    os.replace(draft.name, target)
