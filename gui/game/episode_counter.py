"""Counts the episodes that an agent plays in the window, and says when the level shall start again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from core.frame import Memory
from core.game import memory as ram

PAUSE = 60  # frames, one second, between an episode's end and the next one's start: time to see what happened
End = Literal["", "died", "flag"]


@dataclass(frozen=True, slots=True)
class EpisodeTotals:
    """Episodes played from the level's start to their end by one agent alone.

    Attributes:
        count: how many.
        flags: how many of them reached the goal.
        last_x, best_x, sum_x: position at the end, pixels; of the last one, the best one, all together.
        end: how the one shown now has ended, "" while it goes on.
        is_whole: whether the one shown now will count: nobody else played in it, no moment was gone back to.
    """

    count: int = 0
    flags: int = 0
    last_x: int = 0
    best_x: int = 0
    sum_x: int = 0
    end: End = ""
    is_whole: bool = False


class EpisodeCounter:
    """Follows the game frame by frame.

    Attributes:
        restarts: whether the level starts again after an end.
        totals: what was counted.
    """

    def __init__(self) -> None:
        self.restarts = True
        self.totals = EpisodeTotals()
        self._frames_since = 0

    def forget(self) -> None:
        """Somebody else plays, or another level: count from nothing."""
        self.totals = EpisodeTotals(end=self.totals.end)

    def begin(self, is_start: bool) -> None:
        """Play goes on from another moment; only one that began at a level's start counts."""
        self.totals = replace(self.totals, end="", is_whole=is_start)
        self._frames_since = 0

    def spoil(self) -> None:
        """Somebody else has played a frame of this episode."""
        if self.totals.is_whole:
            self.totals = replace(self.totals, is_whole=False)

    def watch(self, memory: Memory) -> bool:
        """The agent has played a frame; True when the level shall start again."""
        if not self.totals.end:
            self._look_for_end(memory)
            return False
        self._frames_since += 1
        return self.restarts and self._frames_since >= PAUSE

    def _look_for_end(self, memory: Memory) -> None:
        flag = ram.has_reached_goal(memory)
        if not flag and not ram.is_dead(memory):
            return
        before = replace(self.totals, end="flag" if flag else "died")
        if before.is_whole:
            x = ram.player_x(memory)
            before = replace(
                before,
                count=before.count + 1,
                flags=before.flags + flag,
                last_x=x,
                best_x=max(before.best_x, x),
                sum_x=before.sum_x + x,
            )
        self.totals = before
