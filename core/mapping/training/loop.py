"""The loop of a mapping's run: updates, curves, checkpoints, requests to stop."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass, field

import numpy as np
from tqdm import tqdm

from core.config.mapping import MappingConfig
from core.errors import RunError
from core.mapping.training.learner import MappingLearner, Pictures
from core.runs.run_folder import RunFolder
from core.runs.run_log import RunLog
from core.training.session import Position, TrainingSession, last_position
from core.training.stop import stop_requests

ROW_EVERY = 100  # updates; the last row may be of fewer
_LOSSES = ("cycle", "identity", "adversarial", "critic")
COLUMNS = ("update", "wall_time", *_LOSSES, "learning_rate", "updates_per_second")

_log = logging.getLogger(__name__)


@dataclass
class MappingPosition(Position):
    """Where a run stands.

    Attributes:
        update: updates that are done.
        sums, summed: of each loss since the last row, and over how many updates.
    """

    update: int = 0
    sums: dict[str, float] = field(default_factory=lambda: dict.fromkeys(_LOSSES, 0.0))
    summed: int = 0


class MappingLoop:
    """Trains one run to its end or to a request to stop.

    Attributes:
        position: where it stands.
        learner: the networks and their optimiser.
    """

    def __init__(self, run: RunFolder, config: MappingConfig, first: Pictures, second: Pictures) -> None:
        """Make it.

        Args:
            run: its folder.
            config: its settings.
            first, second: pictures of both looks, uint8 (N, 84, 84, 1).
        """
        self._run, self._config = run, config
        self._pictures = first, second
        self._rows = RunLog(run.path / "updates.csv", COLUMNS)
        self.learner = MappingLearner(config)
        self.position, checkpoint = last_position(run, MappingPosition)
        if checkpoint is not None:
            self.learner.restore(checkpoint.arrays, str(checkpoint.path))
        is_whole = self.position.update % ROW_EVERY == 0 or self.position.update < config.updates
        self._rows.keep(self.position.update // ROW_EVERY + (not is_whole))
        self._row_time, self._row_update = time.monotonic(), self.position.update
        self._session = TrainingSession(
            run, self.position, config.updates, lambda: self.position.update, self.learner.arrays
        )

    def run(self) -> bool:
        """Go on until the last update is done (True) or somebody asks to stop (False); both leave a full checkpoint."""
        position, total = self.position, self._config.updates
        self._session.report.tell("running")
        with (
            stop_requests(self._run) as asked,
            tqdm(total=total, initial=position.update, unit="update", desc=self._run.path.name, mininterval=0.5) as bar,
        ):
            while position.update < total:
                if asked():
                    _log.info("stopped on request after %d updates", position.update)
                    self._session.stop()
                    return False
                self._update()
                bar.update()
                self._session.now_and_then()
        self._session.save()
        return True

    def _update(self) -> None:
        position = self.position
        first, second = self._batch(position.update)
        losses = self.learner.update(first, second, position.update)
        if not all(map(math.isfinite, losses.values())):
            raise RunError(f"the loss is no number at update {position.update + 1:,}; try a smaller --learning-rate")
        position.sums = {name: position.sums[name] + losses[name] for name in _LOSSES}
        position.summed += 1
        position.update += 1
        if position.update % ROW_EVERY == 0 or position.update == self._config.updates:
            self._write_row()

    def _batch(self, update: int) -> tuple[Pictures, Pictures]:
        """Pictures of both looks; they depend on the seed and the update alone."""
        rng, size = np.random.default_rng((self._config.seed, update)), self._config.batch_size
        first, second = self._pictures
        return first[rng.integers(len(first), size=size)], second[rng.integers(len(second), size=size)]

    def _write_row(self) -> None:
        position, now = self.position, time.monotonic()
        self._session.clock()
        done = position.update - self._row_update
        self._rows.append(
            {
                "update": position.update,
                "wall_time": round(position.wall_time, 1),
                **{name: total / position.summed for name, total in position.sums.items()},
                "learning_rate": self.learner.learning_rate(position.update - 1),
                "updates_per_second": round(done / max(now - self._row_time, 1e-9), 1),
            }
        )
        position.sums, position.summed = dict.fromkeys(_LOSSES, 0.0), 0
        self._row_time, self._row_update = now, position.update
