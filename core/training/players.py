"""Players that need no training: the paper's random agent, and one that runs right and jumps."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from core.errors import InputError
from core.game.actions import ACTIONS
from core.game.emulator import RIGHT, A, B

PLAYER_NAMES = ("random", "right-and-jump")
_LONGEST_JUMP = 8  # agent steps that A is held; Mario rises for about 30 frames
_LONGEST_RUN = 4  # agent steps between two jumps


class Player(Protocol):
    """Chooses the buttons of each agent step."""

    def start_episode(self) -> None:
        """Forget the episode before."""

    def act(self) -> int:
        """Buttons (raw controller byte) to hold for the next agent step."""


class RandomPlayer:
    """Each of the five actions with the same chance at every step."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def start_episode(self) -> None:
        """Nothing to forget."""

    def act(self) -> int:
        """One of ``ACTIONS``."""
        return ACTIONS[int(self._rng.integers(len(ACTIONS)))].buttons


class RightAndJumpPlayer:
    """Runs to the right and jumps again and again, holding each jump and each run for a random while."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self.start_episode()

    def start_episode(self) -> None:
        """Begin on the ground."""
        self._buttons, self._left = RIGHT | B, 1

    def act(self) -> int:
        """Right and B, with A during a jump."""
        if self._left == 0:
            jumps = not self._buttons & A
            self._buttons = RIGHT | B | (A if jumps else 0)
            self._left = int(self._rng.integers(1, (_LONGEST_JUMP if jumps else _LONGEST_RUN) + 1))
        self._left -= 1
        return self._buttons


def make_player(name: str, rng: np.random.Generator) -> Player:
    """The player of that name; InputError on another."""
    if name == "random":
        return RandomPlayer(rng)
    if name == "right-and-jump":
        return RightAndJumpPlayer(rng)
    raise InputError(f"--agent: {name!r} cannot play here; choose one of {', '.join(PLAYER_NAMES)}")
