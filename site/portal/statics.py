"""Static files: collected under names that carry their hash, compressed, only when they changed."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

STAMP = "collected"


class QuickStaticStorage(CompressedManifestStaticFilesStorage):
    """Compresses by gzip alone: Brotli would hold up the first start by ten seconds."""

    def create_compressor(self, **kwargs: Any) -> Compressor:
        """The compressor of a collection."""
        return Compressor(**kwargs, use_brotli=False)


def collect() -> bool:
    """Collect the static files unless the collection is that of the present files; whether it was.

    With DEBUG on, files are served from where they lie.
    """
    if settings.DEBUG:
        return False
    root = Path(settings.STATIC_ROOT)
    stamp, state = root / STAMP, _state()
    if stamp.exists() and stamp.read_text(encoding="ascii") == state:
        return False
    if root.exists():
        shutil.rmtree(root)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(state, encoding="ascii")
    return True


def _state() -> str:
    """A hash over name, size and time of every static file, and how they are stored."""
    found = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            about = Path(storage.path(path)).stat()
            found.update(f"{path} {about.st_size} {about.st_mtime_ns}\n".encode())
    return found.hexdigest()
