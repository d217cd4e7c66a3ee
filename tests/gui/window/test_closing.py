"""Closing the window: it is hidden at once, then everything ends together."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from core.errors import InputError
from gui.kit.background import Background
from gui.window.main_window import MainWindow


def test_the_window_hides_before_anything_is_waited_for(
    make_window: Callable[..., MainWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(start=False)
    visible: list[bool] = []
    real = Background.close

    def close(self: Background) -> bool:
        visible.append(window.isVisible())
        return real(self)

    monkeypatch.setattr(Background, "close", close)
    window.close()
    assert visible == [False]


def test_what_a_worker_raises_is_shown_once_in_the_status_bar(
    make_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make_window(start=False)
    told: list[str] = []
    window.workbench.notices.told.connect(told.append)

    def fail() -> None:
        raise InputError("the disk has gone")

    worker = window.workbench.background.workers.make("work")
    worker.start()
    for _ in range(3):
        worker.post(fail, "look")
        qtbot.waitUntil(lambda: worker.waiting == 0)
    worker.close()
    assert worker.join(20)
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["the disk has gone"]
