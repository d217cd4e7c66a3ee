"""Losses: what they ignore, what they weigh, and that they can be learned from."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from core.fcn.training.losses import MAX_WEIGHT, BalancedLoss, class_weights, make_loss

PIXELS = np.array([8500, 1000, 400, 99, 1, *[0] * 11])


def logits_for(classes: np.ndarray, certainty: float) -> np.ndarray:
    return np.eye(16, dtype=np.float32)[classes] * np.float32(certainty)


def value(name: str, truth: np.ndarray, logits: np.ndarray) -> float:
    return float(make_loss(name, PIXELS)(truth, logits))


@pytest.fixture
def truth() -> np.ndarray:
    """Two pictures of background with a small thing in one corner."""
    classes = np.zeros((2, 8, 8), np.uint8)
    classes[:, :2, :2] = 3
    return classes


@pytest.mark.parametrize("name", ["plain", "balanced"])
def test_the_truth_costs_nothing_and_doubt_costs_more(name: str, truth: np.ndarray) -> None:
    sure = value(name, truth, logits_for(truth, 50))
    doubt = value(name, truth, logits_for(truth, 1))
    wrong = value(name, truth, logits_for(15 - truth, 5))
    assert sure == pytest.approx(0, abs=1e-3)
    assert sure < doubt < wrong


def test_plain_is_the_mean_cross_entropy_over_pixels(truth: np.ndarray) -> None:
    logits = np.random.default_rng(0).normal(size=(*truth.shape, 16)).astype(np.float32)
    shares = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    expected = -np.log(np.take_along_axis(shares, truth[..., None].astype(int), axis=-1)).mean()
    assert value("plain", truth, logits) == pytest.approx(expected, rel=1e-5)


def test_balanced_minds_missing_a_small_thing_more_than_plain_does(truth: np.ndarray) -> None:
    """Calling everything background, beside getting as many pixels of background wrong."""
    missed = logits_for(np.zeros_like(truth), 5)
    elsewhere = truth.copy()
    elsewhere[:, 4:6, 4:6] = 1
    intruder = logits_for(elsewhere, 5)
    assert value("plain", truth, missed) == pytest.approx(value("plain", truth, intruder), rel=1e-3)
    assert value("balanced", truth, missed) > 1.3 * value("balanced", truth, intruder)


def test_weights_grow_with_rarity_within_limits() -> None:
    weights = class_weights(PIXELS)
    assert np.all(np.diff(weights[:5]) >= 0) and weights[4] == MAX_WEIGHT
    assert weights.max() == MAX_WEIGHT and weights.dtype == np.float32
    assert 0.5 < (weights * PIXELS).sum() / PIXELS.sum() <= 1.0001


def test_balanced_can_be_learned_from(truth: np.ndarray) -> None:
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(16, 1)])
    model.compile(optimizer=keras.optimizers.Adam(0.1), loss=make_loss("balanced", PIXELS), jit_compile=False)
    pictures = (truth[..., None] / 3).astype(np.float32)
    losses = [float(model.train_on_batch(pictures, truth)) for _ in range(40)]
    assert losses[-1] < losses[0] / 2
    assert np.array_equal(model.predict_on_batch(pictures).argmax(axis=-1), truth)


def test_balanced_cross_entropy_is_least_for_the_true_shares() -> None:
    """Nothing tells these pixels apart, so the best answer is how often each class is there, unweighted."""
    counts = np.array([900, 80, 20])
    truth = np.repeat(np.arange(3, dtype=np.uint8), counts).reshape(1, 1, -1)
    loss = BalancedLoss(class_weights(np.array([*counts, *[0] * 13])), dice_share=0.0)
    model = keras.Sequential([keras.Input((1, 1000, 1)), keras.layers.Conv2D(16, 1)])
    model.compile(optimizer=keras.optimizers.Adam(0.3), loss=loss, jit_compile=False)
    blank = np.zeros((1, 1, 1000, 1), np.float32)
    for _ in range(300):
        model.train_on_batch(blank, truth)
    scores = model.predict_on_batch(blank)[0, 0, 0]
    shares = np.exp(scores) / np.exp(scores).sum()
    np.testing.assert_allclose(shares[:3], counts / 1000, atol=0.01)
