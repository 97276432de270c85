"""The embedded engine: a Tantivy index on disk, in `INDEX_ROOT/<schema hash>/<n>/`.

`INDEX_ROOT/<schema hash>/current` names the folder that is read. A rebuild writes the next folder
and then moves the pointer, so that readers always have a whole index; a version with another
schema finds no pointer of its own. Only the worker writes; readers look at the age of the index's
own table of contents before each question and reload when it has changed.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import shutil
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import tantivy

from search.engines.base import FACET_MARK, Answer, NotReadyError, Request
from search.engines.embedded_fields import schema, schema_hash
from search.engines.embedded_snapshot import Snapshot
from search.engines.embedded_writing import IndexWriter

logger = logging.getLogger(__name__)

T = TypeVar("T")


class EmbeddedEngine:
    """An engine over one folder. One instance serves all threads of a process."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._home = root / schema_hash()
        self._schema = schema()
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None

    # reading

    def index(self) -> str | None:
        """See `Engine.index`."""
        folder = self._current()
        return None if folder is None else f"{self._home.name}/{folder.name}"

    def stamp(self) -> str:
        """See `Engine.stamp`."""
        return _guarded(self._open).stamp

    def answer(self, request: Request) -> Answer:
        """See `Engine.answer`."""
        return _guarded(lambda: self._open().answer(request))

    def count(self) -> int:
        """See `Engine.count`."""
        return _guarded(lambda: int(self._open().searcher.num_docs))

    def values(self, key: str, limit: int) -> list[str]:
        """See `Engine.values`."""
        mark = key + FACET_MARK
        terms = _guarded(
            lambda: self._open().searcher.terms_with_prefix("facets", mark, limit=limit)
        )
        return [term.removeprefix(mark) for term, _count in terms]

    def stock_flags(self, ids: Sequence[int]) -> dict[int, bool]:
        """See `Engine.stock_flags`."""
        return _guarded(lambda: self._open().stock_flags(ids))

    def ids_of(
        self, *, mentions: Collection[str] = (), category_ids: Collection[int] = ()
    ) -> set[int]:
        """See `Engine.ids_of`."""
        return _guarded(lambda: self._open().ids_of(list(mentions), list(category_ids)))

    # writing

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[bool]:
        """See `Engine.exclusive`. A lock on a file: the system frees it when the process dies."""
        self._root.mkdir(parents=True, exist_ok=True)
        with (self._root / "writer.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    @contextlib.contextmanager
    def update(self) -> Iterator[IndexWriter]:
        """See `Engine.update`."""
        folder = self._current()
        if folder is None:
            raise NotReadyError
        with IndexWriter(
            self._name(folder), _guarded(lambda: _opened(folder)), is_new=False
        ) as writer:
            yield writer

    @contextlib.contextmanager
    def rebuild(self) -> Iterator[IndexWriter]:
        """See `Engine.rebuild`. What an interrupted rebuild left behind is removed first."""
        current = self._current()
        self._home.mkdir(parents=True, exist_ok=True)
        self._sweep(keep=current)
        number = 1 + max((int(each.name) for each in self._folders()), default=0)
        folder = self._home / str(number)
        folder.mkdir()
        index = tantivy.Index(self._schema, str(folder))
        with IndexWriter(self._name(folder), index, is_new=True) as writer:
            yield writer
        self._point_to(folder)
        self._sweep(keep=folder)
        for other in self._root.iterdir():
            if other.is_dir() and other != self._home:
                shutil.rmtree(other, ignore_errors=True)

    # the folder

    def _name(self, folder: Path) -> str:
        return f"{self._home.name}/{folder.name}"

    def _folders(self) -> list[Path]:
        return [each for each in self._home.iterdir() if each.name.isdecimal()]

    def _sweep(self, *, keep: Path | None) -> None:
        for folder in self._folders():
            if folder != keep:
                shutil.rmtree(folder, ignore_errors=True)

    def _current(self) -> Path | None:
        try:
            name = (self._home / "current").read_text(encoding="ascii").strip()
        except OSError:
            return None
        folder = self._home / name
        return folder if name.isdecimal() and (folder / "meta.json").is_file() else None

    def _point_to(self, folder: Path) -> None:
        draft = self._home / "current.new"
        with draft.open("w", encoding="ascii") as file:
            file.write(folder.name)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._home / "current")

    def _open(self) -> Snapshot:
        """The newest state of the index, opened or reloaded only when it has changed."""
        folder = self._current()
        if folder is None:
            raise NotReadyError
        try:
            return self._reloaded(folder)
        except (ValueError, OSError):
            if self._current() == folder:
                raise
            return self._open()  # a rebuild has just put another in its place

    def _reloaded(self, folder: Path) -> Snapshot:
        stamp = _stamp(folder)
        snapshot = self._snapshot
        if snapshot is not None and snapshot.stamp == stamp:
            return snapshot
        with self._lock:
            snapshot = self._snapshot
            if snapshot is None or snapshot.stamp != stamp:
                if snapshot is None or snapshot.folder != folder:
                    index = _opened(folder)
                    index.config_reader("manual")
                else:
                    index = snapshot.index
                index.reload()
                snapshot = self._snapshot = Snapshot(folder, stamp, index, self._schema)
            return snapshot


def _opened(folder: Path) -> tantivy.Index:
    return tantivy.Index.open(str(folder))


def _stamp(folder: Path) -> str:
    """Tantivy replaces its table of contents with every commit."""
    told = (folder / "meta.json").stat()
    return f"{folder.name}.{told.st_ino}.{told.st_mtime_ns}.{told.st_size}"


def _guarded(work: Callable[[], T]) -> T:
    """A broken or vanished index is one that is not ready."""
    try:
        return work()
    except (ValueError, OSError) as error:
        logger.exception("the index of search cannot be read")
        raise NotReadyError from error
