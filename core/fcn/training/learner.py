"""The network of a run with its optimiser: one update, its scores on held-out frames, and its state as arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import ops

from core.classes import CLASS_COUNT
from core.config.fcn import FcnConfig
from core.fcn.notation import Architecture
from core.fcn.training.batches import Pictures, input_shape
from core.fcn.training.losses import make_loss
from core.fcn.training.network import build, set_weights, weights_of
from core.frame import ClassMap
from core.runs.checkpoint_files import load_checkpoint
from core.segmentation.scores import Confusion, confusion_matrix
from core.training.arrays import OPTIMISER, numbered, restore_numbered

VALIDATION_BATCH = 8  # frames
FINAL_SHARE = 0.01  # of the learning rate at the end of a cosine schedule

_CROSS_ENTROPY = "cross_entropy"


class FcnTrainer:
    """What changes while a run trains.

    Attributes:
        model: Keras network, uint8 (N, H, W, channels) to logits (N, H, W, 16).
        steps: how many updates the whole run has.
    """

    def __init__(self, config: FcnConfig, pixels: npt.NDArray[np.int64], steps: int) -> None:
        keras.utils.set_random_seed(config.seed)
        architecture = Architecture.parse(config.architecture)
        height, width, channels = input_shape(config)
        architecture.check_size(height, width)
        whole = config.size == "84" or config.augmentation == "none"
        shape = (height, width, channels) if whole else (None, None, channels)
        self.model = build(architecture, shape, config.scaling)
        self.steps = steps
        self._config = config
        self.model.compile(
            optimizer=keras.optimizers.Adam(config.learning_rate),
            loss=make_loss(config.loss, pixels),
            metrics=[keras.metrics.SparseCategoricalCrossentropy(name=_CROSS_ENTROPY, from_logits=True)],
            # XLA's convolutions on a processor are a third as fast as oneDNN's (46 against 163 frames/s).
            jit_compile=False if keras.backend.backend() == "tensorflow" else "auto",
        )
        self.model.optimizer.build(self.model.trainable_variables)
        self._scorer = _make_scorer(self.model)

    def learning_rate(self, step: int) -> float:
        """Step size of Adam at an update, counted from 0 over the whole run."""
        if self._config.schedule == "constant":
            return self._config.learning_rate
        share = FINAL_SHARE + (1 - FINAL_SHARE) * (1 + math.cos(math.pi * step / max(self.steps, 1))) / 2
        return self._config.learning_rate * share

    def update(self, pictures: Pictures, masks: ClassMap, step: int) -> tuple[float, float]:
        """One update; its loss, and its mean cross-entropy a pixel, which is what ``validate`` measures too.

        Both are of this batch: Keras forgets its metrics at the beginning of each train_on_batch.
        """
        if self._config.schedule != "constant":
            self.model.optimizer.learning_rate = self.learning_rate(step)
        means = self.model.train_on_batch(pictures, masks, return_dict=True)
        return float(means["loss"]), float(means[_CROSS_ENTROPY])

    def validate(
        self, pictures: Pictures, masks: ClassMap, asked: Callable[[], bool] = lambda: False
    ) -> tuple[float, Confusion] | None:
        """Mean cross-entropy a pixel and confusion matrix over whole frames; None when ``asked`` to stop meanwhile."""
        total, confusion = 0.0, np.zeros((CLASS_COUNT, CLASS_COUNT), np.int64)
        for begin in range(0, len(pictures), VALIDATION_BATCH):
            if asked():
                return None
            truth = masks[begin : begin + VALIDATION_BATCH]
            labels, losses = self._scorer.predict_on_batch([pictures[begin : begin + VALIDATION_BATCH], truth])
            confusion += confusion_matrix(truth, labels)
            total += float(losses.sum())
        return total / len(pictures), confusion

    def weights(self) -> dict[str, npt.NDArray[Any]]:
        """The network's arrays."""
        return dict(weights_of(self.model))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """All that a bit-exact resume needs."""
        return {
            **self.weights(),
            **numbered(OPTIMISER, self.model.optimizer.variables),
        }

    def start_from(self, weights: Path) -> None:
        """Take the weights of a finished network; its optimiser is not taken over. InputError when they do not fit."""
        set_weights(self.model, load_checkpoint(weights).arrays, str(weights))

    def restore(self, arrays: Mapping[str, npt.NDArray[Any]], where: str) -> None:
        """Go back to saved arrays; InputError naming the file when they are of another network."""
        set_weights(self.model, arrays, where)
        restore_numbered(OPTIMISER, self.model.optimizer.variables, arrays, where)


def _make_scorer(model: keras.Model) -> keras.Model:
    """The same network with the truth as second input: class of each pixel, and mean cross-entropy of each frame."""
    truth = keras.Input(model.output.shape[1:-1], dtype="uint8")
    labels = ops.cast(ops.argmax(model.output, axis=-1), "uint8")
    losses = ops.sparse_categorical_crossentropy(ops.cast(truth, "int32"), model.output, from_logits=True)
    return keras.Model([model.input, truth], [labels, ops.mean(losses, axis=(1, 2))])
