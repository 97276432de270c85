"""Writing the embedded index."""

from __future__ import annotations

from collections.abc import Iterable

import tantivy

from search.engines.base import Document
from search.engines.embedded_fields import fields_of

HEAP_BYTES = 15_000_000
"""The least a writer takes; a larger one is not faster with one thread."""


class IndexWriter:
    """Writes an index with one thread and the least memory; merges end before it closes."""

    def __init__(self, name: str, index: tantivy.Index, *, is_new: bool) -> None:
        self._name = name
        self._index = index
        self._is_new = is_new
        self._writer: tantivy.IndexWriter | None = None
        self._is_dirty = False

    def __enter__(self) -> IndexWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        writer, self._writer = self._writer, None
        if writer is None:
            return
        if kind is None:
            if self._is_dirty:
                writer.commit()
            writer.wait_merging_threads()
        else:
            writer.rollback()

    @property
    def index(self) -> str:
        """See `Writer.index`."""
        return self._name

    def put(self, documents: Iterable[Document]) -> None:
        """See `Writer.put`."""
        writer = self._opened()
        fields = self._index.schema
        for document in documents:
            if not self._is_new:
                writer.delete_documents_by_term("id", document.id)
            writer.add_document(tantivy.Document.from_dict(fields_of(document), fields))
            self._is_dirty = True

    def remove(self, ids: Iterable[int]) -> None:
        """See `Writer.remove`."""
        writer = self._opened()
        for each in ids:
            writer.delete_documents_by_term("id", each)
            self._is_dirty = True

    def commit(self) -> None:
        """See `Writer.commit`. With nothing written there is nothing to show."""
        if self._is_dirty or self._is_new:
            self._opened().commit()
            self._is_dirty = False

    def _opened(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(heap_size=HEAP_BYTES, num_threads=1)
        return self._writer
