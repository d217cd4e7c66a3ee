"""One episode of a player in an environment, step by step: the same for evaluations and for matches."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.agents.players import Player
from core.agents.recording import Recording, Trajectory, pack_state, run_lengths
from core.game.env.mario_env import MarioEnv

_FELL = 255  # pixels: below the frame


@dataclass(frozen=True, slots=True)
class EpisodeStart:
    """How an episode begins.

    Attributes:
        number: place in the evaluation, from 0.
        noops: frames without buttons.
        seed: of the sticky actions and the player's chance.
        level: "1-1"; empty for the environment's own.
        state: the save state that it begins with, compressed by zlib; empty for the level's start.
    """

    number: int
    noops: int
    seed: int
    level: str = ""
    state: bytes = b""

    def chance(self) -> np.random.Generator:
        """What the player draws from: a stream of its own, for the environment is seeded with the same number."""
        return np.random.default_rng([self.seed, 1])


class Episode:
    """An episode under way.

    Attributes:
        info: the environment's, of the last step.
        action: index into ``ACTIONS`` of the last step; -1 before the first.
        reward: of the last step.
        total: the return so far.
        steps: agent steps so far.
        end: why it ended: "flag", "fell", "time", "killed", "stalled" or "limit"; empty while it goes on.
    """

    def __init__(self, env: MarioEnv, player: Player, start: EpisodeStart, limit_steps: int = 0) -> None:
        """Begin.

        Args:
            env: where; its sticky actions and limit are used, its no-ops and level are the start's.
            player: who.
            start: how it begins.
            limit_steps: after how many agent steps it ends in any case; 0 for no limit.
        """
        self._env, self._player, self._start, self._limit = env, player, start, limit_steps
        self.info: dict[str, Any]
        options: dict[str, Any] = {"noops": start.noops} | ({"level": start.level} if start.level else {})
        self._state = zlib.decompress(start.state) if start.state else b""
        if self._state:
            options["state"] = self._state
        _, self.info = env.reset(seed=start.seed, options=options)
        self._begun_at = float(self.info["progress"])
        player.start_episode(env.snapshot)
        self._trajectory = Trajectory()
        self._trajectory.add(self.info["x"], self.info["y"])
        self._held, self._actions = list(env.held), ""
        self._noops = len(env.held)  # none where those of the start would have killed
        self.reward = self.total = 0.0
        self.action = -1
        self.end = ""

    @property
    def steps(self) -> int:
        """Agent steps so far."""
        return len(self._actions)

    def step(self) -> None:
        """Play one agent step."""
        self.action = self._player.act()
        _, self.reward, terminated, truncated, self.info = self._env.step(self.action)
        self._player.observe(self._env.snapshot)
        self._trajectory.add(self.info["x"], self.info["y"])
        self._held += self._env.held
        self._actions += str(self.action)
        self.total += self.reward
        if terminated or truncated:
            self.end = _end(self.info)
        elif self.steps == self._limit:
            self.end = "limit"

    def recording(self) -> Recording:
        """What was played so far."""
        return Recording(
            number=self._start.number,
            level=str(self._env.level),
            engine=self._env.emulator.name,
            seed=self._start.seed,
            noops=self._noops,
            steps=self.steps,
            x=self.info["x"],
            total=self.total,
            end=self.end,
            trajectory=self._trajectory.digest(),
            actions=self._actions,
            buttons=run_lengths(self._held),
            path=tuple(self._trajectory.path),
            progress=self.info["progress"],
            start=pack_state(self._state) if self._state else "",
            start_progress=self._begun_at if self._state else 0.0,
        )


def play_episode(env: MarioEnv, player: Player, start: EpisodeStart, limit_steps: int = 0) -> Recording:
    """Play one episode to its end; the arguments are those of ``Episode``."""
    episode = Episode(env, player, start, limit_steps)
    while not episode.end:
        episode.step()
    return episode.recording()


def _end(info: dict[str, Any]) -> str:
    """Why an episode ended, from its last step's info."""
    if info["flag"]:
        return "flag"
    if not info["dead"]:
        return "stalled"
    if info["y"] > _FELL:
        return "fell"
    return "time" if info["time"] == 0 else "killed"
