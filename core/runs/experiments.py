"""Whether an experiment is at work in a folder of runs: its trials lie a folder deeper than other runs."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from core.runs.run_folder import EXPERIMENT_NAME, STATUS_NAME, visible_folders
from core.runs.state import is_locked, observe

EXPERIMENT_LOCK = "lock"
"""In the folder of an experiment (``core.experiment.record``): held by its driver."""


class Experiments:
    """The experiments of one folder of runs; one thread's."""

    def __init__(self, runs: Path) -> None:
        self._runs = runs
        self._idle: dict[Path, int] = {}  # trials that nobody works on, by the change of their status

    def are_at_work(self) -> bool:
        """Whether a driver works, or a trial that outlived its driver; costs a ``stat`` a trial."""
        folders = [path for path in visible_folders(self._runs) if (path / EXPERIMENT_NAME).is_file()]
        if any(is_locked(folder / EXPERIMENT_LOCK) for folder in folders):
            return True
        return any(self._is_at_work(trial) for folder in folders for trial in visible_folders(folder))

    def _is_at_work(self, trial: Path) -> bool:
        changed = 0
        with suppress(OSError):
            changed = (trial / STATUS_NAME).stat().st_mtime_ns
        if not changed or self._idle.get(trial) == changed:
            return False
        if observe(trial).is_active:
            return True
        self._idle[trial] = changed
        return False
