"""The saliency map shown belongs to the agent shown."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import numpy as np
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from gui.agents.saliency import SaliencyWatch
from gui.game.agent_player import Decision, QFunction
from gui.kit.background import Background

PATIENCE = 20.0  # seconds that a busy machine may need


def decision(mark: object) -> Decision:
    return Decision(np.zeros(5, np.float32), 0, False, np.zeros((4, 84, 84), np.uint8), 3, mark)


class Held:
    """A network whose first answer waits."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self, stacks: np.ndarray, last_actions: np.ndarray) -> np.ndarray:
        assert last_actions.tolist() == [3] * len(stacks), "it is asked with the decision's last action"
        self.begun.set()
        assert self.go_on.wait(PATIENCE)
        return stacks.mean(axis=(1, 2, 3))[:, None].repeat(5, 1).astype(np.float32)


def test_an_answer_about_the_agent_of_before_is_not_shown(qapp: object, qtbot: QtBot) -> None:
    background = Background(lambda sentence: None)
    signal = SimpleNamespace(connect=lambda slot: None)
    watch = SaliencyWatch(
        SimpleNamespace(shot_changed=signal),  # type: ignore[arg-type]
        SimpleNamespace(changed=signal),  # type: ignore[arg-type]
        background,
    )
    watch.is_on = True
    first, second = Held(), Held()
    networks: list[QFunction] = [first, second]
    seen = [decision(object()), decision(object())]
    try:
        watch.show(seen[0], networks[0])
        assert first.begun.wait(PATIENCE)
        watch.show(seen[1], networks[1])  # another agent takes over meanwhile
        first.go_on.set()
        qtbot.waitUntil(second.begun.is_set)  # the first answer is on its way to the window by now, or there
        QCoreApplication.processEvents()
        assert watch.saliency is None
        second.go_on.set()
        qtbot.waitUntil(lambda: watch.saliency is not None)
        assert watch.saliency is not None and watch.saliency.decision is seen[1]
    finally:
        first.go_on.set()
        second.go_on.set()
        background.close()
