"""What a soak finds wrong is told."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks import soak

_FINE: dict[str, Any] = {
    "minutes": 30.0,
    "growth_mb": 49.0,
    "troubles": [],
    "script": "",
    "threads_left": [],
    "processes_left": [],
    "trainings_done": 5,
}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, ""),
        ({"growth_mb": 51.0}, "memory grew by 51 MB"),
        ({"troubles": ["Qt: no"]}, "Qt: no"),
        ({"script": "TimeoutError: x"}, "TimeoutError: x"),
        ({"threads_left": ["vision"]}, "thread left: vision"),
        ({"processes_left": ["main.py"]}, "process left: main.py"),
        ({"trainings_done": 0}, "no training came to its end"),
    ],
)
def test_what_is_wrong_is_told(change: dict[str, Any], problem: str) -> None:
    assert soak._problems({**_FINE, **change}) == ([problem] if problem else [])
