"""A process that dies, hangs or answers nonsense holds up neither the window nor the closing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest
from pytestqt.qtbot import QtBot

from gui.kit.background import Background
from gui.kit.process_client import ProcessClient
from tests.gui.kit import serving

SLOW = 60_000  # ms; a busy machine may take its time


@pytest.fixture
def told() -> list[str]:
    """Sentences for the user."""
    return []


@pytest.fixture
def background(qapp: object, told: list[str]) -> Iterator[Background]:
    """Closed after the test."""
    made = Background(told.append)
    yield made
    made.close()


class Client:
    """One with what it said."""

    def __init__(self, background: Background, body: Callable[..., None] = serving.answer) -> None:
        self.client = ProcessClient(background, "helper", lambda: body)
        self.answers: list[Any] = []
        self.deaths = 0
        self.client.answered.connect(self.answers.append)
        self.client.died.connect(self._die)

    def _die(self) -> None:
        self.deaths += 1


def test_it_answers_dies_and_begins_again(background: Background, qtbot: QtBot, told: list[str]) -> None:
    made = Client(background)
    assert made.client.pid is None
    made.client.send("a")
    made.client.send("b")
    qtbot.waitUntil(lambda: len(made.answers) == 2, timeout=SLOW)
    first = made.client.pid
    assert made.answers == [("a", first), ("b", first)]
    for count, end in enumerate((lambda: made.client.send("die"), lambda: psutil.Process(made.client.pid).kill()), 1):
        end()
        qtbot.waitUntil(lambda count=count: made.deaths == count, timeout=SLOW)
        assert made.client.pid is None
        made.answers.clear()
        made.client.send("c")
        qtbot.waitUntil(lambda: len(made.answers) == 1, timeout=SLOW)
    assert made.answers == [("c", made.client.pid)] and made.client.pid != first
    assert told == []


def test_an_answer_that_cannot_be_read_is_a_death(background: Background, qtbot: QtBot, told: list[str]) -> None:
    made = Client(background)
    made.client.send("garble")
    qtbot.waitUntil(lambda: made.deaths == 1, timeout=SLOW)
    [sentence] = told
    assert sentence.startswith("helper, answers: unexpected error, UnpicklingError")
    made.client.send("a")
    qtbot.waitUntil(lambda: len(made.answers) == 1, timeout=SLOW)


def test_a_process_that_cannot_be_begun_is_a_death(background: Background, qtbot: QtBot, told: list[str]) -> None:
    def missing() -> Callable[..., None]:
        raise ModuleNotFoundError("no", name="onnxruntime")

    made = Client(background)
    made.client._find_serve = missing
    made.client.send("a")
    qtbot.waitUntil(lambda: made.deaths == 1)
    assert told == ["onnxruntime is not installed; see requirements.txt"]


def test_one_that_reads_no_more_holds_up_nobody(
    background: Background, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gui.kit.worker._LAST_SECONDS", SLOW / 1000)
    made = Client(background, serving.deaf)
    for _ in range(4):
        made.client.send(bytes(1_000_000))  # more than a pipe takes in
    qtbot.waitUntil(lambda: made.answers == ["here"], timeout=SLOW)
    assert made.client.pid is not None
    process = psutil.Process(made.client.pid)
    assert background.workers.close(0.5)
    assert not process.is_running()
    assert (made.answers, made.deaths) == (["here"], 0)


def test_processes_that_do_not_end_are_ended_together(
    background: Background, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gui.kit.process_client._JOIN_SECONDS", 0.1)
    made = [Client(background, serving.deaf) for _ in range(3)]
    for one in made:
        one.client.send("a")
    qtbot.waitUntil(lambda: all(one.answers for one in made), timeout=SLOW)
    processes = [psutil.Process(one.client.pid) for one in made]
    assert background.close()
    assert not any(process.is_running() for process in processes)
    made[0].client.send("nothing begins any more")
    assert made[0].client.pid is None
