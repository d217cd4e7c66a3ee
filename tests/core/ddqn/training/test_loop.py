"""When the loop updates, copies its target and lowers its step size: every time it is due, and at no other."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core.ddqn.replay_buffer import ReplayBuffer
from core.ddqn.training.loop import DdqnLoop
from core.ddqn.training.rollout import Played
from tests.core.ddqn.training.tiny_agent import tiny_config

_GAMES = 2
_SHAPE = (2, 2)


class SteadyGames:
    """Games that never end, in place of a rollout."""

    envs = SimpleNamespace(num_envs=_GAMES)

    def choose(self, q_values: object, epsilon: float) -> None:
        """Whatever."""

    def begin(self, actions: None) -> None:
        """At once."""

    def finish(self) -> Played:
        """One step."""
        no, items = np.zeros(_GAMES, np.bool_), np.zeros((_GAMES, *_SHAPE), np.uint8)
        return Played(items, np.zeros(_GAMES, np.int64), np.zeros(_GAMES), no, no, items, [])


class NotingLearner:
    """Writes down what it is asked to do, and after how many updates."""

    acting_q_values = None

    def __init__(self) -> None:
        self.updates = 0
        self.copied: list[int] = []
        self.rates: list[float] = []
        self.caught_up: list[int] = []

    def start(self, batches: Sequence[Any], learning_rate: float) -> None:
        self.updates += len(batches)
        self.rates.append(learning_rate)

    def copy_to_target(self) -> None:
        self.copied.append(self.updates)

    def catch_up(self) -> None:
        self.caught_up.append(self.updates)


def run(**settings: Any) -> NotingLearner:
    """A whole run; of its learner, what was asked."""
    config = tiny_config(deterministic="no", environments=_GAMES, warm_up_steps=40, update_every_steps=4, **settings)
    replay = ReplayBuffer(400, _GAMES, _SHAPE, n_step=3, gamma=0.9, rng=np.random.default_rng(1))
    learner = NotingLearner()
    loop = DdqnLoop(config, SteadyGames(), learner, replay)  # type: ignore[arg-type]
    while not loop.is_finished():
        loop.iterate()
    return learner


def test_an_update_each_time_it_is_due() -> None:
    """From the warm-up on, one each 4 agent steps; those of the last step have no successor to wait for."""
    assert run(steps=200).updates == (200 - _GAMES - 40) // 4


@pytest.mark.parametrize("every", [40, 60])
def test_the_target_is_copied_each_time_it_is_due(every: int) -> None:
    copied = run(steps=240, target_every_steps=every).copied
    assert copied == [max(0, step - _GAMES - 40) // 4 for step in range(every, 241, every)]


def test_the_step_size_falls_in_a_straight_line_over_the_whole_run() -> None:
    first, last, steps = 0.001, 0.0001, 400
    rates = run(steps=steps, learning_rate=first, learning_rate_end=last).rates
    at = [step for step in range(0, steps, _GAMES) if step >= 44 and step % 4 == 0]
    np.testing.assert_allclose(rates, [first + (last - first) * step / steps for step in at])


def test_a_step_size_with_its_own_length_does_not_know_how_long_the_run_is() -> None:
    """So a short run is the beginning of a long one, and a run that gets more steps goes on evenly."""
    short, long = (
        run(steps=steps, learning_rate=0.001, learning_rate_end=0.0001, learning_rate_steps=300).rates
        for steps in (200, 400)
    )
    assert long[: len(short)] == short
    assert long[-1] == pytest.approx(0.0001), "it has fallen before the run is over"


def test_a_serial_run_acts_with_the_newest_network() -> None:
    """Updates that are due come before the next step of the games, which waits for them; else none is waited for."""
    serial, beside = run(steps=200, overlap="no"), run(steps=200)
    assert serial.caught_up == [max(0, step - 40) // 4 for step in range(0, 200, _GAMES)]
    assert beside.caught_up == [] and beside.updates == serial.updates


def test_a_moving_target_is_never_copied() -> None:
    assert run(steps=240, target_every_steps=40, target_tau=0.01).copied == []


@pytest.mark.parametrize("end", [0.0, 0.01])
def test_without_an_end_below_it_the_step_size_stays(end: float) -> None:
    """One that somebody made smaller does not rise to the end of a preset."""
    assert set(run(steps=200, learning_rate=0.002, learning_rate_end=end).rates) == {0.002}
