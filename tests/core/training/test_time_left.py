"""The rest of a run is told once it can be."""

from __future__ import annotations

import pytest

from core.training import time_left
from core.training.time_left import SURE_AFTER, SURE_SHARE, TimeLeft


def test_the_rest_goes_at_the_pace_since_the_work_began(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time_left.time, "monotonic", lambda: now[0])
    left = TimeLeft(0.4)
    now[0] += 600.0
    left.begin(0.5)  # it only played, which is quick
    now[0] += SURE_AFTER - 1
    assert left.seconds(0.55) is None
    now[0] += 61.0 - SURE_AFTER
    assert left.seconds(0.5) is None
    assert left.seconds(0.6) == pytest.approx(240.0)
    assert left.seconds(1.0) == 0.0


def test_a_short_run_tells_its_rest_once_a_good_part_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time_left.time, "monotonic", lambda: now[0])
    left = TimeLeft(0.0)
    now[0] = 2.0
    assert left.seconds(0.5) is None, "two seconds tell nothing"
    now[0] = 4.0
    assert left.seconds(SURE_SHARE - 0.01) is None
    assert left.seconds(SURE_SHARE) == pytest.approx(16.0)
