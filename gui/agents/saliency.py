"""Where the agent beside the controller looks: worked out in the background for the newest decision only."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from gui.agents.catalog import AgentCatalog
from gui.game.agent_player import Decision, QFunction
from gui.kit.background import Background
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
        changed: another ``saliency``.

    Attributes:
        saliency: the newest answer, None without one.
        is_on: whether it is wanted.
    """

    changed = Signal()

    def __init__(self, preview: Preview, agents: AgentCatalog, background: Background) -> None:
        super().__init__()
        self._preview, self._agents = preview, agents
        preview.shot_changed.connect(self._follow)
        agents.changed.connect(self._follow)
        self.saliency: SaliencyMap | None = None
        self.is_on = False
        self._worker = background.workers.make("saliency", is_low=True)
        self._found = background.newest_in_window(self._keep)
        self._seen: Decision | None = None

    def switch(self, on: bool) -> None:
        """Begin or end."""
        self.is_on = on
        self._follow()

    def _follow(self) -> None:
        shot, opened = self._preview.shot, self._agents.opened
        decision = None if shot is None else shot.decision
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
            self._worker.start()
            self._worker.post(partial(self._work, decision, q_function), "decision")

    # In the worker's thread

    def _work(self, decision: Decision, q_function: QFunction) -> None:
        begun = time.perf_counter()
        found = self._look(decision, q_function)
        if found is not None:
            self._found(found)
        self._worker.pause(max((time.perf_counter() - begun) * (1 - _SHARE) / _SHARE, _LEAST_PAUSE))

    def _look(self, decision: Decision, q_function: QFunction) -> SaliencyMap | None:
        from core.agents.saliency import PLACES, saliency_parts

        def ask(stacks: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
            return q_function(stacks, np.full(len(stacks), decision.last_action, np.int32))

        parts = []
        for part in saliency_parts(ask, decision.stack):
            if self._worker.is_closing:
                return None
            parts.append(part)
            time.sleep(0)  # let the game in
        found = np.sqrt(np.concatenate(parts).reshape(PLACES, PLACES))
        return SaliencyMap(decision, (found / max(float(found.max()), 1e-9)).astype(np.float32))

    # In the window's thread

    def _keep(self, saliency: SaliencyMap) -> None:
        seen = self._seen
        if self.is_on and seen is not None and saliency.decision.mark is seen.mark:  # not of an agent of before
            self.saliency = saliency
            self.changed.emit()
