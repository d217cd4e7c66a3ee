"""The game as a Gymnasium environment: five right-only actions, four frames a step, the paper's reward."""

from __future__ import annotations

import json
import operator
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np

from core.errors import InputError
from core.frame import FRAME_SHAPE, Frame, Snapshot
from core.game import memory as ram
from core.game.emulator import Emulator
from core.game.engines import make_emulator
from core.game.env.actions import ACTIONS, FRAMES_PER_STEP
from core.game.env.reward import NO_REWARD, PAPER_REWARD, REWARD_PARTS, RewardParts, RewardRule
from core.game.level import Level
from core.game.rom import Rom
from core.game.route import EpisodeProgress

FRAME_SPACE = gym.spaces.Box(0, 255, FRAME_SHAPE, np.uint8)
_HEADER = struct.Struct("<I")


class MarioEnv(gym.Env[Frame, np.int64]):
    """One life in one level.

    An observation is the canonical frame, uint8 (224, 240, 3); an action is an index into ``actions.ACTIONS``
    and is held for four emulator frames. The episode *terminates* when Mario dies (touched, fallen, out of time) or
    reaches the goal (flagpole or axe; ``info["flag"]``), looked up in memory at the end of the step: neither can come
    and go within four frames. It is *truncated* (or terminated, if so wished) after ``stall_limit_steps`` without
    progress. ``info`` has

    - x, y (pixels), time (s), score, coins, lives, power, status ("small", "big", "fire"), world, stage: as in
      ``core.game.memory.GameVariables``;
    - flag, dead: why the episode terminated, else False;
    - steps: agent steps since the start of the episode;
    - progress: the greatest so far in the episode, 0 to 1, over the areas of the level in which it began
      (``core.game.route``); 1 with the flag, and only then;
    - start_x: x at that start, pixels; from_start: whether it was the level's own, not a given state;
    - reward_parts: what death, clock, progress, score and goal gave (``core.game.env.reward``).

    Memory, hence reward and info, is that after the step; the frame shows the moment one emulator frame before it, and
    ``snapshot.memory`` is the memory which that picture was drawn from (docs/decisions/reward-and-timing.md).

    ``reset`` takes a seed and these options: ``level`` ("1-1" or a Level; stays for later resets), ``state`` (bytes of
    ``Emulator.save_state``, for this episode only), ``noops`` (frames without buttons before this episode, in place of
    a number drawn).

    Attributes:
        emulator: the console.
        snapshot: the last observation with the memory it was drawn from, for a segmenter.
        level: where episodes start.
        progress: of the episode; its greatest is that of ``info``.
        held: raw controller byte of each frame of the last step, or after a reset of its no-ops.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 15}  # noqa: RUF012  # as Gymnasium has it

    def __init__(
        self,
        level: str | Level = "1-1",
        *,
        engine: str = "auto",
        rom: Path | Rom | None = None,
        emulator: Emulator | None = None,
        sticky: float = 0.0,
        max_noops: int = 0,
        stall_limit_steps: int | None = None,
        stall_terminates: bool = False,
        reward: RewardRule = PAPER_REWARD,
        render_mode: str | None = None,
    ) -> None:
        """Make the environment.

        Args:
            level: where episodes start.
            engine, rom: as in ``make_emulator``; unused when an emulator is given.
            emulator: one that exists already; it stays the caller's to close.
            sticky: probability, at each emulator frame, that the buttons of the frame before are held once more in
                place of the action's (Machado et al. 2018 use 0.25, by frame, as here). The paper: 0.
            max_noops: an episode starts after 0 to this many emulator frames without buttons, drawn evenly. Mnih et
                al. (2015) use 30 of the agent's steps; frames make starts differ in the phase of the step as well, and
                30 of them (half a second) never kill Mario at a level's start. Where they kill him after a given
                state, the episode starts without them. The paper: 0.
            stall_limit_steps: agent steps without a new greatest x in the present area, Mario being under control,
                after which the episode is truncated. The paper: None, for no limit.
            stall_terminates: whether it terminates then instead, with the reward's part for it.
            reward: the weights of the reward's parts.
            render_mode: None or "rgb_array".

        Raises:
            InputError: unknown level, engine, ROM or render mode, or a number out of its range.
        """
        if render_mode not in (None, *self.metadata["render_modes"]):
            raise InputError(f"render_mode: {render_mode!r} is not a mode; choose 'rgb_array', or None")
        _check_range("sticky", sticky, 0.0, 1.0)
        _check_whole("max_noops", max_noops, 0, 255)
        _check_whole("stall_limit_steps", 1 if stall_limit_steps is None else stall_limit_steps, 1, 10**6)
        self.level = _as_level(level)
        self.render_mode = render_mode
        self.observation_space = FRAME_SPACE
        self.action_space = gym.spaces.Discrete(len(ACTIONS))
        self._owns_emulator = emulator is None
        self.emulator: Emulator = make_emulator(engine, rom) if emulator is None else emulator
        self.snapshot: Snapshot
        self.held: tuple[int, ...] = ()
        self._sticky = sticky
        self._max_noops = max_noops
        self._stall_limit_steps = stall_limit_steps
        self._stall_terminates = stall_terminates
        self._reward = reward
        self._variables: ram.GameVariables
        self.progress: EpisodeProgress
        self._start_x = 0
        self._from_start = True
        self._buttons = 0
        self._steps = 0
        self._area = (0, 0, 0)
        self._best_x = 0
        self._stalled_steps = 0
        self._needs_reset = True
        self._is_closed = False

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Frame, dict[str, Any]]:
        """Start an episode.

        Raises:
            InputError: a seed that is no whole number from 0 on, an unknown option, a wrong level or state, or a state
                outside play.
            gymnasium.error.ClosedEnvironmentError: after ``close``, as from every other method.
        """
        self._check_open("reset")
        super().reset(seed=as_seed(seed))
        if not isinstance(options, Mapping | None):
            raise InputError(f"options: {options!r} is not a dict; the options are level, state and noops")
        options = dict(options or {})
        level, state, noops = options.pop("level", None), options.pop("state", None), options.pop("noops", None)
        if options:
            raise InputError(f"reset: unknown option {next(iter(options))!r}; the options are level, state and noops")
        if noops is not None:
            _check_whole("noops", noops, 0, 255)
            noops = int(noops)
        if not isinstance(state, bytes | None):
            raise InputError(f"state: {type(state).__name__} is not bytes of Emulator.save_state")
        if level is not None:
            self.level = _as_level(level)
        self._needs_reset = True
        self._start(state, noops)
        self._buttons = self._steps = 0
        self._forget_progress()
        self._needs_reset = False
        return self.snapshot.frame, self._info(False, False, NO_REWARD)

    def _start(self, state: bytes | None, noops: int | None) -> None:
        if noops is None:
            noops = int(self.np_random.integers(self._max_noops + 1)) if self._max_noops else 0
        memory = self._enter(state)
        if noops:
            self.snapshot = self.emulator.step(0, frames=noops)
            self.held = (0,) * noops
            memory = self.emulator.memory()
            if not can_start(memory):  # waiting in the way of an enemy
                memory = self._enter(state)
        if not can_start(memory):
            raise InputError("reset: an episode cannot start from this state; it is not one of Mario alive in a level")
        self._variables = ram.read_variables(memory)
        self._start_x, self._from_start = self._variables.x, state is None
        self._area = area_of(memory)
        self.progress = EpisodeProgress(self.emulator.rom, memory)

    def _enter(self, state: bytes | None) -> np.ndarray:
        """Put the emulator at a state, or at the level's start; the memory there."""
        self.snapshot = self.emulator.enter(self.level) if state is None else self.emulator.load_state(state)
        self.held = ()
        return self.emulator.memory()

    def step(self, action: np.int64 | int) -> tuple[Frame, float, bool, bool, dict[str, Any]]:
        """Hold an action for four frames.

        Args:
            action: index into ``ACTIONS``; an array of one is taken for the number in it.

        Raises:
            InputError: an unknown action.
            gymnasium.error.ResetNeeded: no episode has begun, or it has ended.
        """
        self._check_open("step")
        if self._needs_reset:
            raise gym.error.ResetNeeded("no episode is under way; call reset() before step()")
        frames_ahead = self._hold(ACTIONS[_action_index(action)].buttons)
        memory = self.emulator.memory()
        variables = ram.read_variables(memory)
        dead, flag = ram.is_dead(memory), ram.has_reached_goal(memory)
        before, self._variables = self._variables, variables
        self._steps += 1
        self.progress.note(memory, reached_goal=flag)
        stalled = self._has_stalled(memory) and not (dead or flag)
        terminated = dead or flag or (stalled and self._stall_terminates)
        truncated = stalled and not terminated
        parts = self._reward.parts(
            before,
            variables,
            died=dead,
            reached_goal=flag,
            stalled=stalled and self._stall_terminates,
            frames_ahead=frames_ahead,
        )
        self._needs_reset = terminated or truncated
        return self.snapshot.frame, parts.total, terminated, truncated, self._info(flag, dead, parts)

    def _hold(self, buttons: int) -> int:
        """Four frames of the buttons, the first few perhaps of the ones before (sticky actions).

        In how many of them Mario got ahead, where the reward asks for that.
        """
        stuck = 0
        if self._sticky and buttons != self._buttons:
            while stuck < FRAMES_PER_STEP and self.np_random.random() < self._sticky:
                stuck += 1
        self.held = (self._buttons,) * stuck + (buttons,) * (FRAMES_PER_STEP - stuck)
        ahead = 0
        if self._reward.by_frame:
            x = self._variables.x
            for held in self.held:
                self.snapshot = self.emulator.step(held)
                x, before = ram.read_variables(self.emulator.memory()).x, x
                ahead += x - before >= self._reward.progress_pixels
        else:
            if stuck:
                self.snapshot = self.emulator.step(self._buttons, frames=stuck)
            if stuck < FRAMES_PER_STEP:
                self.snapshot = self.emulator.step(buttons, frames=FRAMES_PER_STEP - stuck)
        if stuck < FRAMES_PER_STEP:
            self._buttons = buttons
        return ahead

    def _forget_progress(self) -> None:
        self._best_x = self._variables.x
        self._stalled_steps = 0

    def _has_stalled(self, memory: np.ndarray) -> bool:
        """Count steps without a new greatest x; pipes, growing and other moments without control do not count."""
        area = area_of(memory)
        if area != self._area or self._variables.x > self._best_x:
            self._area = area
            self._forget_progress()
        elif ram.is_under_control(memory):
            self._stalled_steps += 1
        return self._stall_limit_steps is not None and self._stalled_steps >= self._stall_limit_steps

    def _info(self, flag: bool, dead: bool, parts: RewardParts) -> dict[str, Any]:
        now = self._variables
        return {
            "x": now.x,
            "y": now.y,
            "time": now.time,
            "score": now.score,
            "coins": now.coins,
            "lives": now.lives,
            "power": now.power,
            "status": now.status,
            "world": now.world,
            "stage": now.stage,
            "flag": flag,
            "dead": dead,
            "steps": self._steps,
            "progress": self.progress.greatest,
            "start_x": self._start_x,
            "from_start": self._from_start,
            "reward_parts": {name: getattr(parts, name) for name in REWARD_PARTS},
        }

    def save(self) -> bytes:
        """Everything that the rest of a run depends on, the random generator included (not on nes-py).

        Bytes for ``restore``: a JSON header, then the emulator's state. ResetNeeded before the first ``reset``.
        """
        self._check_begun("save")
        header = json.dumps(
            {
                "level": str(self.level),
                "random": self.np_random.bit_generator.state,
                "buttons": self._buttons,
                "steps": self._steps,
                "start_x": self._start_x,
                "from_start": self._from_start,
                "area": self._area,
                "best_x": self._best_x,
                "stalled_steps": self._stalled_steps,
                "progress": self.progress.save(),
                "needs_reset": self._needs_reset,
            }
        ).encode()
        return _HEADER.pack(len(header)) + header + self.emulator.save_state()

    def restore(self, saved: bytes) -> None:
        """Go back to a saved moment: equal actions from here on give equal results; InputError on other bytes."""
        self._check_open("restore")
        try:
            end = _HEADER.size + _HEADER.unpack_from(saved)[0]
            values = json.loads(saved[_HEADER.size : end])
            level, area = Level.parse(values["level"]), tuple(values["area"])
            counters = [int(values[name]) for name in ("buttons", "steps", "best_x", "stalled_steps", "start_x")]
            from_start, needs_reset = bool(values["from_start"]), bool(values["needs_reset"])
            progress = EpisodeProgress.read(values.get("progress"))
            generator = np.random.PCG64()
            generator.state = values["random"]
        except (struct.error, ValueError, KeyError, TypeError):
            raise InputError("this is not a saved environment") from None
        self.snapshot = self.emulator.load_state(saved[end:])
        self.np_random = np.random.Generator(generator)
        self.level, self._area = level, area
        self._buttons, self._steps, self._best_x, self._stalled_steps, self._start_x = counters
        self._from_start, self._needs_reset = from_start, needs_reset
        memory = self.emulator.memory()
        self._variables = ram.read_variables(memory)
        self.progress = EpisodeProgress(self.emulator.rom, memory, progress)

    def render(self) -> Frame | None:
        """The last observation in render mode "rgb_array", else None; ResetNeeded before the first ``reset``."""
        self._check_begun("render")
        return self.snapshot.frame.copy() if self.render_mode == "rgb_array" else None

    def close(self) -> None:
        """Close the emulator, unless the caller brought it; twice is allowed."""
        self._is_closed = True
        if self._owns_emulator:
            self.emulator.close()

    def _check_open(self, what: str) -> None:
        if self._is_closed:
            raise gym.error.ClosedEnvironmentError(f"{what}: the environment is closed; make another one")

    def _check_begun(self, what: str) -> None:
        self._check_open(what)
        if not hasattr(self, "progress"):
            raise gym.error.ResetNeeded(f"no episode was begun; call reset() before {what}()")


def can_start(memory: np.ndarray) -> bool:
    """Whether an episode can start at a moment, by its work RAM, uint8 (2048,): Mario is alive in a level."""
    return ram.is_in_play(memory) and not ram.is_dead(memory) and not ram.has_reached_goal(memory)


def _as_level(level: str | Level) -> Level:
    if isinstance(level, Level):
        return level
    if not isinstance(level, str):
        raise InputError(f"level: {level!r} is not a level; write world-stage, 1-1 to 8-4")
    return Level.parse(level)


def as_seed(seed: Any) -> int | None:
    """A seed as Gymnasium takes it, from any kind of whole number; InputError on what is none, or negative."""
    try:
        number = None if seed is None else operator.index(seed)
    except TypeError:
        number = -1
    if number is not None and number < 0:
        raise InputError(f"seed: {seed!r} is not a seed; give a whole number from 0 on, or None")
    return number


def _action_index(action: Any) -> int:
    try:
        number = operator.index(action.item() if isinstance(action, np.ndarray) and action.size == 1 else action)
    except TypeError:
        number = -1
    if not 0 <= number < len(ACTIONS):
        raise InputError(f"action: {action} is not an action; they go from 0 to {len(ACTIONS) - 1}")
    return number


def _check_whole(name: str, value: Any, low: int, high: int) -> None:
    if not isinstance(value, int | np.integer):
        raise InputError(f"{name}: {value!r} is not a whole number; it goes from {low} to {high}")
    _check_range(name, value, low, high)


def _check_range(name: str, value: Any, low: float, high: float) -> None:
    if not isinstance(value, int | float | np.number) or not low <= value <= high:
        raise InputError(f"{name}: {value} is out of range; it goes from {low} to {high}")


def area_of(memory: np.ndarray) -> tuple[int, int, int]:
    """World, stage and loaded area: where x is measured."""
    return int(memory[ram.WORLD]), int(memory[ram.STAGE]), ram.area_address(memory)
