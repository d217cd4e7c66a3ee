"""What the replay buffer remembers: single frames, with what was done and what came of it.

Each environment has a circular buffer of entries.

An entry is the frame that an action was taken on, with that action, its reward and how the step left the episode; where
an episode ends, one more entry without an action keeps its last frame. Stacks of frames are put together when they are
asked for, so a step costs one frame of memory in place of eight.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from core.frame import STACK_FRAMES
from core.game.env.actions import NO_ACTION

Items: TypeAlias = npt.NDArray[np.uint8]
Indices: TypeAlias = npt.NDArray[np.int64]
Columns: TypeAlias = dict[str, npt.NDArray[Any]]

RUNNING, TERMINATED, TRUNCATED, LAST_FRAME = range(4)  # kinds of entries; the last one has no action
_BYTES_BESIDE_ITEM = 1 + 4 + 1 + 1  # action, reward, kind, age
_BACK = np.arange(STACK_FRAMES - 1, -1, -1)  # how far behind a stack's newest frame its frames lie


class ReplayStorage:
    """Circular buffers of entries, a row an environment. A *slot* is where in its row an entry lies, its *index* where
    among those of all rows.

    Attributes:
        rows: environments.
        size: entries in each.
        item_shape: of one frame.
        items: frames, uint8 (indices, *item_shape).
        actions: uint8 (indices,); 0 for a last frame.
        rewards: float32 (indices,); 0 for a last frame.
        kinds: uint8 (indices,): RUNNING, TERMINATED and TRUNCATED tell how the episode was after the step.
        ages: uint8 (indices,): frames of the same episode before an entry, as far as a stack reaches.
        counts: entries ever written into each row, int64 (rows,).
        lengths: steps so far of each running episode, int64 (rows,).
    """

    def __init__(self, rows: int, size: int, item_shape: tuple[int, ...]) -> None:
        self.rows, self.size, self.item_shape = rows, size, tuple(item_shape)
        entries = rows * size
        # Zeros cost no memory before they are written to.
        self.items = np.zeros((entries, *self.item_shape), np.uint8)
        self.actions = np.zeros(entries, np.uint8)
        self.rewards = np.zeros(entries, np.float32)
        self.kinds = np.zeros(entries, np.uint8)
        self.ages = np.zeros(entries, np.uint8)
        self.counts = np.zeros(rows, np.int64)
        self.lengths = np.zeros(rows, np.int64)

    @staticmethod
    def needed_bytes(entries: int, item_shape: tuple[int, ...]) -> int:
        """Memory of so many entries, in bytes."""
        return entries * (math.prod(item_shape) + _BYTES_BESIDE_ITEM)

    def index_of(self, rows: Indices | int, slots: Indices) -> Indices:
        """Indices of slots, which may also be counted on beyond either end of the row."""
        indices: Indices = rows * self.size + slots % self.size
        return indices

    def split(self, indices: Indices) -> tuple[Indices, Indices]:
        """Rows and slots of indices."""
        rows, slots = np.divmod(indices, self.size)
        return rows, slots

    def next_slots(self, rows: Indices) -> Indices:
        """The slots that ``write`` will use next."""
        slots: Indices = self.counts[rows] % self.size
        return slots

    def write(self, rows: Indices, items: Items, actions: Any, rewards: Any, kinds: Any) -> None:
        """Put one entry into each of some rows, over its oldest where it is full."""
        indices = self.index_of(rows, self.next_slots(rows))
        self.items[indices] = items
        self.actions[indices] = actions
        self.rewards[indices] = rewards
        self.kinds[indices] = kinds
        self.ages[indices] = np.minimum(self.lengths[rows], STACK_FRAMES - 1)
        self.counts[rows] += 1
        self.lengths[rows] = np.where(np.equal(kinds, LAST_FRAME), 0, self.lengths[rows] + 1)

    def stacks(self, rows: Indices, slots: Indices, out: Items) -> Items:
        """The stacks (B, 4, *item_shape) that end with some entries, filled up with their episode's first frame."""
        back = np.minimum(_BACK, self.ages[self.index_of(rows, slots)][:, None])
        # Any mode but "raise" writes right into ``out``; no index is out of range.
        return self.items.take(self.index_of(rows[:, None], slots[:, None] - back), axis=0, out=out, mode="clip")

    def last_actions(self, rows: Indices, slots: Indices) -> npt.NDArray[np.int32]:
        """The actions that led to some entries, int32 (B,); ``NO_ACTION`` where an episode began."""
        led = self.actions[self.index_of(rows, slots - 1)]
        return np.where(self.ages[self.index_of(rows, slots)] > 0, led, NO_ACTION).astype(np.int32)

    def entries(self, row: int, first: int, end: int) -> Columns:
        """A copy of a row's entries, numbered from 0 over all ever written, by column; each (end - first, …).

        What stands in place of those already overwritten is not to be used; ``set_entries`` leaves it out.
        """
        indices = self.index_of(row, np.arange(first, end))
        return {name: column[indices] for name, column in self._columns().items()}

    def set_entries(self, row: int, first: int, columns: Mapping[str, npt.NDArray[Any]]) -> None:
        """Put back what ``entries`` gave, once ``counts`` is right; those overwritten by then are left out."""
        whole = self._columns()
        start = max(first, int(self.counts[row]) - self.size)
        indices = self.index_of(row, np.arange(start, first + len(columns["items"])))
        for name, values in columns.items():
            whole[name][indices] = values[start - first :]

    def _columns(self) -> Columns:
        names = ("items", "actions", "rewards", "kinds", "ages")
        return {name: getattr(self, name) for name in names}
