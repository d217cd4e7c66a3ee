"""Losses of segmentation networks, on logits.

Background is about four fifths of the pixels and Mario less than 1%, so the mean cross-entropy over pixels hardly
sees him. The "balanced" loss looks at rare classes in two ways: their pixels weigh more (by the root of their rarity,
within limits), and a soft Dice term, which is blind to background, scores each class that is in the batch alike.

Weights alone would make the network see rare classes where they are not: it learns shares that are the true ones times
the weights. So the weighted cross-entropy is taken of logits plus the weights' logarithm, and the network's own logits,
which Dice and everybody else look at, stay those of the true shares (the prior correction of Saerens, Latinne and
Decaestecker 2002, and of logit adjustment, Menon et al. 2021, section 5.2).
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import ops

from core.classes import CLASS_COUNT

MAX_WEIGHT = 10.0  # of the rarest class, where the pixels' mean weight is 1
DICE_SHARE = 0.5
DICE_SMOOTHING = 1.0  # pixels


def make_loss(name: str, pixels: npt.NDArray[np.int64]) -> keras.losses.Loss:
    """The loss of a run.

    Args:
        name: "plain" for the mean cross-entropy over pixels, or "balanced".
        pixels: how many pixels of each class the training split has, (16,).
    """
    if name == "plain":
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True, name="cross_entropy")
    return BalancedLoss(class_weights(pixels))


def class_weights(pixels: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Weights by the inverse root of frequency, float32 (16,), about 1 in the mean over pixels, limited."""
    share = np.maximum(pixels, 1) / max(pixels.sum(), 1)
    weights = 1 / np.sqrt(share)
    weights = np.minimum(weights / (weights * share).sum(), MAX_WEIGHT)
    return np.asarray(weights, np.float32)


class BalancedLoss(keras.losses.Loss):
    """Weighted cross-entropy of corrected logits plus soft Dice over the classes that are in the batch."""

    def __init__(self, weights: npt.NDArray[np.float32], dice_share: float = DICE_SHARE) -> None:
        super().__init__(name="balanced", reduction=None)
        self.weights, self.dice_share = weights, dice_share
        self.corrections = np.log(weights)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Class ids (N, H, W) and logits (N, H, W, 16) to a scalar."""
        labels = ops.cast(y_true, "int32")
        truth = ops.one_hot(labels, CLASS_COUNT, dtype="float32")
        weights = ops.take(ops.convert_to_tensor(self.weights), labels)
        log_shares = ops.log_softmax(y_pred + self.corrections, axis=-1)
        cross_entropy = -ops.sum(weights * ops.sum(truth * log_shares, axis=-1)) / ops.sum(weights)
        return cross_entropy + self.dice_share * _dice(truth, ops.softmax(y_pred, axis=-1))


def _dice(truth: Any, shares: Any) -> Any:
    """1 minus the mean soft Dice of the classes present in the batch (Milletari et al. 2016)."""
    axes = (0, 1, 2)
    pixels = ops.sum(truth, axis=axes)
    both = ops.sum(truth * shares, axis=axes)
    dice = (2 * both + DICE_SMOOTHING) / (pixels + ops.sum(shares, axis=axes) + DICE_SMOOTHING)
    present = ops.cast(pixels > 0, "float32")
    return 1 - ops.sum(dice * present) / ops.sum(present)
