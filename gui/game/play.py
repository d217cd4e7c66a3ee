"""The game as the window plays it: an emulator with its way back, its slots, and who holds the controller."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from dataclasses import dataclass

from core.dataset.frozen_frame import FrozenFrame
from core.errors import InputError
from core.frame import STACK_FRAMES, Memory, Snapshot
from core.game import memory as ram
from core.game.emulator import Emulator, EngineError
from core.game.env.actions import FRAMES_PER_STEP
from core.game.env.reward import RewardParts
from core.game.level import Level
from core.game.memory import GameVariables
from gui.game.agent_player import Decision
from gui.game.episode_counter import EpisodeTotals
from gui.game.input_recorder import InputRecorder
from gui.game.players import Players
from gui.game.reward_meter import RewardMeter
from gui.game.rewind import RewindBuffer
from gui.game.save_slots import SlotFiles, SlotInfo

NEEDS_STATES = "needs save states, which only stable-retro has: choose it under Engine"
_JUMPS = 100  # that going back finds the level of
_STACK_SPAN = FRAMES_PER_STEP * (STACK_FRAMES - 1) + 1  # emulator frames from a stack's first to its last


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame of the game and what belongs to it.

    Attributes:
        serial: grows by one with each shot that is published.
        frame: frames since the level was entered.
        snapshot: the picture and the memory it was drawn from.
        memory: uint8 (2048,), the work RAM after this frame; see ``Snapshot`` for the one it was drawn from.
        variables: x, time, score and the like, read from it.
        reward: parts of the last whole agent step's reward (4 frames), None before there is one.
        return_: sum of rewards since the episode began; it goes back with the game, and a save state keeps it.
        buttons: the controller byte that led to this frame.
        position: place in the history, which "pause when" goes back to.
        decision: what the saved agent makes of it, None without one.
        episodes: those that an agent has played.
    """

    serial: int
    frame: int
    snapshot: Snapshot
    memory: Memory
    variables: GameVariables
    reward: RewardParts | None
    return_: float
    buttons: int
    position: int
    decision: Decision | None = None
    episodes: EpisodeTotals = EpisodeTotals()  # noqa: RUF009  # frozen


@dataclass(frozen=True, slots=True)
class _Jump:
    """What the game was before it jumped, for whoever goes back across that.

    Attributes:
        position: in the history, just behind the jump.
        level, frame: then.
        log: of the controller since the level's start, None when it was not known.
    """

    position: int
    level: Level
    frame: int
    log: bytearray | None


class Game:
    """Steps one emulator; belongs to one thread.

    Attributes:
        level: the level entered last, as far as play has not gone back before that.
        players: who may hold the controller.
        shot_count: serial of the last shot.
        input_recorder: the episode so far.
    """

    def __init__(self, emulator: Emulator, slots: SlotFiles, players: Players) -> None:
        self.emulator = emulator
        self.level = Level(1, 1)
        self.players = players
        self._slots = slots
        self._history = RewindBuffer(emulator) if emulator.has_states else None
        self._jumps: deque[_Jump] = deque(maxlen=_JUMPS)
        self._meter = RewardMeter()
        self._undo: tuple[bytes, int, Level, float] | None = None
        self.shot_count = 0
        self.input_recorder = InputRecorder()
        self._frame = 0
        self._buttons = 0
        self._snapshot: Snapshot | None = None
        self._recent: deque[tuple[Snapshot, int]] = deque(maxlen=_STACK_SPAN)  # with x
        self._log: bytearray | None = None  # of the controller since the level's start, None when not from there on

    @property
    def started(self) -> bool:
        """Whether a level was entered."""
        return self._snapshot is not None

    def enter(self, level: Level) -> None:
        """Start a level."""
        self._arrive(self.emulator.enter(level), frame=0)
        self.input_recorder.begin(self.emulator, level, at_start=True)
        self._log = bytearray()
        if level != self.level:
            self.players.episodes.forget()
        self.players.episodes.begin(is_start=True)
        self.level = level

    def reset(self) -> None:
        """Start the same level again."""
        self.enter(self.level)

    def advance(self) -> None:
        """Play one frame with whoever holds the controller; AgentError when the saved agent cannot go on."""
        self.settle()
        buttons = self.players.next_buttons()
        self._step(buttons)
        if self.players.watch(self._current, self.emulator.memory(), buttons):
            self.reset()
            self.input_recorder.noops = self.players.begin_episode()

    def settle(self) -> None:
        """Have the saved agent look at this frame if time has jumped; AgentError when it cannot."""
        self.players.settle(self._current)

    def _step(self, buttons: int) -> None:
        self._snapshot = self.emulator.step(buttons)
        self._buttons = buttons
        self._frame += 1
        if self._history is not None:
            self._history.record(buttons)
        if self._log is not None:
            self._log.append(buttons)
        memory = self.emulator.memory()
        self._recent.append((self._snapshot, ram.player_x(memory)))
        self._meter.add(memory)
        self.input_recorder.record(buttons, memory, self.players.name, self._meter.total_at(memory))

    def back(self, frames: int = 1) -> bool:
        """Go back; False at the oldest frame that is kept. EngineError without save states."""
        history = self._need_history()
        before = history.position
        snapshot = history.back(frames)
        if snapshot is None:
            return False
        self._snapshot = snapshot
        taken = before - history.position
        while self._jumps and self._jumps[-1].position > history.position:
            jump = self._jumps.pop()
            self.level, self._frame, self._log = jump.level, jump.frame, jump.log
            taken = jump.position - 1 - history.position  # before the jump
        self._frame = max(self._frame - taken, 0)
        self._log = None if self._log is None or len(self._log) < taken else self._log[: len(self._log) - taken]
        kept = list(self._recent)[:-frames]
        self._recent.clear()
        self._recent.extend(kept or [(snapshot, ram.player_x(self.emulator.memory()))])
        self.players.jump()
        self._meter.back(frames)
        self.input_recorder.back(frames, self.emulator, self.level, self._meter.total_at(self.emulator.memory()))
        return True

    def back_to(self, position: int, most: int) -> bool:
        """Go back to a place in the history at most so many frames ago; False when that is not where we came from."""
        if self._history is None or not 0 < self._history.position - position <= most:
            return False
        return self.back(self._history.position - position)

    def save_slot(self, slot: int) -> SlotInfo:
        """Put the present moment into a slot."""
        state = self._save_state()
        variables = ram.read_variables(self.emulator.memory())
        saved = time.strftime("%Y-%m-%dT%H:%M:%S")
        info = SlotInfo(
            str(self._level_played), variables.x, variables.time, self.emulator.name, saved, self._meter.total
        )
        self._slots.write(slot, info, state, self._current.frame)
        return info

    def load_slot(self, slot: int) -> SlotInfo:
        """Go to the moment in a slot; ``undo_load`` comes back."""
        self._need_history()
        info, state = self._slots.read(slot)
        if info.engine != self.emulator.name:
            raise InputError(f"slot {slot} was saved on {info.engine}; it cannot be loaded on {self.emulator.name}")
        before = (self._save_state(), self._frame, self.level, self._meter.total)
        self._arrive(self.emulator.load_state(state), frame=0, total=info.total)
        with contextlib.suppress(InputError):  # the title screen has no level
            self.level = Level.parse(info.level)
        self.input_recorder.begin(self.emulator, self.level, at_start=False, total=self._meter.total)
        self._undo = before
        return info

    def load_state(self, state: bytes, level: Level, total: float = 0.0) -> None:
        """Go to a saved moment of a level, up to which the return was ``total``; ``undo_load`` comes back.

        EngineError without save states.
        """
        self._undo = (self._save_state(), self._frame, self.level, self._meter.total)
        self._arrive(self.emulator.load_state(state), frame=0, total=total)
        self.level = level
        self.input_recorder.begin(self.emulator, level, at_start=False, total=self._meter.total)

    def undo_load(self) -> None:
        """Go back to the moment before the last ``load_slot``."""
        if self._undo is None:
            raise InputError("there is no loading of a slot to undo")
        (state, frame, level, total), self._undo = self._undo, None
        self._arrive(self.emulator.load_state(state), frame, total)
        self.level = level
        self.input_recorder.begin(self.emulator, self.level, at_start=False, total=self._meter.total)

    @property
    def _level_played(self) -> Level:
        """The level that the memory tells: play may have gone on from the one that was entered."""
        variables = ram.read_variables(self.emulator.memory())
        with contextlib.suppress(InputError):  # the title screen has no level
            if (variables.world, variables.stage) != (self.level.world, self.level.stage):
                return Level(variables.world, variables.stage)
        return self.level

    @property
    def _current(self) -> Snapshot:
        if self._snapshot is None:
            raise RuntimeError("no level was entered")
        return self._snapshot

    def shot(self) -> Shot:
        """The present frame, with the next serial."""
        snapshot = self._current
        self.shot_count += 1
        memory = self.emulator.memory()
        position = 0 if self._history is None else self._history.position
        return Shot(
            serial=self.shot_count,
            frame=self._frame,
            snapshot=snapshot,
            memory=memory,
            variables=ram.read_variables(memory),
            reward=self._meter.parts,
            return_=self._meter.total,
            buttons=self._buttons,
            position=position,
            decision=None if self.players.agent_player is None else self.players.agent_player.decision,
            episodes=self.players.episodes.totals,
        )

    def moment(self) -> FrozenFrame:
        """The present frame with the three before it, an agent step apart, to be labelled; InputError outside play."""
        stack: list[tuple[Snapshot, int]] = []
        for snapshot, x in list(self._recent)[::-FRAMES_PER_STEP]:
            if snapshot.memory is not None and not ram.is_in_play(snapshot.memory):
                break
            stack.insert(0, (snapshot, x))
        if not stack:
            raise InputError("there is nothing to label on this frame: no level is being played")
        stack = [stack[0]] * (STACK_FRAMES - len(stack)) + stack
        return FrozenFrame(
            snapshots=tuple(snapshot for snapshot, _ in stack),
            x=tuple(x for _, x in stack),
            frame=self._frame,
            level=str(self._level_played),
            engine=self.emulator.name,
            buttons=None if self._log is None else bytes(self._log),
        )

    def _arrive(self, snapshot: Snapshot, frame: int, total: float = 0.0) -> None:
        if self._history is not None:
            self._history.jump()
            if self._snapshot is not None:
                self._jumps.append(_Jump(self._history.position, self.level, self._frame, self._log))
        self._snapshot, self._frame, self._buttons = snapshot, frame, 0
        self._log = None
        self._recent.clear()
        self._recent.append((snapshot, ram.player_x(self.emulator.memory())))
        self.players.jump()
        self._meter.restart(self.emulator.memory(), total)

    def _need_history(self) -> RewindBuffer:
        if self._history is None:
            raise EngineError(f"{self.emulator.name}: going back {NEEDS_STATES}")
        return self._history

    def _save_state(self) -> bytes:
        if not self.emulator.has_states:
            raise EngineError(f"{self.emulator.name}: a slot {NEEDS_STATES}")
        return self.emulator.save_state()
