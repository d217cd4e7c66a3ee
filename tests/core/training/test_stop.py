"""Hearing that a run should stop: its file, Ctrl+C, SIGTERM or SIGHUP; a second Ctrl+C does not wait."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config.ddqn import DdqnConfig
from core.runs.run_folder import RunFolder
from core.stop_signals import STOP_SIGNALS, interrupt_on_stop_signals
from core.training.stop import stop_requests


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    monkeypatch.setattr("core.training.stop.LOOK_EVERY", 0.0)
    return RunFolder.create(tmp_path / "run", DdqnConfig(), command=["main.py"])


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_a_signal_asks(run: RunFolder, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with stop_requests(run) as asked:
        assert not asked()
        os.kill(os.getpid(), number)
        assert asked()
    assert signal.getsignal(number) is before


@pytest.fixture
def handlers() -> Iterator[None]:
    """A test may change what signals do."""
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", STOP_SIGNALS)
@pytest.mark.usefixtures("handlers")
def test_a_signal_that_the_program_was_started_to_ignore_asks_nothing(run: RunFolder, number: signal.Signals) -> None:
    """As below nohup, or in the background of a script."""
    signal.signal(number, signal.SIG_IGN)
    interrupt_on_stop_signals()
    with stop_requests(run) as asked:
        os.kill(os.getpid(), number)
        assert not asked()
    os.kill(os.getpid(), number)
    assert signal.getsignal(number) is signal.SIG_IGN


@pytest.mark.parametrize("number", STOP_SIGNALS)
@pytest.mark.usefixtures("handlers")
def test_a_command_is_interrupted_and_the_end_of_the_terminal_lets_it_put_things_away(number: signal.Signals) -> None:
    interrupt_on_stop_signals()
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), number)
    os.kill(os.getpid(), signal.SIGHUP)


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
