"""Made-up play for tests of replay, and the transitions that it gives, worked out in the plainest way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.ddqn.replay_buffer import ReplayBuffer

ITEM_SHAPE = (2,)  # each frame is a number of its own, in two bytes
Stack = tuple[int, int, int, int]


class Expected(NamedTuple):
    """A transition; frames are numbers."""

    s_tm1: Stack
    a_tm1: int
    r_t: float
    discount_t: float
    s_t: Stack
    a_tm2: int
    last_a_t: int


@dataclass
class Episode:
    """``frames`` has one more than ``actions`` once it has ended; ``end`` is then "terminated" or "truncated"."""

    frames: list[int] = field(default_factory=list)
    actions: list[int] = field(default_factory=list)
    rewards: list[float] = field(default_factory=list)
    end: str = ""


class Play:
    """Random episodes in several environments, kept whole and given to a replay step by step."""

    def __init__(self, rows: int, seed: int, end_chance: float = 0.1) -> None:
        self.rng = np.random.default_rng(seed)
        self.end_chance = end_chance
        self.logs = [[Episode()] for _ in range(rows)]
        self.frames = 0

    def step(self, replay: ReplayBuffer) -> None:
        """One step of every environment, each with its own chance to end."""
        rows = len(self.logs)
        chances = self.end_chance * (1 + np.arange(rows))
        terminated, truncated = self.rng.random((2, rows)) < chances / 2
        actions, rewards = self.rng.integers(0, 5, rows), self.rng.normal(0, 10, rows).astype(np.float32)
        frames = self._new_frames()
        last_frames = self._new_frames() if (terminated | truncated).any() else None
        for row, log in enumerate(self.logs):
            episode = log[-1]
            episode.frames.append(frames[row])
            episode.actions.append(int(actions[row]))
            episode.rewards.append(float(rewards[row]))
            if last_frames and (terminated[row] or truncated[row]):
                episode.frames.append(last_frames[row])
                episode.end = "terminated" if terminated[row] else "truncated"
                log.append(Episode())
        last_items = None if last_frames is None else to_items(last_frames)
        replay.append(to_items(frames), actions, rewards, terminated, truncated, last_items)

    def _new_frames(self) -> list[int]:
        self.frames += len(self.logs)
        return list(range(self.frames - len(self.logs), self.frames))

    def expected(self, size: int, n_step: int, gamma: float) -> dict[int, Expected]:
        """Every transition that rings of ``size`` can still give, by the number of the frame acted on."""
        found: dict[int, Expected] = {}
        for log in self.logs:
            written = sum(len(episode.frames) for episode in log)
            before = 0
            for episode in log:
                for t in range(len(episode.actions)):
                    is_there = before + max(0, t - 3) >= written - size
                    if is_there and (episode.end or t + n_step < len(episode.frames)):
                        found[episode.frames[t]] = _transition(episode, t, n_step, gamma)
                before += len(episode.frames)
        return found


def _transition(episode: Episode, t: int, n_step: int, gamma: float) -> Expected:
    rewards = episode.rewards[t : t + n_step]
    steps = len(rewards)
    ended = episode.end == "terminated" and t + steps == len(episode.actions)
    return Expected(
        _stack(episode, t),
        episode.actions[t],
        sum(gamma**i * reward for i, reward in enumerate(rewards)),
        0.0 if ended else gamma**steps,
        _stack(episode, t + steps),
        episode.actions[t - 1] if t else 0,
        episode.actions[t + steps - 1],
    )


def _stack(episode: Episode, t: int) -> Stack:
    first, second, third, fourth = (episode.frames[max(0, i)] for i in range(t - 3, t + 1))
    return first, second, third, fourth


def to_items(frames: list[int]) -> npt.NDArray[np.uint8]:
    """Frames' numbers as frames, uint8 (N, 2)."""
    return np.array(frames, "<u2").view(np.uint8).reshape(-1, 2)


def to_frames(items: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint16]:
    """And back, uint16 (…), from uint8 (…, 2)."""
    return items.copy().view("<u2")[..., 0]
