"""The replay buffer: what the agents lived through, and batches of transitions drawn evenly from it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from core.ddqn.random_shifts import shift_pictures
from core.ddqn.replay_storage import LAST_FRAME, RUNNING, TERMINATED, TRUNCATED, Columns, Indices, Items, ReplayStorage
from core.errors import InputError
from core.frame import STACK_FRAMES


class Transition(NamedTuple):
    """A batch of B transitions over up to n steps, as ``DoubleDqn`` takes it.

    Attributes:
        s_tm1: stacks acted on, uint8 (B, 4, *item_shape), oldest frame first.
        a_tm1: actions, int32 (B,).
        r_t: float32 (B,), the discounted sum of the rewards of the m steps that the transition is over: n of them, or
            fewer where the episode ended.
        discount_t: float32 (B,), gamma ** m; 0 where the episode terminated.
        s_t: stacks after those steps, uint8 (B, 4, *item_shape).
        a_tm2: the actions that led to ``s_tm1``, int32 (B,); ``NO_ACTION`` where an episode began.
        last_a_t: those that led to ``s_t``, int32 (B,).
    """

    s_tm1: Items
    a_tm1: npt.NDArray[np.int32]
    r_t: npt.NDArray[np.float32]
    discount_t: npt.NDArray[np.float32]
    s_t: Items
    a_tm2: npt.NDArray[np.int32]
    last_a_t: npt.NDArray[np.int32]


def needed_bytes(capacity: int, rows: int, item_shape: tuple[int, ...]) -> int:
    """Memory of a full ``ReplayBuffer``, in bytes."""
    entries = capacity // rows * rows
    return ReplayStorage.needed_bytes(entries, item_shape) + entries


class ReplayBuffer:
    """The last steps of several environments, as transitions to learn from.

    A transition can be drawn once what it needs is known and as long as all of it is there: not while fewer than n
    steps followed in a running episode, and not when the oldest frame of its stack was overwritten.

    Attributes:
        storage: what is remembered, a circular buffer an environment.
        about: what two buffers must have in common for one to take the other's state.
    """

    def __init__(
        self,
        capacity: int,
        rows: int,
        item_shape: tuple[int, ...],
        *,
        n_step: int,
        gamma: float,
        rng: np.random.Generator,
        batches: int = 2,
        shifts: bool = False,
    ) -> None:
        """Set up empty storage; the memory is taken as it fills.

        Args:
            capacity: entries of all environments together, one a step and one an episode; each has capacity // rows.
            rows: environments.
            item_shape: of one frame, which is uint8.
            n_step: steps that a transition is over, where the episode goes on that long.
            gamma: discount of a step.
            rng: what samples are drawn with.
            batches: how many of those drawn last keep their stacks.
            shifts: whether the stacks drawn are shifted at random; for frames that are pictures.

        Raises:
            InputError: the capacity is too small to ever draw a transition.
        """
        size, least = capacity // rows, n_step + STACK_FRAMES + 1
        if size < least:
            raise InputError(f"replay_steps: {capacity} is too small; {rows} environments need at least {rows * least}")
        self.storage = ReplayStorage(rows, size, item_shape)
        self._n_step, self._gamma, self._rng, self._shifts = n_step, gamma, rng, shifts
        self._valid = np.zeros(rows * size, np.bool_)  # whether a transition beginning at an index can be drawn
        self._valid_count = 0
        self._batch_buffers: deque[tuple[Items, Items]] = deque(maxlen=batches)
        self.about: dict[str, Any] = {
            "environments": rows,
            "entries of each": size,
            "frame shape": list(item_shape),
            "n_step": n_step,
        }

    def __len__(self) -> int:
        """Transitions that can be drawn."""
        return self._valid_count

    def append(
        self,
        items: Items,
        actions: npt.NDArray[Any],
        rewards: npt.NDArray[Any],
        terminated: npt.NDArray[np.bool_],
        truncated: npt.NDArray[np.bool_],
        last_items: Items | None,
    ) -> None:
        """Keep one step of every environment.

        Args:
            items: the newest frame that each environment acted on, uint8 (rows, *item_shape).
            actions: taken on them, ints (rows,).
            rewards: of the step, (rows,).
            terminated: whether the episode ended by its own rules with this step, bool (rows,).
            truncated: whether it was cut off after this step, bool (rows,); its future has a value all the same.
            last_items: the frame after the step, uint8 (rows, *item_shape), read where an episode ended.

        Raises:
            ValueError: an episode ended without its last frame, or the frames' shape is wrong.
        """
        shape = (self.storage.rows, *self.storage.item_shape)
        if items.shape != shape or (last_items is not None and last_items.shape != shape):
            raise ValueError(f"frames of shape {shape} are needed, not {items.shape}")
        kinds = np.where(terminated, TERMINATED, np.where(truncated, TRUNCATED, RUNNING))
        ended = np.flatnonzero(kinds != RUNNING)
        if len(ended) and last_items is None:
            raise ValueError("an episode ended, so its last frame is needed")
        everyone = np.arange(self.storage.rows)
        slots = self._make_room(everyone)
        self.storage.write(everyone, items, actions, rewards, kinds)
        self._allow(everyone, slots, self._n_step, self.storage.lengths > self._n_step)
        if last_items is not None and len(ended):
            self._end_episodes(ended, last_items[ended])

    def _end_episodes(self, rows: Indices, last_items: Items) -> None:
        """Keep the last frames, with which it is known what came of every step before them."""
        slots, lengths = self._make_room(rows), self.storage.lengths[rows]
        self.storage.write(rows, last_items, 0, 0.0, LAST_FRAME)
        for back in range(1, self._n_step + 1):
            self._allow(rows, slots, back, lengths >= back)

    def _make_room(self, rows: Indices) -> Indices:
        """The next slots of some rows; what they hold is no longer drawn, nor what has it in its stack."""
        slots = self.storage.next_slots(rows)
        for ahead in range(STACK_FRAMES):
            indices = self.storage.index_of(rows, slots + ahead)
            self._set_valid(indices[self._valid[indices] & (self.storage.ages[indices] >= ahead)], False)
        return slots

    def _allow(self, rows: Indices, slots: Indices, back: int, known: npt.NDArray[np.bool_]) -> None:
        """Where it is ``known`` what came of them, let the entries so far back be drawn."""
        self._set_valid(self.storage.index_of(rows, slots - back)[known], True)

    def _set_valid(self, indices: Indices, valid: bool) -> None:
        """Change whether indices can be drawn, which must be news for each of them."""
        self._valid[indices] = valid
        self._valid_count += len(indices) if valid else -len(indices)

    def sample(self, batch_size: int) -> Transition:
        """Draw B transitions, evenly and each independently of the others.

        Returns:
            The batch; its two stacks are in memory used in turn: they stay while the next ``batches`` - 1 are drawn.

        Raises:
            ValueError: there is no transition yet.
        """
        if not self._valid_count:
            raise ValueError("there is no transition yet")
        return self._transition(self._draw(batch_size))

    def _draw(self, batch_size: int) -> Indices:
        """Indices drawn over the filled part of the rows, again and again until enough of them are valid."""
        filled = min(int(self.storage.counts.max()), self.storage.size)
        found = np.zeros(0, np.int64)
        while len(found) < batch_size:
            rows, slots = np.divmod(self._rng.integers(0, self.storage.rows * filled, batch_size), filled)
            indices = self.storage.index_of(rows, slots)
            found = np.concatenate((found, indices[self._valid[indices]]))
        return found[:batch_size]

    def _transition(self, indices: Indices) -> Transition:
        rows, slots = self.storage.split(indices)
        total = np.zeros(len(indices))
        steps = np.zeros(len(indices), np.int64)
        running = np.ones(len(indices), np.bool_)
        for step in range(self._n_step):
            ahead = self.storage.index_of(rows, slots + step)
            total += np.where(running, self._gamma**step * self.storage.rewards[ahead], 0.0)
            steps += running
            running &= self.storage.kinds[ahead] == RUNNING
        terminated = self.storage.kinds[self.storage.index_of(rows, slots + steps - 1)] == TERMINATED
        discount = np.where(terminated, 0.0, self._gamma**steps)
        s_tm1, s_t = self._next_buffers(len(indices))
        self.storage.stacks(rows, slots, s_tm1)
        self.storage.stacks(rows, slots + steps, s_t)
        if self._shifts:
            shift_pictures(s_tm1, self._rng)
            shift_pictures(s_t, self._rng)
        return Transition(
            s_tm1,
            self.storage.actions[indices].astype(np.int32),
            total.astype(np.float32),
            discount.astype(np.float32),
            s_t,
            self.storage.last_actions(rows, slots),
            self.storage.last_actions(rows, slots + steps),
        )

    def _next_buffers(self, batch_size: int) -> tuple[Items, Items]:
        """Memory for a batch's stacks, used in turn: to take new memory each time costs several times the copying."""
        shape = (batch_size, STACK_FRAMES, *self.storage.item_shape)
        if len(self._batch_buffers) < (self._batch_buffers.maxlen or 0) or self._batch_buffers[0][0].shape != shape:
            buffers = np.empty(shape, np.uint8), np.empty(shape, np.uint8)
        else:
            buffers = self._batch_buffers[0]
        self._batch_buffers.append(buffers)  # the oldest goes
        return buffers

    def state(self) -> tuple[Columns, dict[str, Any]]:
        """All but the entries: arrays, and values that JSON can hold; for ``restore``."""
        arrays: Columns = {
            "counts": self.storage.counts.copy(),
            "lengths": self.storage.lengths.copy(),
            "valid": np.packbits(self._valid),
        }
        return arrays, {"about": self.about, "rng": self._rng.bit_generator.state}

    def restore(self, arrays: Mapping[str, npt.NDArray[Any]], state: Mapping[str, Any]) -> None:
        """Go back to what ``state`` gave; ``storage.set_entries`` brings the entries then.

        Raises:
            InputError: it is the state of a buffer of other sizes; the message says which.
        """
        if state["about"].get("prioritised"):  # of a program before prioritised replay was taken out
            raise InputError("replay: prioritised sampling is no longer there; this run cannot be resumed")
        for name, value in self.about.items():
            if state["about"][name] != value:
                raise InputError(f"replay: {name} is {value} here, but {state['about'][name]} in the checkpoint")
        self.storage.counts[:] = arrays["counts"]
        self.storage.lengths[:] = arrays["lengths"]
        self._valid[:] = np.unpackbits(arrays["valid"], count=len(self._valid)).view(np.bool_)
        self._valid_count = int(self._valid.sum())
        self._rng.bit_generator.state = state["rng"]
