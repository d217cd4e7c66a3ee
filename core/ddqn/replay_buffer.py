"""Replay: what the agents lived through, and batches of transitions drawn from it.

Transitions are drawn evenly or, with a priority above 0, in proportion to (|temporal-difference error| + 0.01) **
priority (Schaul et al. 2016, "Prioritized experience replay", the proportional variant); new ones get the greatest
priority there was.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from core.ddqn.replay_storage import LAST_FRAME, RUNNING, TERMINATED, TRUNCATED, Columns, Items, Places, ReplayStorage
from core.ddqn.sum_tree import SumTree
from core.errors import InputError
from core.frame import STACK_FRAMES

_LEAST_ERROR = 0.01  # added to a temporal-difference error, so that each transition can be drawn again


class Transition(NamedTuple):
    """A batch of B transitions over up to n steps, as ``DoubleDqn`` takes it.

    Attributes:
        s_tm1: stacks acted on, uint8 (B, 4, *item_shape), oldest frame first.
        a_tm1: actions, int32 (B,).
        r_t: float32 (B,), the discounted sum of the rewards of the m steps that the transition is over: n of them, or
            fewer where the episode ended.
        discount_t: float32 (B,), gamma ** m; 0 where the episode terminated.
        s_t: stacks after those steps, uint8 (B, 4, *item_shape).
        weight: float32 (B,), importance weights; ones when sampling is even.
    """

    s_tm1: Items
    a_tm1: npt.NDArray[np.int32]
    r_t: npt.NDArray[np.float32]
    discount_t: npt.NDArray[np.float32]
    s_t: Items
    weight: npt.NDArray[np.float32]


def needed_bytes(capacity: int, rows: int, item_shape: tuple[int, ...], priority: float = 0.0) -> int:
    """Memory of a full ``ReplayBuffer``, in bytes."""
    entries = capacity // rows * rows
    return (
        ReplayStorage.needed_bytes(entries, item_shape) + entries + (SumTree.needed_bytes(entries) if priority else 0)
    )


class ReplayBuffer:
    """The last steps of several environments, as transitions to learn from.

    A transition can be drawn once what it needs is known and as long as all of it is there: not while fewer than n
    steps followed in a running episode, and not when the oldest frame of its stack was overwritten.

    Attributes:
        rings: what is remembered, a ring an environment.
        places: of the transitions in the last sample, for ``update_priorities``, int64 (B,).
        about: what two replays must have in common for one to take the other's state.
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
        priority: float = 0.0,
        banks: int = 2,
    ) -> None:
        """Set up empty rings; the memory is taken as they fill.

        Args:
            capacity: entries in all rings together, one a step and one an episode; each ring has capacity // rows.
            rows: environments.
            item_shape: of one frame, which is uint8.
            n_step: steps that a transition is over, where the episode goes on that long.
            gamma: discount of a step.
            rng: what samples are drawn with.
            priority: exponent of prioritised sampling; 0 samples evenly.
            banks: batches whose stacks are kept at the same time.

        Raises:
            InputError: the rings would be too short to ever draw a transition.
        """
        size, least = capacity // rows, n_step + STACK_FRAMES + 1
        if size < least:
            raise InputError(f"replay_steps: {capacity} is too small; {rows} environments need at least {rows * least}")
        self.storage = ReplayStorage(rows, size, item_shape)
        self._n_step, self._gamma, self._rng, self._priority = n_step, gamma, rng, priority
        self._valid = np.zeros(rows * size, np.bool_)  # whether a transition beginning at a place can be drawn
        self._valid_count = 0
        self._priorities = SumTree(rows * size) if priority else None  # of valid places; 0 for others
        self._top_priority = 1.0
        self._banks: deque[tuple[Items, Items]] = deque(maxlen=banks)
        self.places: Places = np.zeros(0, np.int64)
        self.about: dict[str, Any] = {
            "environments": rows,
            "entries of each": size,
            "frame shape": list(item_shape),
            "n_step": n_step,
            "prioritised": bool(priority),
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

    def _end_episodes(self, rows: Places, last_items: Items) -> None:
        """Keep the last frames, with which it is known what came of every step before them."""
        slots, lengths = self._make_room(rows), self.storage.lengths[rows]
        self.storage.write(rows, last_items, 0, 0.0, LAST_FRAME)
        for back in range(1, self._n_step + 1):
            self._allow(rows, slots, back, lengths >= back)

    def _make_room(self, rows: Places) -> Places:
        """The next slots of some rings; what they hold is no longer drawn, nor what has it in its stack."""
        slots = self.storage.next_slots(rows)
        for ahead in range(STACK_FRAMES):
            places = self.storage.place(rows, slots + ahead)
            self._set_valid(places[self._valid[places] & (self.storage.ages[places] >= ahead)], False)
        return slots

    def _allow(self, rows: Places, slots: Places, back: int, known: npt.NDArray[np.bool_]) -> None:
        """Where it is ``known`` what came of them, let the entries so far back be drawn."""
        self._set_valid(self.storage.place(rows, slots - back)[known], True)

    def _set_valid(self, places: Places, valid: bool) -> None:
        """Change whether places can be drawn, which must be news for each of them."""
        self._valid[places] = valid
        self._valid_count += len(places) if valid else -len(places)
        if self._priorities:
            self._priorities.set(places, self._top_priority if valid else 0.0)

    def sample(self, batch_size: int, beta: float = 1.0) -> Transition:
        """Draw transitions, evenly (each independently of the others) or by priority (from even parts of their sum).

        Args:
            batch_size: B.
            beta: how far the weights make up for uneven sampling, 0 (not at all) to 1; Schaul et al. let it grow from
                0.4 to 1. The greatest weight of a batch is 1.

        Returns:
            The batch; its two stacks are in memory used in turn: they stay while the next ``banks`` - 1 are drawn.

        Raises:
            ValueError: there is no transition yet.
        """
        if not self._valid_count:
            raise ValueError("there is no transition yet")
        weight = np.ones(batch_size, np.float32)
        if self._priorities:
            parts = (np.arange(batch_size) + self._rng.random(batch_size)) / batch_size
            self.places = self._priorities.find(parts * self._priorities.total)
            rarity = self._priorities.weights[self.places] ** -beta
            weight = (rarity / rarity.max()).astype(np.float32)
        else:
            self.places = self._draw(batch_size)
        return self._transition(self.places, weight)

    def update_priorities(self, places: Places, errors: npt.NDArray[Any]) -> None:
        """Tell the temporal-difference errors (B,) that transitions had, by the ``places`` they were drawn from.

        Those overwritten since are left out. Nothing happens where sampling is even.
        """
        if self._priorities:
            there = self._valid[places]
            priorities = (np.abs(errors[there]).astype(np.float64) + _LEAST_ERROR) ** self._priority
            self._top_priority = max(self._top_priority, float(priorities.max(initial=0.0)))
            self._priorities.set(places[there], priorities)

    def _draw(self, batch_size: int) -> Places:
        """Places drawn over the filled part of the rings, again and again until enough of them are valid."""
        filled = min(int(self.storage.counts.max()), self.storage.size)
        found = np.zeros(0, np.int64)
        while len(found) < batch_size:
            rows, slots = np.divmod(self._rng.integers(0, self.storage.rows * filled, batch_size), filled)
            places = self.storage.place(rows, slots)
            found = np.concatenate((found, places[self._valid[places]]))
        return found[:batch_size]

    def _transition(self, places: Places, weight: npt.NDArray[np.float32]) -> Transition:
        rows, slots = self.storage.split(places)
        total = np.zeros(len(places))
        steps = np.zeros(len(places), np.int64)
        running = np.ones(len(places), np.bool_)
        for step in range(self._n_step):
            ahead = self.storage.place(rows, slots + step)
            total += np.where(running, self._gamma**step * self.storage.rewards[ahead], 0.0)
            steps += running
            running &= self.storage.kinds[ahead] == RUNNING
        terminated = self.storage.kinds[self.storage.place(rows, slots + steps - 1)] == TERMINATED
        discount = np.where(terminated, 0.0, self._gamma**steps)
        first, second = self._next_bank(len(places))
        return Transition(
            self.storage.stacks(rows, slots, first),
            self.storage.actions[places].astype(np.int32),
            total.astype(np.float32),
            discount.astype(np.float32),
            self.storage.stacks(rows, slots + steps, second),
            weight,
        )

    def _next_bank(self, batch_size: int) -> tuple[Items, Items]:
        """Memory for a batch's stacks, used in turn: to take new memory each time costs several times the copying."""
        shape = (batch_size, STACK_FRAMES, *self.storage.item_shape)
        if len(self._banks) < (self._banks.maxlen or 0) or self._banks[0][0].shape != shape:
            bank = np.empty(shape, np.uint8), np.empty(shape, np.uint8)
        else:
            bank = self._banks[0]
        self._banks.append(bank)  # the oldest goes
        return bank

    def state(self) -> tuple[Columns, dict[str, Any]]:
        """All but the entries: arrays, and values that JSON can hold; for ``restore``."""
        arrays: Columns = {
            "counts": self.storage.counts.copy(),
            "lengths": self.storage.lengths.copy(),
            "valid": np.packbits(self._valid),
        }
        if self._priorities:
            arrays["priorities"] = self._priorities.weights.copy()
        return arrays, {"about": self.about, "top_priority": self._top_priority, "rng": self._rng.bit_generator.state}

    def restore(self, arrays: Mapping[str, npt.NDArray[Any]], state: Mapping[str, Any]) -> None:
        """Go back to what ``state`` gave; ``rings.set_entries`` brings the entries then.

        Raises:
            InputError: it is the state of a replay of other sizes; the message says which.
        """
        for name, value in self.about.items():
            if state["about"][name] != value:
                raise InputError(f"replay: {name} is {value} here, but {state['about'][name]} in the checkpoint")
        self.storage.counts[:] = arrays["counts"]
        self.storage.lengths[:] = arrays["lengths"]
        self._valid[:] = np.unpackbits(arrays["valid"], count=len(self._valid)).view(np.bool_)
        self._valid_count = int(self._valid.sum())
        if self._priorities:
            self._priorities.set(np.arange(len(self._valid)), arrays["priorities"])
        self._top_priority = state["top_priority"]
        self._rng.bit_generator.state = state["rng"]
