"""Keeps what the controller held since a level was entered or time jumped, whoever played: the episode so far."""

from __future__ import annotations

from array import array
from collections.abc import Callable

from core.agents.recording import Recording, Trajectory, pack_state, run_lengths
from core.frame import Memory
from core.game import memory as ram
from core.game.emulator import Emulator
from core.game.env.actions import FRAMES_PER_STEP
from core.game.level import Level

LEAST = 60  # frames, one second: shorter ones are not kept by themselves
_BELOW = 255  # pixels: y of one who fell


class InputRecorder:
    """Belongs to the game's thread.

    Attributes:
        keep: called with each episode that ended or was left.
        noops: frames at its beginning in which an agent waits.
    """

    def __init__(self) -> None:
        self.keep: Callable[[Recording], None] = lambda recording: None
        self.noops = 0
        self._level, self._engine = Level(1, 1), ""
        self._state = b""
        self._held = bytearray()
        self._places: tuple[array[int], array[int]] = (array("H"), array("H"))  # x and y of each frame
        self._players: dict[str, None] = {}
        self._total = self._start_total = 0.0
        self._end = ""

    def begin(self, emulator: Emulator, level: Level, *, at_start: bool, total: float = 0.0) -> None:
        """Play goes on from another moment: the level's start, or one that only a save state can tell.

        ``total`` is the return up to there.
        """
        if not self._end and len(self._held) >= LEAST:
            self.keep(self.recording())
        self._level, self._engine = level, emulator.name
        self._state = b"" if at_start else emulator.save_state()
        self._held.clear()
        self._places = (array("H"), array("H"))
        self._players.clear()
        self.noops, self._total, self._end = 0, total, ""
        self._start_total = total
        self._place(emulator.memory())

    def record(self, buttons: int, memory: Memory, player: str, total: float) -> None:
        """A frame was played.

        Args:
            buttons: what the controller held.
            memory: after it.
            player: who held it, for people.
            total: the return so far.
        """
        if self._end:
            return  # what comes after an end belongs to no episode
        self._held.append(buttons)
        self._place(memory)
        self._players[player] = None
        self._total = total
        self._end = _end(memory)
        if self._end:
            self.keep(self.recording())

    def back(self, frames: int, emulator: Emulator, level: Level, total: float) -> None:
        """So many frames were taken back, to one of that level; the return is what it was then."""
        if frames > len(self._held) or self._end:
            self._end = "left"  # nothing is kept: the play goes on
            self.begin(emulator, level, at_start=False, total=total)
            return
        del self._held[-frames:]
        for places in self._places:
            del places[-frames:]
        self._total = total

    def recording(self) -> Recording:
        """The episode so far."""
        path = Trajectory()
        for x, y in list(zip(*self._places, strict=True))[self.noops :: FRAMES_PER_STEP]:
            path.add(x, y)
        return Recording(
            number=0,
            level=str(self._level),
            engine=self._engine,
            seed=0,
            noops=self.noops,
            steps=max(len(self._held) - self.noops, 0) // FRAMES_PER_STEP,
            x=self._places[0][-1],
            total=self._total,
            end=self._end,
            trajectory=path.digest(),
            actions="",
            buttons=run_lengths(self._held),
            player=" and ".join(self._players),
            start=pack_state(self._state) if self._state else "",
            start_total=self._start_total,
            path=tuple(path.path),
        )

    def _place(self, memory: Memory) -> None:
        variables = ram.read_variables(memory)
        for places, value in zip(self._places, (variables.x, variables.y), strict=True):
            places.append(value)


def _end(memory: Memory) -> str:
    """Why an episode is over; empty when it is not."""
    if ram.has_reached_goal(memory):
        return "flag"
    if not ram.is_dead(memory):
        return ""
    variables = ram.read_variables(memory)
    if variables.y > _BELOW:
        return "fell"
    return "time" if variables.time == 0 else "killed"
