"""A real training at low priority, as the window starts one, whose speed is measured from outside."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from core.config.ddqn import DdqnConfig
from core.errors import RunError
from core.runs.queue import Waiting
from core.runs.run_folder import RunFolder, Status
from core.runs.state import tail
from core.runs.supervisor import Supervisor

_NAME = "training"
_STEPS = 10**8  # that it never comes to
_SETTINGS: dict[str, Any] = {
    "preset": "fast",
    "steps": _STEPS,
    "episodes": 0,
    "start_share": 0.0,
    "warm_up_steps": 1000,
    "replay_steps": 20_000,
    "evaluate_every_steps": 0,
    "keep_every_steps": 0,
    "checkpoint_every_steps": 10**9,
}
_PATIENCE = 300.0  # seconds
_LOOK = 0.1


class LowPriorityTraining:
    """An agent that sees gray pixels, trained in ``FOLDER/runs`` until the end of the ``with`` block.

    Attributes:
        runs: the folder of runs.
    """

    def __init__(self, folder: Path) -> None:
        self.runs = folder / "runs"
        self._supervisor = Supervisor(self.runs)
        self._run = RunFolder(self.runs / _NAME)

    def __enter__(self) -> Self:
        self._supervisor.add(Waiting(_NAME, DdqnConfig.kind, DdqnConfig.of(_SETTINGS)))
        try:
            self._supervisor.tick()
            self._until(lambda status: status.progress * _STEPS > 2 * _SETTINGS["warm_up_steps"])
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def speed(self, seconds: float) -> float:
        """Agent steps a second over so long, between two of its signs of life."""
        now = time.time()
        first = self._until(lambda status: status.heartbeat > now)
        last = self._until(lambda status: status.heartbeat >= first.heartbeat + seconds)
        return (last.progress - first.progress) * _STEPS / (last.heartbeat - first.heartbeat)

    def _until(self, is_so: Callable[[Status], bool]) -> Status:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            status = self._run.status() if self._run.path.is_dir() else None
            if status is not None and status.state == "running" and is_so(status):
                return status
            if not self._supervisor.tick().active:
                break
            time.sleep(_LOOK)
        raise RunError(f"the training does not go on: {tail(self.runs / '.launched' / f'{_NAME}.log', 3)}")

    def _end(self) -> None:
        for run in self._supervisor.tick().active:
            process = psutil.Process(run.pid)
            whole = [process, *process.children(recursive=True)]
            for one in whole:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            psutil.wait_procs(whole, timeout=10)
        self._supervisor.tick()
