"""Signs of life come at their pace."""

from __future__ import annotations

import pytest

from sync import pacing


def test_paced_calls_once_in_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("sync.pacing.time.monotonic", lambda: now)
    calls: list[float] = []
    call = pacing.paced(lambda: calls.append(now), seconds=5)
    for _ in range(12):
        now += 1
        call()
    assert calls == [105.0, 110.0]
