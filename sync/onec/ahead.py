"""Reading the next portion of a file while the last one is being written.

The database works on a portion for as long as the next one takes to be cut, hashed and taken
apart; a second thread does the latter meanwhile. It knows no database: whatever becomes of it,
nothing is half done.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

from sync.onec.commerceml import Item
from sync.onec.foreseeing import Foreseer

SWITCH_SECONDS = 0.0005
"""How long the reading thread goes on when the writing one has got an answer and waits for it."""


def ahead(
    portions: Iterator[list[Item]], expected: set[str], *, elsewhere: bool = False
) -> Generator[list[Item]]:
    """The same portions, each made ready in advance.

    ``expected`` names the facets that the reader of the portions finds to be news, as
    `Item.foresee` has them; it may change them as it goes. ``elsewhere`` is for large files: what
    is news in theirs is taken apart by a process of its own. Objects that are part of the parsed
    file live only until the next portion is asked for: these are not read beyond. Close it when it
    is not read to its end: thread and process end with it.
    """
    foreseer = Foreseer()

    def make() -> list[Item] | None:
        items = next(portions, None)
        mine = [item for item in items or () if item.is_apart]
        if elsewhere and mine and expected:
            foreseer.foresee(mine, expected)
        else:
            for item in mine:
                item.foresee(expected)
        return items

    with closing(foreseer), ThreadPoolExecutor(1, "ahead") as reader, _switching_soon():
        waiting = reader.submit(make)
        while (items := waiting.result()) is not None:
            if all(item.is_apart for item in items):
                waiting = reader.submit(make)
                yield items
            else:
                yield items
                waiting = reader.submit(make)


@contextmanager
def _switching_soon() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
