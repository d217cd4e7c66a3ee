"""What a training says while it runs: one line on a terminal, a line a minute in a file."""

from __future__ import annotations

import io
import sys

import pytest

from core.ddqn.training import progress_line as ddqn_progress
from core.ddqn.training.progress_line import ProgressLine

SUMMARY = "10,410 episodes, mean x 1,034, ε 0.32, loss 0.0413"


class Terminal(io.StringIO):
    """What is written to a terminal of 100 columns."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, as a list of one number of seconds."""
    now = [1000.0]
    monkeypatch.setattr(ddqn_progress.time, "monotonic", lambda: now[0])
    return now


def test_the_line_fits_a_terminal_of_100_columns(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with ProgressLine(1_000_000) as line:
        clock[0] += 10.0
        line.tell(1_001_520, 0.101, SUMMARY, 8940.0)
        written = terminal.getvalue()
    shown = written.split("\r")[-1].rstrip()
    assert shown == f"10%, 1,001,520 steps, 152/s, {SUMMARY}, 2 h 29 min left"
    assert len(shown) <= 100
    assert "\n" not in written


def test_a_log_file_gets_a_line_a_minute(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    with ProgressLine(0) as line:
        for second in range(300):
            clock[0] += 1.0
            line.tell(100 * second, second / 1000, SUMMARY, 700.0)
    lines = log.getvalue().splitlines()
    assert len(lines) == 5
    assert all("100/s" in text and text.endswith("left") for text in lines)
