"""Playing for a training: several games side by side, what the agent sees of them, and the episodes they end."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.agents.encoder import FeatureEncoder
from core.agents.environment import make_agent_env
from core.agents.frame_stack import FrameStack
from core.config.ddqn import DdqnConfig
from core.ddqn.exploration import Explorer
from core.game.env.actions import NO_ACTION
from core.game.env.reward import REWARD_PARTS, RewardRule
from core.game.env.vector_env import VectorMarioEnv
from core.game.level import parse_levels

Pictures = npt.NDArray[np.uint8]
QValues = Callable[[Pictures, npt.NDArray[np.int32]], npt.NDArray[np.float32]]
"""Stacks uint8 (N, 4, *item_shape) and last actions int32 (N,) to Q-values float32 (N, actions)."""


@dataclass(slots=True)
class TrainingEpisode:
    """An episode that ended, or one under way.

    Attributes:
        environment: which game played it.
        level: world and stage, "1-1".
        from_start: whether it began where the level begins.
        start_x, x: where it began and ended, pixels.
        progress: the greatest, 0 to 1 (``core.game.route``).
        length: agent steps.
        flag, dead: why it ended; neither when it was stuck.
        parts: sum of each part of the reward, before scaling.
    """

    environment: int = 0
    level: str = ""
    from_start: bool = True
    start_x: int = 0
    x: int = 0
    progress: float = 0.0
    length: int = 0
    flag: bool = False
    dead: bool = False
    parts: dict[str, float] = field(default_factory=lambda: dict.fromkeys(REWARD_PARTS, 0.0))

    @property
    def total(self) -> float:
        """The return, undiscounted: of the run's own reward, in its evaluations of the paper's."""
        return sum(self.parts.values())


@dataclass(frozen=True, slots=True)
class Played:
    """What one step of all games gave; arrays have a row each game.

    Attributes:
        items: what the agent saw newest when it acted, uint8 (E, *item_shape).
        actions: int64 (E,).
        rewards: float64 (E,), before scaling.
        terminated, truncated: bool (E,).
        last_items: uint8 (E, *item_shape), the frame after the step; meant where the episode ended.
        episodes: those that ended.
    """

    items: Pictures
    actions: npt.NDArray[np.int64]
    rewards: npt.NDArray[np.float64]
    terminated: npt.NDArray[np.bool_]
    truncated: npt.NDArray[np.bool_]
    last_items: Pictures
    episodes: list[TrainingEpisode]


class Rollout:
    """Several games, played with epsilon-greedy actions.

    Attributes:
        envs: the games.
        stack: what the agent sees of each.
        item_shape: of one frame as the agent keeps it.
    """

    def __init__(
        self, envs: VectorMarioEnv, encoder: FeatureEncoder | None, rng: np.random.Generator, repeat: float = 0.0
    ) -> None:
        """Join games and eyes.

        Args:
            envs: of ``make_agent_env``.
            encoder: makes features of colour pictures, for fcn agents.
            rng: draws the random actions.
            repeat: exponent of how long they are held, as in ``Explorer``.
        """
        self.envs = envs
        self._encoder = encoder
        self._rng = rng
        actions = int(envs.single_action_space.n)  # type: ignore[attr-defined]
        self._explorer = Explorer(envs.num_envs, actions, repeat, rng)
        shape = envs.single_observation_space.shape
        assert shape is not None
        self.item_shape: tuple[int, ...] = shape if encoder is None else encoder.item_shape
        self.stack = FrameStack(envs.num_envs, self.item_shape)
        self._running = [TrainingEpisode(environment=i) for i in range(envs.num_envs)]
        self._items: Pictures = np.zeros((envs.num_envs, *self.item_shape), np.uint8)
        self._actions = np.zeros(envs.num_envs, np.int64)

    def reset(self, seed: int | Sequence[int]) -> None:
        """Start an episode everywhere; game i has the seed plus i, or its own of several."""
        pictures, _ = self.envs.reset(seed=seed)
        self._running = [TrainingEpisode(environment=i) for i in range(self.envs.num_envs)]
        self._items = self._encode(pictures)
        for index, item in enumerate(self._items):
            self.stack.reset(index, item)

    def choose(self, q_values: QValues, epsilon: float) -> npt.NDArray[np.int64]:
        """Epsilon-greedy actions (E,); the network is not asked when all of them are random."""
        stack = self.stack
        return self._explorer.choose(lambda: q_values(stack.stacks, stack.last_actions).argmax(axis=-1), epsilon)

    def begin(self, actions: npt.NDArray[np.int64]) -> None:
        """Let the games play a step; they do so while the caller learns."""
        self._actions = actions
        self.envs.step_async(actions)

    def finish(self) -> Played:
        """Wait for the step and look at it."""
        pictures, rewards, terminated, truncated, infos = self.envs.step_wait()
        ended = np.flatnonzero(terminated | truncated)
        final = infos["final_obs"][ended] if len(ended) else pictures[:0]
        encoded = self._encode(np.concatenate([pictures, final]) if len(ended) else pictures)
        items, seen = encoded[: len(pictures)], self._items
        last_items = items.copy() if len(ended) else items
        last_items[ended] = encoded[len(pictures) :]
        self.stack.push(items, self._actions)
        for index in ended:
            self.stack.reset(int(index), items[index])
            self._explorer.end_episode(int(index))
        self._items = items
        episodes = self._note(infos, ended)
        return Played(seen, self._actions, rewards, terminated, truncated, last_items, episodes)

    def _encode(self, pictures: Pictures) -> Pictures:
        """Items of pictures; copies, for the games write into the pictures' memory."""
        return pictures.copy() if self._encoder is None else self._encoder.encode(pictures)

    def _note(self, infos: Mapping[str, Any], ended: npt.NDArray[np.intp]) -> list[TrainingEpisode]:
        """Add the step to the episodes under way; those that ended."""
        for index, episode in enumerate(self._running):
            for part in REWARD_PARTS:
                episode.parts[part] += float(infos["reward_parts"][part][index])
        episodes = []
        for index in ended:
            episode = self._running[index]
            episode.level = f"{infos['world'][index]}-{infos['stage'][index]}"
            episode.x, episode.length = int(infos["x"][index]), int(infos["steps"][index])
            episode.progress = float(infos["progress"][index])
            episode.start_x, episode.from_start = int(infos["start_x"][index]), bool(infos["from_start"][index])
            episode.flag, episode.dead = bool(infos["flag"][index]), bool(infos["dead"][index])
            episodes.append(episode)
            self._running[index] = TrainingEpisode(environment=int(index))
        return episodes

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What the agent sees, and the games' states, for ``restore``."""
        saved = self.envs.save()
        stacks, last_actions = self.stack.state()
        return {
            "stack": stacks,
            "last_actions": last_actions,
            "items": self._items,
            "held": np.stack([self._explorer.held, self._explorer.left]),
            **{f"game/{index:03d}": np.frombuffer(state, np.uint8) for index, state in enumerate(saved)},
        }

    def state(self) -> dict[str, Any]:
        """Counters and the random generator, plain values."""
        return {
            "episodes": [episode.parts for episode in self._running],
            "random": json.dumps(self._rng.bit_generator.state),
        }

    def restore(self, arrays: Mapping[str, npt.NDArray[Any]], state: Mapping[str, Any]) -> None:
        """Go back to a saved moment; InputError when the games cannot."""
        names = [f"game/{index:03d}" for index in range(self.envs.num_envs)]
        self.envs.restore([arrays[name].tobytes() for name in names])
        none = np.full(self.envs.num_envs, NO_ACTION, np.int32)  # before agents could see their last action
        self.stack.restore(arrays["stack"], arrays.get("last_actions", none))
        self._items = np.array(arrays["items"])
        self._explorer.held, self._explorer.left = np.array(arrays["held"])
        for episode, parts in zip(self._running, state["episodes"], strict=True):
            episode.parts = dict(parts)
        self._rng.bit_generator.state = json.loads(state["random"])

    def close(self) -> None:
        """Stop the games."""
        self.envs.close()


def reward_rule(config: DdqnConfig) -> RewardRule:
    """The reward of a run."""
    return RewardRule(
        death=config.reward_death,
        clock=config.reward_clock,
        progress=config.reward_progress,
        pixel=config.reward_pixel,
        score=config.reward_score,
        goal=config.reward_goal,
        stall=config.reward_stall,
        by_frame=config.reward_progress_by == "frame",
    )


def make_games(
    config: DdqnConfig,
    count: int,
    *,
    engine: str = "auto",
    rom: Path | None = None,
    starts: Path | None = None,
    **changes: Any,
) -> VectorMarioEnv:
    """The games of a run.

    Args:
        config: the run's settings.
        count: how many, a process each.
        engine, rom: as in ``make_emulator``.
        starts: file of places along the level; None to begin at its start only.
        changes: settings of ``make_agent_env`` that differ from the run's (its evaluation's).
    """
    settings: dict[str, Any] = {
        "observation": config.observation,
        "labels": config.labels,
        "levels": tuple(str(level) for level in parse_levels(config.level)),
        "rom": rom,
        "engine": engine,
        "sticky": config.sticky,
        "max_noops": config.max_noops,
        "stall_limit_steps": config.training_stall_steps or None,
        "stall_terminates": config.stall == "terminate",
        "reward": reward_rule(config),
        "starts": starts,
        "start_share": config.start_share if starts else 0.0,
    }
    return VectorMarioEnv(partial(make_agent_env, **(settings | changes)), count)
