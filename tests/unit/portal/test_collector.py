"""The garbage collector of a process that answers pages."""

from __future__ import annotations

import gc

from portal import collector


def test_what_is_loaded_is_left_alone_and_the_rest_is_looked_through_seldom() -> None:
    before = gc.get_threshold()
    try:
        collector.settle()
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold()[0] == collector.YOUNG_OBJECTS > before[0]
        assert gc.isenabled()
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
