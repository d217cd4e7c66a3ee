"""Strokes that can be undone and redone, and whether what was saved is what there is."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.frame import ClassMap

KEPT_FRAMES = 64  # frames whose strokes can be undone when they are shown again
UNDO_DEPTH = 200  # strokes; a stroke of a thousand pixels takes 3 KB


@dataclass(frozen=True, slots=True, eq=False)
class EditStep:
    """The pixels that one stroke changed.

    Attributes:
        places: their places in the flat class map, uint16 (n,), ascending.
        flips: class before XOR class after, uint8 (n,): the same numbers undo and redo.
    """

    places: npt.NDArray[np.uint16]
    flips: npt.NDArray[np.uint8]


class UndoHistory:
    """The steps of an annotation; states are told apart by the number of the stroke that led to them."""

    def __init__(self, depth: int) -> None:
        """An empty history that forgets the oldest of more than ``depth`` steps."""
        self._undo: deque[tuple[int, EditStep]] = deque()
        self._redo: list[tuple[int, EditStep]] = []
        self._depth = depth
        self._strokes = 0
        self._oldest = 0  # the state below the steps that are kept
        self._saved = 0

    def __len__(self) -> int:
        """Steps that can be undone."""
        return len(self._undo)

    @property
    def redo_count(self) -> int:
        """Steps that can be redone."""
        return len(self._redo)

    def add(self, step: EditStep) -> None:
        """A new stroke; what could be redone is gone."""
        self._strokes += 1
        self._redo.clear()
        self._undo.append((self._strokes, step))
        if len(self._undo) > self._depth:
            self._oldest, _ = self._undo.popleft()

    def back(self) -> EditStep | None:
        """The step to undo, now one to redo; None when there is none."""
        if not self._undo:
            return None
        self._redo.append(self._undo.pop())
        return self._redo[-1][1]

    def forward(self) -> EditStep | None:
        """The step to redo, now one to undo; None when there is none."""
        if not self._redo:
            return None
        self._undo.append(self._redo.pop())
        return self._undo[-1][1]

    @property
    def is_saved(self) -> bool:
        """Whether this is the state that was saved, or the first one when none was."""
        return self._state() == self._saved

    def mark_saved(self) -> None:
        """This state was saved."""
        self._saved = self._state()

    def _state(self) -> int:
        return self._undo[-1][0] if self._undo else self._oldest


class KeptHistories:
    """What can be undone in frames that were left, each with the class map it was left with."""

    def __init__(self, most: int = KEPT_FRAMES) -> None:
        """Of more than ``most`` frames the one that was left first is forgotten."""
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[UndoHistory, ClassMap]] = OrderedDict()

    def keep(self, frame: Hashable, history: UndoHistory, class_map: ClassMap) -> None:
        """Remember the history of a frame that is left, whose class map is a uint8 (H, W)."""
        self._kept.pop(frame, None)
        if len(history) or history.redo_count:
            self._kept[frame] = history, class_map.copy()
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def take(self, frame: Hashable, class_map: ClassMap) -> UndoHistory | None:
        """The history of a frame that is opened again; None when there is none, or its class map is another now."""
        history, left = self._kept.pop(frame, (None, None))
        return history if left is not None and np.array_equal(left, class_map) else None
