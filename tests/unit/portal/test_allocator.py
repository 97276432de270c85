"""Memory of a process of long life."""

from __future__ import annotations

import ctypes
import platform

import pytest

from portal import allocator


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the allocator of glibc")
def test_the_allocator_of_glibc_takes_the_settings() -> None:
    assert allocator.settle()


def test_another_allocator_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    assert not allocator.settle()
