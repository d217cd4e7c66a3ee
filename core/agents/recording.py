"""Episodes that can be played again: what the controller held at every frame, and what came of it."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hashlib
import json
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Self

from core.errors import InputError
from core.files import write_bytes
from core.frame import Snapshot
from core.game.emulator import Emulator
from core.game.env.actions import ACTIONS, FRAMES_PER_STEP, nearest_action
from core.game.level import Level
from core.runs.json_files import DIGITS, TEXT, Rule, check_fields, number, whole

_POSITION = struct.Struct("<II")


def _is_pair(first: Any = None, second: Any = None, *more: Any) -> bool:
    """By hand, for an evaluation has a hundred thousand of them."""
    return type(first) is int and type(second) is int and not more and 0 <= first <= 10**7 and 0 <= second <= 10**7


_COUNT = whole(0, 2**31 - 1)
_PAIRS = Rule(
    "a list of pairs of whole numbers up to 10,000,000",
    lambda value: isinstance(value, list) and all(isinstance(pair, list) and _is_pair(*pair) for pair in value),
)
_FIELDS = {
    "number": _COUNT,
    "level": TEXT,
    "engine": TEXT,
    "seed": whole(0, 2**128 - 1),
    "noops": _COUNT,
    "steps": _COUNT,
    "x": _COUNT,
    "return": number(),
    "end": TEXT,
    "trajectory": TEXT,
    "actions": DIGITS,
    "buttons": _PAIRS,
}
_LATER = {  # fields that a line may lack
    "player": TEXT,
    "start": TEXT,
    "start_total": number(),
    "path": _PAIRS,
    "progress": number(0, 1),
    "start_progress": number(0, 1),
}
_NOT_SUMMED = ("actions", "buttons", "player", "start", "start_total", "path")
_LARGEST_STATE = 1 << 20  # bytes; a save state has a fifth of that


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
        total: the return, an undiscounted sum of the paper's rewards ("return" in files).
        end: why it ended: "flag", "fell", "time", "killed", "stalled" or "limit"; empty when it was broken off.
        trajectory: digest of Mario's path; equal for episodes in which he was at the same places after every step.
        actions: what the player chose, one digit an agent step.
        buttons: what the controller held: raw byte and for how many frames, no-ops included.
        player: who played, in words; empty in an evaluation, which tells it once for all.
        start: the save state that it began with (``pack_state``); empty for the level's start.
        start_total: the return up to that state, which ``total`` holds too.
        path: Mario's place in pixels, (x, y), at the beginning and after each agent step; empty where it was not kept.
        progress: the greatest, 0 to 1, as ``core.game.route`` has it; None where it was not measured.
        start_progress: that at which an evaluation had it begin; 0 for the level's start.
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
    player: str = ""
    start: str = ""
    start_total: float = 0.0
    path: tuple[tuple[int, int], ...] = ()
    progress: float | None = None
    start_progress: float = 0.0

    def summary(self) -> dict[str, Any]:
        """Everything but how it was played, plain values; the return under its usual name."""
        values = self.to_json()
        return {name: value for name, value in values.items() if name not in _NOT_SUMMED}

    def to_json(self) -> dict[str, Any]:
        """Plain values, for ``from_json``."""
        unsaid = {item.name for item in dataclasses.fields(self) if getattr(self, item.name) == item.default}
        values = dataclasses.asdict(self)
        values["return"] = values.pop("total")
        return {name: value for name, value in values.items() if name not in _LATER or name not in unsaid}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Read ``to_json``'s dict; InputError on another."""
        check_fields(values, "episode", _FIELDS, _LATER)
        if any(held > 255 or frames < 1 for held, frames in values["buttons"]):
            raise InputError("episode: buttons are bytes, each held for a frame or more")
        pairs = {name: tuple(map(tuple, values.get(name, ()))) for name in ("buttons", "path")}
        values = {**values, **pairs, "total": values["return"]}
        del values["return"]
        return cls(**values)

    @property
    def frames(self) -> int:
        """Frames that were played."""
        return sum(frames for _, frames in self.buttons)

    def held(self) -> bytes:
        """What the controller held at each frame."""
        return b"".join(bytes((buttons,)) * frames for buttons, frames in self.buttons)

    def chosen(self) -> list[int]:
        """The action of each agent step: what the player chose, else what was held; -1 for none of the agent's."""
        if self.actions:
            return [int(digit) for digit in self.actions]
        numbers = {action.buttons: number for number, action in enumerate(ACTIONS)}
        return [numbers.get(buttons, -1) for buttons in self.held()[self.noops :: FRAMES_PER_STEP]]

    def told(self) -> list[int]:
        """What an agent that watches is told of each agent step: its action, else the one nearest to what was held."""
        if self.actions:
            return self.chosen()
        return [nearest_action(buttons) for buttons in self.held()[self.noops :: FRAMES_PER_STEP]]


def begin_episode(recording: Recording, emulator: Emulator) -> Snapshot:
    """Bring an emulator to where a recorded episode began.

    InputError when the level is none, or when it began with a save state that this emulator cannot load.
    """
    if not recording.start:
        return emulator.enter(Level.parse(recording.level))
    if emulator.name != recording.engine:
        raise InputError(
            f"this episode began with a save state of {recording.engine}, which {emulator.name} cannot load"
        )
    return emulator.load_state(unpack_state(recording.start))


def pack_state(state: bytes) -> str:
    """A save state as text, for a recording that does not begin at a level's start."""
    return base64.b64encode(zlib.compress(state)).decode("ascii")


def unpack_state(text: str) -> bytes:
    """The save state again; InputError when the text is none."""
    try:
        packed = base64.b64decode(text, validate=True)
        state = zlib.decompressobj().decompress(packed, _LARGEST_STATE)
    except (binascii.Error, zlib.error):
        raise InputError("the episode's save state is damaged, so it cannot be played again") from None
    return state


def replay_episode(recording: Recording, emulator: Emulator) -> Iterator[Snapshot]:
    """Play a recorded episode again, frame by frame: the level's start, then a snapshot for each frame held.

    On the engine of the recording it is the same episode. InputError on another: the engines' frames are the same, but
    their first controllable one is not.
    """
    if emulator.name != recording.engine:
        raise InputError(f"--engine: this episode was played on {recording.engine}, not on {emulator.name}")
    yield begin_episode(recording, emulator)
    for buttons in recording.held():
        yield emulator.step(buttons)


def is_decision(frame: int, recording: Recording) -> bool:
    """Whether the player saw this frame of ``replay_episode``, counted from 0: after the no-ops, then every fourth."""
    return frame >= recording.noops and (frame - recording.noops) % FRAMES_PER_STEP == 0


class Trajectory:
    """Mario's path and its digest.

    Attributes:
        path: (x, y) at the beginning and after each agent step, pixels.
    """

    def __init__(self) -> None:
        self.path: list[tuple[int, int]] = []
        self._hash = hashlib.blake2b(digest_size=8)

    def add(self, x: int, y: int) -> None:
        """Note where Mario is at the beginning, and after each agent step, pixels."""
        self.path.append((x, y))
        self._hash.update(_POSITION.pack(x, y))

    def digest(self) -> str:
        """16 hexadecimal digits."""
        return self._hash.hexdigest()


def run_lengths(held: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Buttons of each frame as pairs of buttons and frames."""
    return tuple((buttons, len(list(group))) for buttons, group in groupby(held))


def write_recordings(path: Path, recordings: Iterable[Recording]) -> None:
    """Write an ``episodes.jsonl``, whole or not at all; RunError when the disk refuses."""
    lines = "".join(json.dumps(recording.to_json(), separators=(",", ":")) + "\n" for recording in recordings)
    write_bytes(path, lines.encode())


def read_recordings(path: Path) -> list[Recording]:
    """The episodes of an ``episodes.jsonl``; InputError naming the file and line when something else is there."""
    recordings = []
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or error
        raise InputError(
            f"{path}: the file cannot be read ({reason}); episodes of an evaluation were expected"
        ) from None
    for count, line in enumerate(lines, 1):
        try:
            recordings.append(Recording.from_json(json.loads(line)))
        except (ValueError, RecursionError):
            raise InputError(f"{path}: line {count} is no episode of an evaluation") from None
    return recordings
