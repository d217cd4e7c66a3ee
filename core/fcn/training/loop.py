"""The loop of a segmentation run: epochs, curves, checkpoints, requests to stop."""

from __future__ import annotations

import logging
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from tqdm import tqdm

from core.classes import CLASS_NAMES
from core.config.fcn import FcnConfig
from core.errors import RunError
from core.fcn.initial_weights import initial_weights
from core.fcn.training.batches import Batches, Pictures
from core.fcn.training.export import export_fcn
from core.fcn.training.learner import FcnTrainer
from core.frame import ClassMap
from core.locations import seen_at
from core.runs.run_folder import RunFolder
from core.runs.run_log import RunLog
from core.segmentation.scores import Scores, scores
from core.training.session import Position, TrainingSession, last_position
from core.training.stop import stop_requests

COLUMNS = (
    "epoch",
    "wall_time",
    "train_loss",
    "train_cross_entropy",
    "val_loss",
    "val_accuracy",
    "val_miou",
    *(f"iou_{name}" for name in CLASS_NAMES),
    "learning_rate",
    "samples_per_second",
)
TIME_COLUMNS = ("wall_time", "samples_per_second")

_log = logging.getLogger(__name__)


@dataclass
class FcnPosition(Position):
    """Where a run stands.

    Attributes:
        epoch: epochs that are finished.
        batch: updates done in the epoch that is not.
        train_loss: mean loss of that epoch so far; None before its first update.
        train_cross_entropy: the same of the plain cross-entropy, which validation measures; the loss may be another.
        best_miou: highest mIoU on the validation split, -1 before the first epoch's end.
        best_epoch: where that was, counted from 1.
        frames: of the training split; 0 in checkpoints of older programs.
    """

    epoch: int = 0
    batch: int = 0
    train_loss: float | None = None
    train_cross_entropy: float | None = None
    best_miou: float = -1.0
    best_epoch: int = 0
    frames: int = 0


class FcnLoop:
    """Trains one run to its end or to a request to stop.

    Attributes:
        position: where it stands.
        trainer: the network and its optimiser.
    """

    def __init__(
        self, run: RunFolder, config: FcnConfig, batches: Batches, validation: tuple[Pictures, ClassMap]
    ) -> None:
        self._run = run
        self._config = config
        self._batches = batches
        self._validation = validation
        self._total = config.epochs * batches.per_epoch
        self._rows = RunLog(run.path / "epochs.csv", COLUMNS)
        self.trainer = FcnTrainer(config, batches.pixels, self._total)
        self.position, checkpoint = last_position(run, FcnPosition)
        if checkpoint is not None:
            self.trainer.restore(checkpoint.arrays, str(checkpoint.path))
        elif config.initial:
            self.trainer.start_from(initial_weights(config, seen_at(run.path, config.initial)))
        if self.position.frames not in (0, batches.frames):
            _log.warning("trained on %d frames before, on %d from here on", self.position.frames, batches.frames)
            tqdm.write(
                f"notice: there are {batches.frames:,} training frames now, {self.position.frames:,} when this run was "
                "stopped; it goes on with those",
                file=sys.stderr,
            )
        self.position.frames = batches.frames
        self._rows.keep(self.position.epoch)
        self._session = TrainingSession(run, self.position, self._total, lambda: self._step, self.trainer.arrays)

    @property
    def _step(self) -> int:
        """Updates done over the whole run."""
        return self.position.epoch * self._batches.per_epoch + self.position.batch

    def run(self) -> bool:
        """Go on until the last epoch is done (True) or somebody asks to stop (False); both leave a full checkpoint."""
        self._session.report.tell("running")
        with (
            stop_requests(self._run) as asked,
            tqdm(total=self._total, initial=self._step, unit="batch", desc=self._run.path.name, mininterval=0.5) as bar,
        ):
            while self.position.epoch < self._config.epochs:
                if not self._epoch(asked, bar):
                    where = (self.position.epoch + 1, self.position.batch)
                    _log.info("stopped on request in epoch %d after %d batches", *where)
                    self._preview(at_once=True)
                    self._session.stop()
                    return False
        return True

    def _epoch(self, asked: Callable[[], bool], bar: tqdm[NoReturn]) -> bool:
        """One epoch from where it stands; False when it was cut short on request."""
        position = self.position
        begun, first = time.monotonic(), position.batch
        for pictures, masks in self._batches.epoch(position.epoch, first):
            if asked():
                return False
            loss, cross_entropy = self.trainer.update(pictures, masks, self._step)
            position.train_loss = _mean(position.train_loss, loss, position.batch + 1)
            position.train_cross_entropy = _mean(position.train_cross_entropy, cross_entropy, position.batch + 1)
            if not math.isfinite(loss):
                raise RunError(f"the loss is no number in epoch {position.epoch + 1}; try a smaller --learning-rate")
            position.batch += 1
            bar.update()
            self._session.now_and_then()
        frames = min(position.batch * self._config.batch_size, self._batches.frames) - first * self._config.batch_size
        speed = (
            frames / max(time.monotonic() - begun, 1e-9) if position.batch > first else None
        )  # stopped in validation
        scored = self.trainer.validate(*self._validation, asked)
        if scored is None:
            return False
        self._finish_epoch(scores(scored[1]), scored[0], speed)
        bar.set_postfix_str(f"mIoU {self.position.best_miou:.3f}")
        return True

    def _finish_epoch(self, result: Scores, loss: float, speed: float | None) -> None:
        """Write the row, keep the best, save."""
        position = self.position
        self._session.clock()
        self._rows.append(
            {
                "epoch": position.epoch + 1,
                "wall_time": round(position.wall_time, 1),
                "train_loss": position.train_loss,
                "train_cross_entropy": position.train_cross_entropy,
                "val_loss": loss,
                "val_accuracy": result.accuracy,
                "val_miou": result.miou,
                **{f"iou_{name}": float(value) for name, value in zip(CLASS_NAMES, result.iou, strict=True)},
                "learning_rate": self.trainer.learning_rate(max(self._step - 1, 0)),
                "samples_per_second": None if speed is None else round(speed, 1),
            }
        )
        _log.info("epoch %d: accuracy %.4f, mIoU %.4f", position.epoch + 1, result.accuracy, result.miou)
        position.epoch, position.batch = position.epoch + 1, 0
        position.train_loss = position.train_cross_entropy = None
        if result.miou > position.best_miou:
            position.best_miou, position.best_epoch = result.miou, position.epoch
            self._run.checkpoints.save_best(self.trainer.weights(), {"epoch": position.epoch})
        self._preview()
        self._session.save()

    def _preview(self, *, at_once: bool = False) -> None:
        kept = self._run.checkpoints.best_path
        self._session.report.preview(
            kept, lambda: export_fcn(self._config, kept, self._run.model_path), at_once=at_once
        )


def _mean(before: float | None, value: float, count: int) -> float:
    """The mean of so many values, of the one before and the last of them."""
    before = before or 0.0
    return before + (value - before) / count
