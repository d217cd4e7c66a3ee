"""Hearing that a run should stop: its file, Ctrl+C or SIGTERM; a second Ctrl+C does not wait."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from core.config.ddqn import DdqnConfig
from core.runs.run_folder import RunFolder
from core.training.stop import stop_requests


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    monkeypatch.setattr("core.training.stop.LOOK_EVERY", 0.0)
    return RunFolder.create(tmp_path / "run", DdqnConfig(), command=["main.py"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks(run: RunFolder, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with stop_requests(run) as asked:
        assert not asked()
        os.kill(os.getpid(), number)
        assert asked()
    assert signal.getsignal(number) is before


def test_the_file_asks(run: RunFolder) -> None:
    with stop_requests(run) as asked:
        assert not asked()
        run.request_stop()
        assert asked()


def test_a_second_ctrl_c_interrupts_at_once_and_the_run_says_so(run: RunFolder) -> None:
    def train() -> None:
        with run.writing(), stop_requests(run) as asked:
            os.kill(os.getpid(), signal.SIGINT)
            assert asked()
            os.kill(os.getpid(), signal.SIGINT)
            asked()

    with pytest.raises(KeyboardInterrupt):
        train()
    status = run.status()
    assert status is not None and (status.state, status.error) == ("failed", "interrupted")
    with run.writing():
        pass  # the lock is free: it can be resumed
