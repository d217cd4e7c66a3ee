"""The way back: rewind and frame back, bounded in memory.

A compressed save state every few frames and the inputs between them are enough, because the emulator is exact: a frame
in between is reached by loading the state before it and playing its inputs again.
"""

from __future__ import annotations

import zlib
from collections import deque
from dataclasses import dataclass, field

from core.frame import Snapshot
from core.game.emulator import Emulator

INTERVAL = 8  # frames between states: 1 ms of compressing in eight frames, at most 7 frames to play again
SECONDS = 120
LIMIT = SECONDS * 60  # frames; about 5 MB of states


@dataclass(slots=True)
class _Stretch:
    state: bytes
    inputs: bytearray = field(default_factory=bytearray)


class RewindBuffer:
    """What led to the present frame of one emulator with save states."""

    def __init__(self, emulator: Emulator, limit: int = LIMIT) -> None:
        self._emulator = emulator
        self._limit = limit
        self._stretches: deque[_Stretch] = deque()
        self.position = 0  # steps and jumps made, less those taken back

    @property
    def frames(self) -> int:
        """How many frames it can go back, jumps not counted."""
        return sum(len(stretch.inputs) for stretch in self._stretches)

    @property
    def memory(self) -> int:
        """Bytes held in states and inputs."""
        return sum(len(stretch.state) + len(stretch.inputs) for stretch in self._stretches)

    def jump(self) -> None:
        """The emulator jumped (a level entered, a slot loaded): going back crosses the jump to the frame before it."""
        self.position += 1
        self._mark()

    def record(self, buttons: int) -> None:
        """The emulator made one step with these buttons."""
        self.position += 1
        self._stretches[-1].inputs.append(buttons)
        if len(self._stretches[-1].inputs) >= INTERVAL:
            self._mark()

    def _mark(self) -> None:
        self._stretches.append(_Stretch(zlib.compress(self._emulator.save_state(), 1)))
        while len(self._stretches) > self._limit // INTERVAL:
            self._stretches.popleft()

    def back(self, frames: int = 1) -> Snapshot | None:
        """Go back; the snapshot of the frame reached, or None at the oldest one."""
        before = self.position
        for _ in range(frames):
            if not self._forget_one():
                break
            self.position -= 1
        return self._replay() if self.position < before else None

    def _forget_one(self) -> bool:
        last = self._stretches[-1]
        if not last.inputs:
            if len(self._stretches) == 1:
                return False
            self._stretches.pop()
            last = self._stretches[-1]
            if len(last.inputs) < INTERVAL:  # the stretch was cut short by a jump; its last frame is where to go
                return True
        last.inputs.pop()
        return True

    def _replay(self) -> Snapshot:
        last = self._stretches[-1]
        snapshot = self._emulator.load_state(zlib.decompress(last.state))
        for buttons in last.inputs:
            snapshot = self._emulator.step(buttons)
        return snapshot
