"""Who may hold the controller: a person, the random agent, a saved agent. It can change at any frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from core.config.evaluate import EvaluateConfig
from core.frame import Memory, Snapshot
from gui.game.agent_player import AgentPlayer
from gui.game.episode_counter import EpisodeCounter
from gui.game.random_player import RandomButtons

Player = Literal["person", "random", "agent"]


class Players:
    """Belongs to the game's thread; outlives the game when another engine or ROM is taken.

    Attributes:
        player: who holds the controller.
        random: the random agent.
        agent_player: the saved agent, which watches while others play; None without one.
        episodes: counts what an agent plays.
    """

    def __init__(self, sample: Callable[[], int]) -> None:
        """``sample`` gives the controller byte of the keys that a person holds."""
        self.player: Player = "person"
        self.random = RandomButtons(0)
        self.agent_player: AgentPlayer | None = None
        self.episodes = EpisodeCounter()
        self._sample = sample
        self._starts = np.random.default_rng(0)
        self._idle_frames = 0

    @property
    def name(self) -> str:
        """Who holds the controller, for people: a saved agent by its name and checkpoint."""
        if self.player == "agent" and self.agent_player is not None:
            return self.agent_player.name
        return "random agent" if self.player == "random" else "you"

    def seed(self, seed: int) -> None:
        """Let chance begin anew: the random agent's, and that of the starts of episodes."""
        self.random = RandomButtons(seed)
        self._starts = np.random.default_rng(seed)

    def choose(self, player: Player) -> None:
        """Hand the controller over."""
        if player not in ("person", self.player):
            self.episodes.forget()
        self.player = player

    def set_agent(self, agent_player: AgentPlayer | None) -> None:
        """Let another saved agent watch, and play if the one before did; without one the person plays."""
        if agent_player is not self.agent_player:
            self.agent_player = agent_player
            self.episodes.forget()
        if agent_player is None and self.player == "agent":
            self.player = "person"

    def jump(self) -> None:
        """Play goes on from another moment: steps begin here, and what was seen before does not count."""
        self._idle_frames = 0
        self.random.restart_step()
        if self.agent_player is not None:
            self.agent_player.jump()
        self.episodes.begin(is_start=False)

    def begin_episode(self) -> int:
        """The level has started again for an agent: wait 0 to 30 frames as evaluation does, so that episodes differ.

        Returns:
            How many.
        """
        self._idle_frames = int(self._starts.integers(EvaluateConfig().max_noops + 1))
        return self._idle_frames

    def settle(self, snapshot: Snapshot) -> None:
        """Have the saved agent look at this frame if time has jumped; AgentError when it cannot."""
        if self.agent_player is not None:
            self.agent_player.settle(snapshot)

    def next_buttons(self) -> int:
        """The controller byte for the next frame."""
        if self.player != "person" and self._idle_frames:
            return 0
        if self.player == "agent" and self.agent_player is not None:
            return self.agent_player.buttons
        return self.random.next_buttons() if self.player == "random" else self._sample()

    def watch(self, snapshot: Snapshot, memory: Memory, buttons: int) -> bool:
        """One frame was played with these buttons; True when the level shall start again.

        AgentError when the saved agent cannot go on.
        """
        if self.agent_player is not None:
            self.agent_player.watch(snapshot, buttons)
        if self._idle_frames:
            self._wait_one()
        if self.player != "person":
            return self.episodes.watch(memory)
        self.episodes.spoil()
        return False

    def _wait_one(self) -> None:
        self._idle_frames -= 1
        if not self._idle_frames and self.agent_player is not None:
            self.agent_player.jump()  # its episode begins with the next frame
