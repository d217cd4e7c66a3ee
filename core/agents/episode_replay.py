"""A recorded episode replayed: its timeline step by step, and any of its frames at once.

The episode is played again on an emulator, once, from its beginning. Save states kept on the way make every frame of
it reachable within a few steps; an agent can be asked at the same time what it would have made of each moment.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.agents.recording import Recording, begin_episode
from core.dataset.frozen_frame import FrozenFrame
from core.frame import STACK_FRAMES, ClassMap, Snapshot
from core.game import memory as ram
from core.game.emulator import Emulator
from core.game.env.actions import ACTIONS, FRAMES_PER_STEP, NO_ACTION
from core.game.env.reward import NO_REWARD, PAPER_REWARD, RewardParts
from core.game.memory import GameVariables
from core.segmentation.segmenter import SegmentationError, Segmenter

INTERVAL = 32  # frames between kept states at first: 11 ms of stepping at most
MOST_STATES = 512  # about 3 MB; in a longer episode every second one is dropped, and the interval doubles
_UNKNOWN = (float("nan"),) * len(ACTIONS)


class ObservingAgent(Protocol):
    """What is needed of ``core.agents.policy.Agent``."""

    @property
    def stack(self) -> npt.NDArray[np.uint8]:
        """The frames it sees, oldest first, uint8 (4, ...)."""

    def reset(self, snapshot: Snapshot) -> None:
        """See this snapshot only."""

    @property
    def last_action(self) -> int:
        """What it is told to have done last, index into ``ACTIONS``."""

    def observe(self, snapshot: Snapshot, action: int) -> None:
        """See one more, after this action."""

    def q_values(self) -> npt.NDArray[np.float32]:
        """Value of each action for what it sees, float32 (5,)."""


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """One moment at which an agent decides, or the episode's last frame where that lies within an agent step.

    Attributes:
        frame: of the episode, from 0.
        x, y: Mario's place, pixels.
        parts: of the paper's reward for the agent step that led here; none for the first.
        q_values: of the agent that was asked, NaN without one and where it does not decide.
    """

    frame: int
    x: int
    y: int
    parts: RewardParts
    q_values: tuple[float, ...] = _UNKNOWN

    @property
    def reward(self) -> float:
        """Their sum."""
        return self.parts.total


@dataclass(frozen=True, slots=True)
class ReplayedFrame:
    """One frame of the episode.

    Attributes:
        frame: of the episode, from 0.
        snapshot: picture and memory.
        variables: x, time, score and the like.
        class_map: uint8 (224, 240), None where it cannot be had.
        stack: what the asked agent saw when it last decided, uint8 (4, ...), None without one.
        last_action: what it was told to have done before that.
    """

    frame: int
    snapshot: Snapshot
    variables: GameVariables
    class_map: ClassMap | None = None
    stack: npt.NDArray[np.uint8] | None = None
    last_action: int = NO_ACTION


@dataclass(slots=True)
class _States:
    """Compressed save states by frame, bounded in number."""

    interval: int = field(default_factory=lambda: INTERVAL)
    kept: dict[int, bytes] = field(default_factory=dict)

    def offer(self, frame: int, emulator: Emulator) -> None:
        if frame % self.interval or not emulator.has_states:
            return
        self.kept[frame] = zlib.compress(emulator.save_state(), 1)
        if len(self.kept) > MOST_STATES:
            self.interval *= 2
            self.kept = {number: state for number, state in self.kept.items() if number % self.interval == 0}

    def before(self, frame: int) -> tuple[int, bytes] | None:
        """The nearest one at or before a frame."""
        at = max((number for number in self.kept if number <= frame), default=None)
        return None if at is None else (at, zlib.decompress(self.kept[at]))


class EpisodeReplay:
    """One episode on one emulator.

    Attributes:
        recording: the episode.
        steps: what is known so far, in order.
        difference: the first step at which Mario was elsewhere than when it was recorded, with both places; None as
            long as there is none. Only another engine can bring one about.
    """

    def __init__(
        self,
        recording: Recording,
        emulator: Emulator,
        agent: ObservingAgent | None = None,
        segmenter: Segmenter | None = None,
    ) -> None:
        """InputError when the emulator cannot begin the episode."""
        self.recording = recording
        self.steps: list[TimelineStep] = []
        self.difference: tuple[int, tuple[int, int], tuple[int, int]] | None = None
        self._emulator, self._agent, self._segmenter = emulator, agent, segmenter
        self._held = recording.held()
        self._actions = recording.told()
        self._states = _States()
        self._front: bytes | None = None  # the state up to which the timeline is known, while we are elsewhere
        self._snapshot = begin_episode(recording, emulator)
        self._at = self._known = 0
        self._before: GameVariables | None = None
        self._was_dead = False
        # What the agent's stack holds at the front
        self._seen: deque[tuple[Snapshot, int]] = deque(maxlen=STACK_FRAMES)
        self._note()

    @property
    def frames(self) -> int:
        """Index of the last frame."""
        return len(self._held)

    @property
    def known(self) -> int:
        """Up to which frame the timeline is known."""
        return self._known

    @property
    def is_complete(self) -> bool:
        """Whether the whole timeline is known."""
        return self._known >= self.frames

    def advance(self, frames: int) -> Sequence[TimelineStep]:
        """Play on from the furthest frame reached; the steps that became known."""
        count = len(self.steps)
        self._return_to_front()
        for _ in range(min(frames, self.frames - self._known)):
            self._step()
            self._known = self._at
            self._note()
        return self.steps[count:]

    def seek(self, frame: int) -> ReplayedFrame:
        """A frame of the episode, 0 to ``frames``; those beyond the known timeline are reached by playing there."""
        frame = min(max(frame, 0), self.frames)
        self.advance(max(frame - self._known, 0))
        stack = self._stack_at(frame)
        self._go(frame)
        variables = ram.read_variables(self._emulator.memory())
        last_action = NO_ACTION if self._agent is None else self._agent.last_action
        return ReplayedFrame(frame, self._snapshot, variables, self._segment(), stack, last_action)

    def state(self, frame: int) -> bytes:
        """The save state of a frame; EngineError on an engine that has none."""
        self.seek(frame)
        return self._emulator.save_state()

    def total(self, frame: int) -> float:
        """The return up to a frame, from the level's start on; of frames that were played already."""
        return self.recording.start_total + sum(step.reward for step in self.steps if step.frame <= frame)

    def to_label(self, frame: int) -> FrozenFrame:
        """What a data set needs of a frame: the three before it too, an agent step apart each."""
        moment = [self.seek(frame - FRAMES_PER_STEP * back) for back in reversed(range(STACK_FRAMES))]
        return FrozenFrame(
            snapshots=tuple(item.snapshot for item in moment),
            x=tuple(item.variables.x for item in moment),
            frame=moment[-1].frame,
            level=self.recording.level,
            engine=self._emulator.name,
            buttons=None if self.recording.start else self._held[: moment[-1].frame],
        )

    # Moving

    def _go(self, frame: int) -> None:
        """Bring the emulator to a known frame."""
        if self._at == self._known > frame and self._emulator.has_states:
            self._front = self._emulator.save_state()
        nearest = self._states.before(frame)
        if not self._at <= frame or (nearest is not None and nearest[0] > self._at):
            if nearest is None:
                self._snapshot, self._at = begin_episode(self.recording, self._emulator), 0
            else:
                self._snapshot, self._at = self._emulator.load_state(nearest[1]), nearest[0]
        while self._at < frame:
            self._step()

    def _return_to_front(self) -> None:
        if self._at == self._known:
            return
        if self._front is not None:
            self._snapshot, self._at = self._emulator.load_state(self._front), self._known
        else:
            self._go(self._known)
        if self._agent is not None and self._seen:
            _watch(self._agent, self._seen)  # it had to look at other moments meanwhile

    def _step(self) -> None:
        self._snapshot = self._emulator.step(self._held[self._at])
        self._at += 1

    # What is noted on the way

    def _note(self) -> None:
        self._states.offer(self._at, self._emulator)
        is_decision = self._is_decision(self._at)
        if not is_decision and not self.recording.noops < self._at == self.frames:
            return
        memory = self._emulator.memory()
        now, before = ram.read_variables(memory), self._before
        died = ram.is_dead(memory)
        parts = NO_REWARD if before is None else PAPER_REWARD.parts(before, now, died=died and not self._was_dead)
        self._before, self._was_dead = now, died
        q_values = self._ask(len(self.steps)) if is_decision else _UNKNOWN
        self.steps.append(TimelineStep(self._at, now.x, now.y, parts, q_values))
        self._compare(len(self.steps) - 1, (now.x, now.y))

    def _is_decision(self, frame: int) -> bool:
        since = frame - self.recording.noops
        return since >= 0 and since % FRAMES_PER_STEP == 0

    def _ask(self, step: int) -> tuple[float, ...]:
        if self._agent is None:
            return _UNKNOWN
        seen = self._snapshot, self._action_before(step)
        if step:
            self._agent.observe(*seen)
        else:
            self._agent.reset(self._snapshot)
        self._seen.append(seen)
        return tuple(float(value) for value in self._agent.q_values())

    def _action_before(self, step: int) -> int:
        return self._actions[step - 1] if step else NO_ACTION

    def _compare(self, number: int, place: tuple[int, int]) -> None:
        path = self.recording.path
        if self.difference is None and number < len(path) and path[number] != place:
            self.difference = (number, path[number], place)

    # A moment

    def _stack_at(self, frame: int) -> npt.NDArray[np.uint8] | None:
        """What the agent saw at a frame, made again from the frames that it saw; None before it first looked."""
        noops = self.recording.noops
        last = (frame - noops) // FRAMES_PER_STEP
        if self._agent is None or last < 0:
            return None
        seen = []
        for number in range(max(last - STACK_FRAMES + 1, 0), last + 1):
            self._go(noops + FRAMES_PER_STEP * number)
            seen.append((self._snapshot, self._action_before(number)))
        _watch(self._agent, seen)
        return self._agent.stack.copy()

    def _segment(self) -> ClassMap | None:
        try:
            return None if self._segmenter is None else self._segmenter.segment(self._snapshot)
        except SegmentationError:
            return None


def _watch(agent: ObservingAgent, seen: Iterable[tuple[Snapshot, int]]) -> None:
    """Have the agent see frames, each with the action before it."""
    (first, _), *others = seen
    agent.reset(first)
    for snapshot, action in others:
        agent.observe(snapshot, action)
