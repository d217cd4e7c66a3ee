"""Who plays: the paper's random agent, one that runs right and jumps, or a trained agent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.agents.agent_choice import PLAYER_NAMES
from core.agents.policy import Agent
from core.errors import InputError
from core.frame import Snapshot
from core.game.emulator import RIGHT, A, B
from core.game.env.actions import ACTIONS, NO_ACTION
from core.game.rom import Rom

_RUN, _JUMP = ([action.buttons for action in ACTIONS].index(buttons) for buttons in (RIGHT | B, RIGHT | B | A))
_LONGEST_JUMP = 8  # agent steps that A is held; Mario rises for about 30 frames
_LONGEST_RUN = 4  # agent steps between two jumps


class Player(Protocol):
    """Chooses the action of each agent step."""

    def start_episode(self, snapshot: Snapshot) -> None:
        """Forget the episode before; this is the first frame of the next."""

    def observe(self, snapshot: Snapshot) -> None:
        """See the frame after an agent step."""

    def act(self) -> int:
        """Index into ``ACTIONS`` for the next agent step."""


class RandomPlayer:
    """Each of the five actions with the same chance at every step."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def start_episode(self, snapshot: Snapshot) -> None:
        """Nothing to forget."""

    def observe(self, snapshot: Snapshot) -> None:
        """It plays blind."""

    def act(self) -> int:
        """One of ``ACTIONS``."""
        return int(self._rng.integers(len(ACTIONS)))


class RightAndJumpPlayer:
    """Runs to the right and jumps again and again, holding each jump and each run for a random while."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._action, self._left = _RUN, 1

    def start_episode(self, snapshot: Snapshot) -> None:
        """Begin on the ground."""
        self._action, self._left = _RUN, 1

    def observe(self, snapshot: Snapshot) -> None:
        """It plays blind."""

    def act(self) -> int:
        """Right and B, with A during a jump."""
        if self._left == 0:
            self._action = _JUMP if self._action == _RUN else _RUN
            longest = _LONGEST_JUMP if self._action == _JUMP else _LONGEST_RUN
            self._left = int(self._rng.integers(1, longest + 1))
        self._left -= 1
        return self._action


class PolicyPlayer:
    """A trained agent, greedy but for a share of random actions.

    Attributes:
        q_values: of the last choice, float32 (5,).
        is_random: whether chance made it.
    """

    def __init__(self, agent: Agent, rng: np.random.Generator, epsilon: float) -> None:
        self._agent, self._rng, self._epsilon = agent, rng, epsilon
        self.q_values: npt.NDArray[np.float32] = np.zeros(len(ACTIONS), np.float32)
        self.is_random = False
        self._action = NO_ACTION

    def start_episode(self, snapshot: Snapshot) -> None:
        """Fill its stack with the first frame."""
        self._agent.reset(snapshot)

    def observe(self, snapshot: Snapshot) -> None:
        """Push the frame onto its stack."""
        self._agent.observe(snapshot, self._action)

    def act(self) -> int:
        """The action of the highest value, the first among equals, or a random one."""
        self.q_values = self._agent.q_values()
        self.is_random = bool(self._epsilon) and self._rng.random() < self._epsilon
        self._action = int(self._rng.integers(len(ACTIONS)) if self.is_random else self.q_values.argmax())
        return self._action


@dataclass(frozen=True, slots=True)
class PlayerSource:
    """Makes players of one kind.

    Attributes:
        name: one of ``PLAYER_NAMES``, or the run folder's name.
        agent: the trained agent, None for those that need no training.
    """

    name: str
    agent: Agent | None = None

    def make(self, rng: np.random.Generator, epsilon: float = 0.0) -> Player:
        """A player that draws its chance from ``rng``; epsilon is a trained agent's share of random actions."""
        if self.agent is not None:
            return PolicyPlayer(self.agent, rng, epsilon)
        return RandomPlayer(rng) if self.name == "random" else RightAndJumpPlayer(rng)


def open_player(
    who: str,
    *,
    flag: str,
    checkpoint: str = "",
    rom: Rom | None = None,
    labels: str | None = None,
    threads: int = 1,
    mapping: Path | None = None,
) -> PlayerSource:
    """The player of that name, or the trained agent of a run folder.

    Args:
        who: one of ``PLAYER_NAMES``, or a run folder.
        flag: where the user said so, for messages.
        checkpoint, rom, labels, threads, mapping: as in ``Agent.open``, for a run folder.

    Raises:
        InputError: it is neither, or the run's agent cannot be loaded.
    """
    if who in PLAYER_NAMES:
        if checkpoint:
            raise InputError(f"--checkpoint: {who} has none; it belongs to a run folder")
        if mapping is not None:
            raise InputError(f"--mapping: {who} looks at nothing; leave it out")
        return PlayerSource(who)
    if not Path(who).is_dir():
        raise InputError(f"{flag}: {who!r} is neither a run folder nor one of {', '.join(PLAYER_NAMES)}")
    agent = Agent.open(Path(who), checkpoint, rom, labels, threads, mapping)
    return PlayerSource(agent.name, agent)
