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
import time
import warnings
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.db import connection as database
from django.db.models import QuerySet, Sum
from django.utils import timezone
from PIL import Image
from willow.plugins.pillow import PillowImage

from sync.models import Connection, Picture

SIZES = {"thumb": 160, "card": 480, "large": 1200}
"""Longest side of each size in pixels."""
MAX_PIXELS = 60_000_000
_ORIENTATION = 0x0112
_LYING = frozenset({5, 6, 7, 8})
"""Values of the EXIF orientation by which width and height change places."""
UNUSED_FOR = timedelta(days=30)
"""How long a picture that no product has is kept."""

_BLOCK = 1024 * 1024
_PORTION = 500
_FRESH_SECONDS = 24 * 3600
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

# names that goods refer to, as a table `n` with one column `value`
_NAMES = {
    "postgresql": "jsonb_array_elements_text(g.pictures) AS n(value)",
    "sqlite": "json_each(g.pictures) AS n",
}
_USED = "(SELECT DISTINCT g.connection_id, n.value FROM sync_product g CROSS JOIN {names})"
_UNUSED = f"""
    UPDATE sync_picture SET unused_since = %s WHERE unused_since IS NULL AND id IN (
        SELECT p.id FROM sync_picture p
        LEFT JOIN {_USED} u ON u.connection_id = p.connection_id AND u.value = p.name
        WHERE u.value IS NULL
    )
"""  # noqa: S608
_USED_AGAIN = f"""
    UPDATE sync_picture SET unused_since = NULL WHERE unused_since IS NOT NULL AND id IN (
        SELECT p.id FROM sync_picture p
        JOIN {_USED} u ON u.connection_id = p.connection_id AND u.value = p.name
    )
"""  # noqa: S608

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
    size: int


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
    return Stored(digest, stored, path.stat().st_size)


def name_it(connection: Connection, name: str, stored: Stored) -> Picture:
    """Let `name` of a base of 1C mean the stored file from now on."""
    known = Picture.objects.filter(connection=connection, name=name).first()
    if known is not None and known.path == stored.path:
        return known
    sized = _of_content(stored.sha256, stored.path).filter(width__gt=0).first()
    picture, _created = Picture.objects.update_or_create(
        connection=connection,
        name=name,
        defaults={
            "sha256": stored.sha256,
            "path": stored.path,
            "size": stored.size,
            "unused_since": None,
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
        _of_content(picture.sha256, picture.path).update(is_broken=True)
        return
    _of_content(picture.sha256, picture.path).update(width=width, height=height)


def waiting_for_sizes(limit: int = 500) -> list[int]:
    """Ids of kept pictures without sizes, for a sweeper."""
    return list(
        Picture.objects.filter(width=0, is_broken=False, path__regex=PICTURE_PATH)
        .order_by("pk")
        .values_list("pk", flat=True)[:limit]
    )


def room_left(connection: Connection) -> int | None:
    """Bytes that pictures of the base may still take, None when there is no limit.

    The same content under several names counts once.
    """
    if not connection.picture_quota_mb:
        return None
    contents = Picture.objects.filter(connection=connection).values("sha256", "size").distinct()
    used = contents.aggregate(total=Sum("size"))["total"] or 0
    return connection.picture_quota_mb * 1024 * 1024 - int(used)


def collect(*, at: datetime) -> int:
    """Forget pictures that no product has had for :data:`UNUSED_FOR`; how many contents went.

    Which are unused is noted one day and acted upon later: 1C may take a picture off a product and
    put it back. Files that no row names, left behind by a killed process, go too.
    """
    _weigh()
    _note_unused(at)
    old = Picture.objects.filter(unused_since__lt=at - UNUSED_FOR)
    while rows := list(old.order_by("pk")[:_PORTION]):
        old.filter(pk__in=[row.pk for row in rows]).delete()
    before = (at - UNUSED_FOR).timestamp()
    return sum(_remove_nameless(folder, before) for folder in sorted(_full("onec").glob("??")))


def _weigh() -> None:
    """Note the sizes of pictures kept before sizes were noted."""
    for row in Picture.objects.filter(size=0).order_by("pk")[: _PORTION * 10]:
        with suppress(FileNotFoundError):
            row.size = _full(row.path).stat().st_size
            row.save(update_fields=["size"])


def _note_unused(at: datetime) -> None:
    with database.cursor() as cursor:
        for sql in (_USED_AGAIN, _UNUSED):
            cursor.execute(
                sql.format(names=_NAMES[database.vendor]),
                [database.ops.adapt_datetimefield_value(at)] if sql is _UNUSED else [],
            )


def _remove_nameless(folder: Path, before: float) -> int:
    """Remove files of one folder whose content no row names; how many contents."""
    # the content is stored before it is named: what is young may be about to get its name
    old = [path for path in folder.iterdir() if path.stat().st_mtime < before]
    contents = {path.name.partition(".")[0] for path in old}
    named: set[str] = set()
    for start in range(0, len(contents), _PORTION):
        portion = sorted(contents)[start : start + _PORTION]
        named.update(Picture.objects.filter(sha256__in=portion).values_list("sha256", flat=True))
    for path in old:
        if path.name.partition(".")[0] not in named:
            path.unlink(missing_ok=True)
    return len(contents - named)


def _of_content(sha256: str, path: str) -> QuerySet[Picture]:
    """Every name of a content; the index is by its hash."""
    return Picture.objects.filter(sha256=sha256, path=path)


def _make(file: IO[bytes], path: str) -> tuple[int, int]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(file) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise ValueError("too many pixels")
            opened.verify()
        file.seek(0)
        with Image.open(file) as opened:
            width, height = opened.size
            is_lying = opened.getexif().get(_ORIENTATION) in _LYING
            # a JPEG is decoded at a half or less where that is enough for the largest size
            opened.draft(None, _within(width, height, max(SIZES.values())))
            image: Any = PillowImage(opened).auto_orient()  # type: ignore[no-untyped-call]
        if is_lying:
            width, height = height, width
        for size, longest in SIZES.items():
            target = _within(width, height, longest)
            _write(_full(size_name(path, size)), image.resize(target))
    return width, height


def _within(width: int, height: int, longest: int) -> tuple[int, int]:
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


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
        if time.time() - target.stat().st_mtime > _FRESH_SECONDS:
            # it is about to get a name: the collector leaves young files alone
            os.utime(target)
        return
    with _draft_beside(target) as draft, source.open("rb") as file:
        while block := file.read(_BLOCK):
            draft.write(block)
        _settle(draft, target)


def _settle(draft: IO[bytes], target: Path) -> None:
    draft.flush()
    os.fchmod(draft.fileno(), settings.FILE_UPLOAD_PERMISSIONS or 0o640)
    os.replace(draft.name, target)
