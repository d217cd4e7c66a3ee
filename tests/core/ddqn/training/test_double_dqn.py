"""The Double DQN loss against plain NumPy, and what an update changes."""

from __future__ import annotations

import itertools
from typing import TypeAlias

import keras
import numpy as np
import numpy.typing as npt
import pytest

from core.config.ddqn import DdqnConfig
from core.ddqn.training.double_dqn import DoubleDqn
from core.ddqn.training.q_network import build_q_network, inputs_of, q_weights, set_q_weights

ITEM_SHAPE = (6, 6, 2)
BATCH = 12
ACTIONS = 5
Batch: TypeAlias = tuple[npt.NDArray[np.generic], ...]


def make_model(
    loss: str = "huber", seed: int = 1, item_shape: tuple[int, ...] = ITEM_SHAPE, **switches: str
) -> DoubleDqn:
    """A compiled model whose two networks differ, with Q-values and errors below and above 1."""
    keras.utils.set_random_seed(seed)
    config = DdqnConfig(last_action="yes", **switches)
    model = DoubleDqn(*(build_q_network(item_shape, config) for _ in range(2)), loss)
    rng = np.random.default_rng(seed)
    arrays = {
        name: array + 0.02 * rng.normal(size=array.shape).astype(np.float32)
        for name, array in q_weights(model.target).items()
    }
    set_q_weights(model.target, arrays, "here")
    model.compile(optimizer=keras.optimizers.SGD(0.05))
    return model


def make_batch(seed: int = 1, item_shape: tuple[int, ...] = ITEM_SHAPE) -> Batch:
    rng = np.random.default_rng(seed)
    discount = np.where(rng.random(BATCH) < 0.3, 0.0, 0.9 ** rng.integers(1, 4, BATCH))
    return (
        rng.integers(0, 256, (BATCH, 4, *item_shape), np.uint8),
        rng.integers(0, ACTIONS, BATCH).astype(np.int32),
        rng.normal(0, 2, BATCH).astype(np.float32),
        discount.astype(np.float32),
        rng.integers(0, 256, (BATCH, 4, *item_shape), np.uint8),
        rng.integers(0, ACTIONS, BATCH).astype(np.int32),
        rng.integers(0, ACTIONS, BATCH).astype(np.int32),
    )


def before(batch: Batch) -> list[npt.NDArray[np.generic]]:
    """What the networks are asked with about the states acted in."""
    return [batch[0], batch[5]]


def after(batch: Batch) -> list[npt.NDArray[np.generic]]:
    """The same of the states that followed."""
    return [batch[4], batch[6]]


def plain_targets(model: DoubleDqn, batch: Batch) -> npt.NDArray[np.float64]:
    """What each sample's Q-value is pulled to, one sample after the other."""
    _, _, reward, discount, *_ = batch
    chosen_by = np.asarray(model.online.predict_on_batch(after(batch)))
    valued_by = np.asarray(model.target.predict_on_batch(after(batch)))
    targets = np.zeros(BATCH)
    for i in range(BATCH):
        best = max(range(ACTIONS), key=lambda action: chosen_by[i][action])
        targets[i] = reward[i] if discount[i] == 0 else reward[i] + discount[i] * valued_by[i][best]
    return targets


def plain_errors(model: DoubleDqn, batch: Batch) -> list[float]:
    values = np.asarray(model.online.predict_on_batch(before(batch)))
    return [target - q[action] for target, q, action in zip(plain_targets(model, batch), values, batch[1], strict=True)]


def plain_loss(model: DoubleDqn, batch: Batch, loss: str) -> float:
    total = 0.0
    for error in plain_errors(model, batch):
        if loss == "huber" and abs(error) > 1:
            total += abs(error) - 0.5
        else:
            total += error**2 / 2
    return total / BATCH


@pytest.mark.parametrize("loss", ["huber", "squared"])
def test_the_loss_is_that_of_plain_numpy(loss: str) -> None:
    model = make_model(loss)
    for seed in (1, 2, 3):
        batch = make_batch(seed)
        errors = np.abs(plain_errors(model, batch))
        assert errors.min() < 1 < errors.max()
        expected = plain_loss(model, batch, loss)
        measured = model.compute_loss(x=batch, y_pred=model.online(before(batch)))
        np.testing.assert_allclose(np.asarray(measured), expected, rtol=1e-5)


def test_the_two_losses_differ_only_where_errors_are_large() -> None:
    """And the reference above would notice if the target network chose its own best action, as plain DQN does."""
    batch = make_batch()
    huber, squared = make_model("huber"), make_model("squared")
    assert plain_loss(huber, batch, "huber") < 0.9 * plain_loss(squared, batch, "squared")
    chosen_by, valued_by = (np.asarray(net.predict_on_batch(after(batch))) for net in (huber.online, huber.target))
    assert np.any(chosen_by.argmax(1) != valued_by.argmax(1))


def test_after_an_end_the_next_state_does_not_count() -> None:
    model = make_model()
    first = (*make_batch()[:3], np.zeros(BATCH, np.float32), *make_batch()[4:])
    other = (*first[:4], make_batch(9)[4], first[5], make_batch(9)[6])
    losses = [float(np.asarray(model.compute_loss(x=x, y_pred=model.online(before(x))))) for x in (first, other)]
    assert losses[0] == losses[1]


def test_gradients_go_through_the_acting_state_only() -> None:
    """An update moves the weights as a regression to the fixed targets of the NumPy reference would."""
    model, batch = make_model("squared"), make_batch()
    plain = build_q_network(ITEM_SHAPE, DdqnConfig(last_action="yes"))
    set_q_weights(plain, q_weights(model.online), "here")
    # Half the squared error of one action: of the mean over all actions, with the others' targets at their own value.
    values = np.asarray(plain.predict_on_batch(before(batch)))
    wanted = values.copy()
    wanted[np.arange(BATCH), batch[1]] = plain_targets(model, batch)
    plain.compile(optimizer=keras.optimizers.SGD(0.05 * ACTIONS / 2), loss="mean_squared_error")
    old = q_weights(model.online)
    model.train_on_batch(batch)
    plain.train_on_batch(before(batch), wanted)
    expected, learned = q_weights(plain), q_weights(model.online)
    for name, array in learned.items():
        assert not np.array_equal(array, old[name])
        np.testing.assert_allclose(array, expected[name], rtol=1e-3, atol=1e-5)


def test_the_target_network_stays_until_it_is_copied() -> None:
    model, batch = make_model(), make_batch()
    frozen = q_weights(model.target)
    assert {id(v) for v in model.trainable_variables} == {id(v) for v in model.online.variables}
    for _ in range(3):
        model.train_on_batch(batch)
    for name, array in q_weights(model.target).items():
        np.testing.assert_array_equal(array, frozen[name])
    model.copy_to_target()
    copied = q_weights(model.target)
    for name, array in q_weights(model.online).items():
        np.testing.assert_array_equal(array, copied[name])
    model.train_on_batch(batch)
    for name, array in q_weights(model.target).items():
        np.testing.assert_array_equal(array, copied[name])
    assert not np.array_equal(q_weights(model.online)["0/kernel"], copied["0/kernel"])


def test_a_moving_target_goes_its_share_of_the_way() -> None:
    model = make_model()
    old, online = q_weights(model.target), q_weights(model.online)
    model.move_target(0.25)
    for name, array in q_weights(model.target).items():
        np.testing.assert_allclose(array, 0.75 * old[name] + 0.25 * online[name], rtol=1e-5, atol=1e-7)


def test_a_network_without_it_ignores_the_last_action() -> None:
    network = build_q_network(ITEM_SHAPE)
    batch = make_batch()
    assert inputs_of(network, batch[0], batch[5]) is batch[0]
    model = DoubleDqn(network, build_q_network(ITEM_SHAPE))
    others = (*batch[:5], batch[5][::-1].copy(), batch[6][::-1].copy())
    losses = [float(np.asarray(model.compute_loss(x=x, y_pred=model.online(x[0])))) for x in (batch, others)]
    assert losses[0] == losses[1]


def test_a_new_model_has_two_equal_networks() -> None:
    model = DoubleDqn(build_q_network(ITEM_SHAPE), build_q_network(ITEM_SHAPE))
    target = q_weights(model.target)
    assert all(np.array_equal(array, target[name]) for name, array in q_weights(model.online).items())


@pytest.mark.parametrize(
    ("item_shape", "switches"),
    [(ITEM_SHAPE, {}), ((84, 84), {}), (ITEM_SHAPE, {"layer_norm": "yes", "dueling": "yes"})],
    ids=["features", "pictures", "dueling with layer norm"],
)
def test_updates_lower_the_loss(item_shape: tuple[int, ...], switches: dict[str, str]) -> None:
    """Where every sample ends its episode the target is the reward, so the loss can fall to nothing."""
    model = make_model(item_shape=item_shape, **switches)
    model.compile(optimizer=keras.optimizers.Adam(0.00025))
    batch = make_batch(item_shape=item_shape)
    batch = (*batch[:3], np.zeros(BATCH, np.float32), *batch[4:])
    losses = [model.train_on_batch(batch, return_dict=True)["loss"] for _ in range(40)]
    assert losses[-1] < 0.05 * losses[0]


def test_an_update_tells_its_loss_error_and_value() -> None:
    model = make_model()
    for seed in (1, 2):
        batch = make_batch(seed)
        loss, errors = plain_loss(model, batch, "huber"), np.abs(plain_errors(model, batch))
        values = np.asarray(model.online.predict_on_batch(before(batch))).max(axis=1)
        told = model.train_on_batch(batch, return_dict=True)
        assert set(told) == {"loss", "td_error", "q"}
        np.testing.assert_allclose(
            [told["loss"], told["td_error"], told["q"]], [loss, errors.mean(), values.mean()], rtol=1e-4
        )


def test_the_same_seed_gives_the_same_updates() -> None:
    runs = []
    for _ in range(2):
        model = make_model(seed=5)
        for seed in range(3):
            model.train_on_batch(make_batch(seed))
        runs.append(q_weights(model.online))
    for (name, first), second in itertools.zip_longest(runs[0].items(), runs[1].values()):
        np.testing.assert_array_equal(first, second, err_msg=name)
