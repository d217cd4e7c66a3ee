"""The training loop of an agent: play, remember, learn, and now and then evaluate and save."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field

from core.config.ddqn import DdqnConfig
from core.ddqn.exploration import EpsilonSchedule
from core.ddqn.replay_buffer import ReplayBuffer
from core.ddqn.training.evaluator import GreedyEvaluation, GreedyEvaluator
from core.ddqn.training.learner import DdqnLearner
from core.ddqn.training.log import LOG_EVERY_STEPS, RECENT_EPISODES, DdqnLog
from core.ddqn.training.rollout import Played, Rollout, TrainingEpisode
from core.errors import RunError


@dataclass
class DdqnPosition:
    """Where a run stands.

    Attributes:
        step: agent steps played, over all games.
        updates: updates of the online network.
        episodes: that ended.
        wall_time: seconds of training so far, over all sessions.
        best_flags, best_progress: flags and mean progress, 0 to 1, of the best evaluation; -1 before the first.
        best_step: when that was, or without evaluations the last step; 0 before.
        evaluated_step: when the last evaluation was due.
        rows: written so far to episodes.csv, learning.csv and evaluations.csv.
        recent_x: where the last episodes from the level's start ended.
        recent_flags: whether with the flag, 0 or 1.
    """

    step: int = 0
    updates: int = 0
    episodes: int = 0
    wall_time: float = 0.0
    best_flags: int = -1
    best_progress: float = -1.0
    best_step: int = 0
    evaluated_step: int = 0
    rows: list[int] = field(default_factory=lambda: [0, 0, 0])
    recent_x: list[int] = field(default_factory=list)
    recent_flags: list[int] = field(default_factory=list)


class DdqnLoop:
    """Trains one agent to its end or to a request to stop.

    Attributes:
        position: where it stands.
    """

    def __init__(
        self,
        config: DdqnConfig,
        rollout: Rollout,
        learner: DdqnLearner,
        replay: ReplayBuffer,
        *,
        log: DdqnLog | None = None,
        evaluator: GreedyEvaluator | None = None,
        position: DdqnPosition | None = None,
    ) -> None:
        """Join the parts.

        Args:
            config: the run's settings.
            rollout: the games, reset or restored.
            learner: the networks.
            replay: what was seen.
            log: where rows go; None to write none.
            evaluator: plays greedy episodes; None for no evaluation.
            position: where to go on; None for the beginning.
        """
        self.position = position or DdqnPosition()
        self._config = config
        self._rollout = rollout
        self._learner = learner
        self._replay = replay
        self._log = log
        self._evaluator = evaluator
        self._epsilon = EpsilonSchedule.of(config)
        self._recent_x: deque[int] = deque(self.position.recent_x, RECENT_EPISODES)
        self._recent_flags: deque[int] = deque(self.position.recent_flags, RECENT_EPISODES)
        self._begun = self._row_time = time.monotonic()
        self._wall_before = self.position.wall_time
        self._row_step = self.position.step
        self._last_loss: float | None = None

    def iterate(self) -> None:
        """One step of all games, and the updates that are due: while the games play, or before they do."""
        epsilon = self._epsilon.at(self.position.step)
        overlaps = self._config.overlap == "yes"
        if not overlaps:
            self._learn()
            self._learner.catch_up()
        self._rollout.begin(self._rollout.choose(self._learner.acting_q_values, epsilon))
        if overlaps:
            self._learn()
        played = self._rollout.finish()
        self._remember(played)
        self.position.step += len(played.actions)
        for episode in played.episodes:
            self._note_episode(episode)
        if not self._config.target_tau and self.crossed(self._config.target_every_steps):
            self._learner.copy_to_target()
        if self.crossed(LOG_EVERY_STEPS):
            self._write_row(epsilon)

    def crossed(self, every: int) -> bool:
        """Whether the last step of all games went past a multiple of so many agent steps; never for 0."""
        before = self.position.step - self._rollout.envs.num_envs
        return bool(every) and self.position.step // every != before // every

    def is_finished(self) -> bool:
        """Whether the steps or the episodes are done."""
        return self.progress() >= 1.0

    def progress(self) -> float:
        """Share of the run that is done, 0 to 1: of the steps or of the episodes, whichever end it first."""
        config, position = self._config, self.position
        shares = [position.step / config.steps] if config.steps else []
        shares += [position.episodes / config.episodes] if config.episodes else []
        return min(max(shares), 1.0)

    def evaluate(self) -> GreedyEvaluation | None:
        """Play the evaluation's episodes; None without an evaluator."""
        self.position.evaluated_step = self.position.step
        if self._evaluator is None:
            return None
        result = self._evaluator.evaluate(self._learner.q_values)
        if self._log is not None:
            self._log.evaluation(self.position.step, self.wall_time(), result)
            self.position.rows[2] += 1
        return result

    def wall_time(self) -> float:
        """Seconds of training over all sessions."""
        return self._wall_before + time.monotonic() - self._begun

    def _learn(self) -> None:
        """Begin the updates that are due: one for each ``update_every_steps`` since the warm-up.

        They run while the games play on, until the next ones are due, or somebody waits for them.
        """
        config, position = self._config, self.position
        due = max(0, position.step - config.warm_up_steps) // config.update_every_steps - position.updates
        if due <= 0:
            return
        end = min(config.learning_rate_end or config.learning_rate, config.learning_rate)  # it never rises
        fallen = min(position.step / config.learning_rate_steps, 1.0) if config.learning_rate_steps else self.progress()
        learning_rate = config.learning_rate + (end - config.learning_rate) * fallen
        self._learner.start([self._replay.sample(config.batch_size) for _ in range(due)], learning_rate)
        position.updates += due

    def _remember(self, played: Played) -> None:
        rewards = played.rewards * self._config.reward_scale
        self._replay.append(
            played.items, played.actions, rewards, played.terminated, played.truncated, played.last_items
        )

    def _note_episode(self, episode: TrainingEpisode) -> None:
        position = self.position
        position.episodes += 1
        if episode.from_start:
            self._recent_x.append(episode.x)
            self._recent_flags.append(int(episode.flag))
            position.recent_x, position.recent_flags = list(self._recent_x), list(self._recent_flags)
        if self._log is not None:
            self._log.episode(position.episodes, position.step, self.wall_time(), episode)
            position.rows[0] += 1

    def _write_row(self, epsilon: float) -> None:
        if self._log is None:
            return
        position, now = self.position, time.monotonic()
        self.check_loss()
        means = self._learner.take_means()
        self._last_loss = means["loss"] if position.updates else None
        speed = (position.step - self._row_step) / max(now - self._row_time, 1e-9)
        self._row_step, self._row_time = position.step, now
        self._log.learning(
            position.step,
            self.wall_time(),
            position.episodes,
            epsilon,
            position.updates,
            means,
            self.mean_x(),
            _mean(self._recent_flags) if len(self._recent_flags) == RECENT_EPISODES else math.nan,
            speed,
        )
        position.rows[1] += 1

    def check_loss(self) -> None:
        """RunError when what was learned is no number any more."""
        if not self._learner.is_finite():
            raise RunError(
                f"the loss is no number after {self.position.step:,} agent steps; go on from the last checkpoint with "
                "--resume and --override learning_rate=X, a smaller one"
            )

    def mean_x(self) -> float:
        """Mean x of the last episodes from the level's start, NaN before the first."""
        return _mean(self._recent_x)

    def summary(self) -> str:
        """A few figures for the progress line."""
        position = self.position
        text = f"{position.episodes:,} episodes"
        if self._recent_x:
            text += f", mean x {self.mean_x():,.0f}"
        text += f", ε {self._epsilon.at(position.step):.2f}"
        return text + (f", loss {self._last_loss:.3g}" if self._last_loss is not None else "")


def _mean(values: Collection[int]) -> float:
    """Their mean, NaN without any."""
    return sum(values) / len(values) if values else math.nan
