"""Where the agent beside the controller looks: a thread works it out for the newest decision and skips the others."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Qt, Signal

from gui.game.agent_player import Decision, QFunction
from gui.kit.mailbox import Mailbox

if TYPE_CHECKING:
    from gui.agents.catalog import AgentCatalog
from gui.live.preview import Preview

_SHARE = 0.5  # of the time that it works; the rest belongs to the game
_LEAST_PAUSE = 0.05  # seconds


@dataclass(frozen=True, slots=True)
class SaliencyMap:
    """One answer.

    Attributes:
        decision: of which moment.
        map: how much each place matters to the Q-values, 0 to 1, float32 (N, N).
    """

    decision: Decision
    map: npt.NDArray[np.float32]


class SaliencyWatch(QObject):
    """Follows the decisions shown while it is switched on.

    Signals:
        changed: another ``gaze``.

    Attributes:
        gaze: the newest answer, None without one.
        is_on: whether it is wanted.
    """

    changed = Signal()
    _waiting = Signal()

    def __init__(self, preview: Preview, agents: AgentCatalog) -> None:
        super().__init__()
        self._preview, self._agents = preview, agents
        preview.picture_changed.connect(self._follow)
        agents.changed.connect(self._follow)
        self.saliency: SaliencyMap | None = None
        self.is_on = False
        self._inbox: Mailbox[tuple[Decision, QFunction]] = Mailbox()
        self._outbox: Mailbox[SaliencyMap] = Mailbox()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._seen: Decision | None = None
        self._waiting.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def switch(self, on: bool) -> None:
        """Begin or end."""
        self.is_on = on
        self._follow()

    def _follow(self) -> None:
        picture, opened = self._preview.picture, self._agents.opened
        decision = None if picture is None else picture.shot.decision
        if (
            decision is None or opened is None or decision.mark is not opened.agent_player.mark
        ):  # the agent has just changed
            self.show(None, None)
        else:
            self.show(decision, opened.q_function)

    def show(self, decision: Decision | None, q_function: QFunction | None) -> None:
        """The newest decision, and the network that made it; None for none."""
        if decision is None or q_function is None or not self.is_on:
            if self.saliency is not None:
                self.saliency = None
                self.changed.emit()
            self._seen = None
        elif decision is not self._seen:
            self._seen = decision
            self._inbox.put((decision, q_function))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="gaze", daemon=True)
                self._thread.start()
            self._wake.set()

    def close(self) -> None:
        """End the thread and wait for that."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            if self._stopping.is_set():
                return
            asked = self._inbox.take()
            if asked is None:
                continue
            begun = time.perf_counter()
            found = self._look(*asked)
            if found is not None and self._outbox.put(found):
                self._waiting.emit()
            worked = time.perf_counter() - begun
            self._stopping.wait(max(worked * (1 - _SHARE) / _SHARE, _LEAST_PAUSE))

    def _look(self, decision: Decision, q_function: QFunction) -> SaliencyMap | None:
        from core.agents.saliency import PLACES, saliency_parts

        parts = []
        for part in saliency_parts(q_function, decision.stack):
            if self._stopping.is_set():
                return None
            parts.append(part)
            time.sleep(0)  # let the game in
        found = np.sqrt(np.concatenate(parts).reshape(PLACES, PLACES))
        return SaliencyMap(decision, (found / max(float(found.max()), 1e-9)).astype(np.float32))

    def _take(self) -> None:
        saliency = self._outbox.take()
        if saliency is not None and self.is_on and self._seen is not None:
            self.saliency = saliency
            self.changed.emit()
