"""Episodes that can be played again: what the controller held at every frame, and what came of it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Self

from core.errors import InputError
from core.frame import Snapshot
from core.game.actions import FRAMES_PER_STEP
from core.game.emulator import Emulator
from core.game.level import Level

_POSITION = struct.Struct("<II")


@dataclass(frozen=True, slots=True)
class Recording:
    """One episode.

    Attributes:
        number: place in its evaluation, from 0.
        level: "1-1".
        engine: emulator that it was played on.
        seed: of the game's sticky actions and of the player's own chance.
        noops: frames without buttons before the first agent step.
        steps: agent steps.
        x: position of Mario at the end, pixels.
        total: the return, an undiscounted sum of the paper's rewards.
        end: why it ended: "flag", "fell", "time", "killed" or "stalled".
        trajectory: digest of Mario's path; equal for episodes in which he was at the same places after every step.
        actions: what the player chose, one digit an agent step.
        buttons: what the controller held: raw byte and for how many frames, no-ops included.
    """

    number: int
    level: str
    engine: str
    seed: int
    noops: int
    steps: int
    x: int
    total: float
    end: str
    trajectory: str
    actions: str
    buttons: tuple[tuple[int, int], ...]

    def summary(self) -> dict[str, Any]:
        """Everything but the actions and buttons, plain values; the return under its usual name."""
        values = self.to_json()
        del values["actions"], values["buttons"]
        return values

    def to_json(self) -> dict[str, Any]:
        """Plain values, for ``from_json``."""
        values = dataclasses.asdict(self)
        values["return"] = values.pop("total")
        return values

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Read ``to_json``'s dict; ValueError, KeyError or TypeError on another."""
        buttons = tuple((int(held), int(frames)) for held, frames in values["buttons"])
        if any(not 0 <= held <= 255 or frames < 1 for held, frames in buttons):
            raise ValueError("buttons are bytes, each held for a frame or more")
        values = {**values, "buttons": buttons, "total": values["return"]}
        del values["return"]
        return cls(**values)


def replay_episode(recording: Recording, emulator: Emulator) -> Iterator[Snapshot]:
    """Play a recorded episode again, frame by frame: the level's start, then a snapshot for each frame held.

    On the engine of the recording it is the same episode. InputError on another: the engines' frames are the same, but
    their first controllable one is not.
    """
    if emulator.name != recording.engine:
        raise InputError(f"--engine: this episode was played on {recording.engine}, not on {emulator.name}")
    yield emulator.enter(Level.parse(recording.level))
    for buttons, frames in recording.buttons:
        for _ in range(frames):
            yield emulator.step(buttons)


def is_decision(frame: int, recording: Recording) -> bool:
    """Whether the player saw this frame of ``replay_episode``, counted from 0: after the no-ops, then every fourth."""
    return frame >= recording.noops and (frame - recording.noops) % FRAMES_PER_STEP == 0


class Trajectory:
    """Digest of Mario's path."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=8)

    def add(self, x: int, y: int) -> None:
        """Note where Mario is at the beginning, and after each agent step, pixels."""
        self._hash.update(_POSITION.pack(x, y))

    def digest(self) -> str:
        """16 hexadecimal digits."""
        return self._hash.hexdigest()


def run_lengths(held: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Buttons of each frame as pairs of buttons and frames."""
    return tuple((buttons, len(list(group))) for buttons, group in groupby(held))


def read_recordings(path: Path) -> list[Recording]:
    """The episodes of an ``episodes.jsonl``; InputError naming the file and line when something else is there."""
    recordings = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: the file cannot be read ({error}); episodes of an evaluation were expected"
        ) from None
    for number, line in enumerate(lines, 1):
        try:
            recordings.append(Recording.from_json(json.loads(line)))
        except (ValueError, KeyError, TypeError):
            raise InputError(f"{path}: line {number} is no episode of an evaluation") from None
    return recordings
