"""What a training will cost, before its first step: hours, disk and memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.config.ddqn import DdqnConfig
from core.ddqn.preflight import agent_disk, replay_memory
from core.ddqn.training.learner import DdqnLearner
from core.ddqn.training.rollout import Rollout
from core.frame import STACK_FRAMES
from core.runs.preflight import free_disk, free_memory
from core.wording import duration, gigabytes

_PASSES = 5  # forward passes that an update costs: two networks on s_t, one on s_tm1, and twice that one's backward
_EPISODE_STEPS = 250  # of a greedy episode
_GAME_STEPS = 20  # of each game, for the measurement
_STEPS_TOLD = 100_000  # that a run without a number of steps tells its time for


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run will need.

    Attributes:
        step_seconds: of an agent step with its share of the updates and evaluations.
        steps: agent steps of the run, 0 when it ends after some episodes.
        disk, free_disk: bytes of the run folder in the end, and what is free there.
        memory, free_memory: bytes of the replay when it is full, and what is free now.
    """

    step_seconds: float
    steps: int
    disk: int
    free_disk: int
    memory: int
    free_memory: int

    def sentence(self, done: int) -> str:
        """The same for people, once so many agent steps are done."""
        steps = max(self.steps - done, 0) if self.steps else _STEPS_TOLD
        which = "" if self.steps else "each "
        return (
            f"about {duration(steps * self.step_seconds)} for {which}{steps:,} agent steps; "
            f"disk {gigabytes(self.disk)} of {gigabytes(self.free_disk)} free; "
            f"replay {gigabytes(self.memory)} of {gigabytes(self.free_memory)} of memory free"
        )


def estimate(config: DdqnConfig, folder: Path, rollout: Rollout, learner: DdqnLearner) -> Estimate:
    """Measure the games and the network for a moment, and reckon the rest.

    The games are somewhere else afterwards: reset or restore them.

    Args:
        config: the run's settings.
        folder: the run's.
        rollout, learner: the run's games and networks.
    """
    item_shape = rollout.item_shape
    return Estimate(
        _seconds_of_step(config, rollout, learner),
        config.steps,
        agent_disk(config, item_shape, sum(array.nbytes for array in learner.weights().values())),
        free_disk(folder),
        replay_memory(config, item_shape),
        free_memory(),
    )


def _seconds_of_step(config: DdqnConfig, rollout: Rollout, learner: DdqnLearner) -> float:
    """Seconds of an agent step with its share of an update and of the evaluations."""
    games, batch = (
        (np.zeros((count, STACK_FRAMES, *rollout.item_shape), np.uint8), np.zeros(count, np.int32))
        for count in (config.environments, config.batch_size)
    )
    for stacks in (games, batch):
        learner.acting_q_values(*stacks)  # the first call of a size builds
    play = _seconds(lambda: _play(rollout, learner)) / _GAME_STEPS / config.environments
    learn = _PASSES * _seconds(lambda: learner.acting_q_values(*batch)) / config.update_every_steps
    seconds = play + learn
    if config.evaluate_every_steps:
        seconds += play * config.evaluate_episodes * _EPISODE_STEPS / config.evaluate_every_steps
    return seconds


def _play(rollout: Rollout, learner: DdqnLearner) -> None:
    rollout.reset(0)
    for _ in range(_GAME_STEPS):
        rollout.begin(rollout.choose(learner.acting_q_values, 0.0))
        rollout.finish()


def _seconds(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun
