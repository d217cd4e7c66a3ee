"""Two agents in the same level, from the same start and seed, step by step.

Each plays the episode that an evaluation with these settings would have it play. Where the engine has save states, both
share one emulator, which goes back and forth between their two moments: a process can have only one stable-retro.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from core.agents.episode import Episode, EpisodeStart
from core.agents.players import PolicyPlayer
from core.agents.policy import Agent
from core.agents.protocol import environment_settings
from core.agents.recording import Recording
from core.config.evaluate import EvaluateConfig
from core.frame import Frame, Snapshot
from core.game.emulator import Emulator
from core.game.env.actions import FRAMES_PER_STEP
from core.game.env.mario_env import MarioEnv, area_of


@dataclass(frozen=True, slots=True)
class MatchStep:
    """What one agent made of one agent step.

    Attributes:
        frames: of the game in this step, oldest first; the last ones, where fewer were asked for.
        q_values: float32 (5,), from which the action was chosen; None before the first step.
        action: index into ``ACTIONS``; -1 before the first step.
        is_random: whether chance chose it.
        steps: agent steps so far.
        area: where x is measured; world, stage, and the address of the area's map.
        x, y: Mario's place after the step, pixels.
        progress: the greatest so far, 0 to 1, over the areas of the level in order.
        time: what the game's clock shows.
        reward: the paper's, of this step.
        total: the return so far.
        end: why the episode ended, as in ``Recording``; empty while it goes on.
        recording: the episode, once it has ended.
    """

    frames: tuple[Frame, ...]
    q_values: npt.NDArray[np.float32] | None
    action: int
    is_random: bool
    steps: int
    area: tuple[int, int, int]
    x: int
    y: int
    progress: float
    time: int
    reward: float
    total: float
    end: str
    recording: Recording | None


class Match:
    """Both episodes.

    Attributes:
        steps: the last one of each.
    """

    def __init__(
        self, emulators: Sequence[Emulator], agents: Sequence[Agent], config: EvaluateConfig, noops: int
    ) -> None:
        """Begin both episodes.

        Args:
            emulators: for each agent one, or twice the same one if it has save states.
            agents: the two.
            config: how they play, as in an evaluation; it names one level.
            noops: frames without buttons at the start.

        Raises:
            InputError: an unknown level, or an agent that needs exact labels on an engine without them.
        """
        is_shared = emulators[0] is emulators[1]
        start = EpisodeStart(0, noops, config.seed)
        self._sides = [
            _Side(emulator, is_shared, agent, config, start) for emulator, agent in zip(emulators, agents, strict=True)
        ]
        self.steps = [side.first() for side in self._sides]

    @property
    def is_over(self) -> bool:
        """Whether both episodes have ended."""
        return all(step.end for step in self.steps)

    def step(self, keep: int = FRAMES_PER_STEP) -> list[MatchStep | None]:
        """Play one agent step of each, None for whose episode had ended; turns have the last ``keep`` frames."""
        made = [None if step.end else side.step(keep) for side, step in zip(self._sides, self.steps, strict=True)]
        self.steps = [new or old for new, old in zip(made, self.steps, strict=True)]
        return made


class _Side:
    """One agent's episode, and its moment while the emulator is the other's."""

    def __init__(
        self, emulator: Emulator, is_shared: bool, agent: Agent, config: EvaluateConfig, start: EpisodeStart
    ) -> None:
        agent.check_engine(emulator)
        self._emulator, self._is_shared = emulator, is_shared
        self._seen = _SeenEmulator(emulator)
        env = MarioEnv(config.level, emulator=cast(Emulator, self._seen), **environment_settings(config))
        self._player = PolicyPlayer(agent, start.chance(), config.epsilon)
        self._episode = Episode(env, self._player, start)
        self._begun = env.snapshot.frame
        self._state = b""
        self._leave()

    def first(self) -> MatchStep:
        """The moment at which it begins."""
        return self._step((self._begun,), None)

    def step(self, keep: int) -> MatchStep:
        if self._is_shared:
            self._emulator.load_state(self._state)
        self._seen.frames.clear()
        self._episode.step()
        self._leave()
        return self._step(tuple(self._seen.frames[-keep:]), self._player.q_values)

    def _leave(self) -> None:
        self._area = area_of(self._emulator.memory())
        if self._is_shared:
            self._state = self._emulator.save_state()

    def _step(self, frames: tuple[Frame, ...], q_values: npt.NDArray[np.float32] | None) -> MatchStep:
        episode, info = self._episode, self._episode.info
        return MatchStep(
            frames=frames,
            q_values=q_values,
            action=episode.action,
            is_random=self._player.is_random,
            steps=episode.steps,
            area=self._area,
            x=info["x"],
            y=info["y"],
            progress=info["progress"],
            time=info["time"],
            reward=episode.reward,
            total=episode.total,
            end=episode.end,
            recording=episode.recording() if episode.end else None,
        )


class _SeenEmulator:
    """An emulator of which every frame is seen, not only the last one of a step.

    Attributes:
        frames: those played since the list was cleared.
    """

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self.frames: list[Frame] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._emulator, name)

    def step(self, buttons: int, frames: int = 1) -> Snapshot:
        """As in ``Emulator``, frame by frame."""
        for _ in range(frames):
            snapshot = self._emulator.step(buttons)
            self.frames.append(snapshot.frame)
        return snapshot
