"""The running game as the window steers it: commands by name, what it does, and its speed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.agents.recording import Recording
from core.dataset.frozen_frame import FrozenFrame
from core.errors import InputError
from core.frame import Frame
from core.game.emulator import ENGINE_NAMES, Emulator
from core.game.level import Level
from core.game.rom import Rom
from gui.game.agent_player import AgentPlayer
from gui.game.controller import Controller
from gui.game.play import Shot
from gui.game.players import Player
from gui.game.save_slots import SLOT_COUNT, SlotFiles, SlotInfo
from gui.game.thread import Command, GameState, GameThread
from gui.keys.keymap import Keymap
from gui.kit.background import Background
from gui.kit.clock import RateMeter
from gui.kit.notices import Notices
from gui.kit.preferences import Preferences

SPEEDS: tuple[float | None, ...] = (0.25, 0.5, 1.0, 2.0, 4.0, None)
SPEED_NAMES: dict[float | None, str] = {0.25: "¼×", 0.5: "½×", 1.0: "1×", 2.0: "2×", 4.0: "4×", None: "unlimited"}


def default_emulator(engine: str, rom: Rom) -> Emulator:
    """The emulator of the real game; imported when it is first needed."""
    from core.game.engines import make_emulator

    return make_emulator(engine, rom)


class GameControl(QObject):
    """The game's thread behind named commands, which are carried out between two frames; the window's thread only.

    Signals:
        state_changed: ``state`` or ``speed``; controls refresh.

    Attributes:
        state: what the game's thread does.
        slots: places for save states.
        controller: the keys that a person holds.
    """

    state_changed = Signal()

    def __init__(
        self,
        preferences: Preferences,
        keys: Keymap,
        notices: Notices,
        background: Background,
        make_emulator: Callable[[str, Rom], Emulator],
        publish: Callable[[Shot], None],
        keep: Callable[[Recording], None],
    ) -> None:
        """A game that has not begun.

        Args:
            preferences: what is remembered.
            keys: the controller's keys among others.
            notices: where sentences for the user go.
            background: where the game's worker belongs to.
            make_emulator: makes the engines.
            publish: takes each frame, in the game's thread; must not block.
            keep: takes each episode that ended, in the game's thread.
        """
        super().__init__()
        self.state = GameState()
        self.slots = SlotFiles(preferences.folder / "slots")
        self.controller = Controller({})
        self._preferences, self._notices = preferences, notices
        self._asked: Path | None = None
        self._rewinding = False
        self._slot_jobs = background.jobs("slots")
        report = background.in_window(self._keep_state)
        self._thread = GameThread(
            background.workers, make_emulator, self.slots, self.controller.sample, publish, report, notices.tell, keep
        )
        keys.follow(lambda: self.controller.bind(keys.buttons()))

    def start(self, rom: Path | None = None, engine: str | None = None) -> None:
        """Begin to play: the ROM and engine given, else those of last time."""
        self._thread.speed = self.speed
        self._thread.start()
        seed, restarts = int(self._preferences.get("seed")), bool(self._preferences.get("restart_episodes"))
        self.post(lambda thread: thread.seed(seed))
        self.post(lambda thread: thread.restart_episodes(restarts))
        self._open(rom or self._remembered_rom, engine or self.engine_choice)

    @property
    def rate(self) -> RateMeter:
        """Meter of frames per second."""
        return self._thread.rate

    def post(self, command: Command) -> None:
        """Have the game's thread do something."""
        self._thread.post(command)

    def _keep_state(self, state: GameState) -> None:
        if state.engine and state.engine != self.state.engine and not state.has_states:
            self._notices.tell(f"{state.engine}: no rewind, no save slots, no exact labels; these need stable-retro")
        is_new = state.rom is not self.state.rom
        self.state = state
        if not state.problem and is_new and self._asked is not None:
            self._preferences.set(
                "rom", str(self._asked.expanduser().absolute())
            )  # the next start may be in another folder
        if state.rom is not None:
            self._preferences.set("level", str(state.level))
        self.state_changed.emit()

    # ROM, engine and level

    def open_rom(self, path: Path) -> None:
        """Play the ROM in a file, folder or zip; it is remembered once it has proved right."""
        self._open(path, self.engine_choice)

    def open_packaged_rom(self) -> None:
        """Play the game that comes inside gym-super-mario-bros, also next time."""
        self._preferences.set("rom", "")
        self._open(None, self.engine_choice)

    def _open(self, rom: Path | Rom | None, engine: str) -> None:
        level = self._remembered_level
        self._asked = rom if isinstance(rom, Path) else None
        self.post(lambda thread: thread.open(engine, rom, level))

    @property
    def _remembered_rom(self) -> Path | None:
        remembered = self._preferences.get("rom")
        return Path(remembered) if remembered else None

    @property
    def _remembered_level(self) -> Level:
        try:
            return Level.parse(self._preferences.get("level"))
        except InputError:
            return Level(1, 1)

    @property
    def engine_choice(self) -> str:
        """The engine that was chosen: "stable-retro", "nes-py", or "auto" for the first that is installed."""
        engine: str = self._preferences.get("engine")
        return engine if engine in ENGINE_NAMES else "auto"

    def set_engine(self, engine: str) -> None:
        """Play on "stable-retro" or "nes-py"."""
        if engine != self.state.engine:
            self._preferences.set("engine", engine)
            self._open(self.state.rom or self._remembered_rom, engine)

    def enter(self, level: Level) -> None:
        """Start a level."""
        self.post(lambda thread: thread.enter(level))

    def reset(self) -> None:
        """Start the level again."""
        self.post(lambda thread: thread.reset())

    # Time

    def set_paused(self, paused: bool) -> None:
        """Pause or go on."""
        self.post(lambda thread: thread.pause(paused))

    def toggle_pause(self) -> None:
        """Pause or go on, whichever it does not."""
        self.post(lambda thread: thread.pause(not thread.state.paused))

    def pause_at(self, shot: Shot) -> None:
        """Pause at a frame that was published a moment ago (from any thread)."""
        self.post(lambda thread: thread.pause_at(shot))
        self._notices.tell("paused: mIoU fell below the limit")

    def advance(self) -> None:
        """Pause, and play one frame."""
        self.post(lambda thread: thread.advance())

    def back(self) -> None:
        """Pause, and go one frame back."""
        self.post(lambda thread: thread.back())

    def set_rewinding(self, on: bool) -> None:
        """Run backwards while on."""
        if on != self._rewinding:
            self._rewinding = on
            self.post(lambda thread: thread.rewind(on))

    def set_turbo(self, on: bool) -> None:
        """Four times as fast while on."""
        self._thread.turbo = on

    @property
    def speed(self) -> float | None:
        """Times the console's speed, None for unlimited."""
        speed = self._preferences.get("speed")
        return speed if speed in SPEEDS else 1.0

    def set_speed(self, speed: float | None) -> None:
        """Choose one of ``SPEEDS``."""
        self._preferences.set("speed", speed)
        self._thread.speed = speed
        self.state_changed.emit()

    def change_speed(self, by: int) -> None:
        """Go up or down the list of speeds."""
        place = SPEEDS.index(self.speed) + by
        self.set_speed(SPEEDS[min(max(place, 0), len(SPEEDS) - 1)])

    # Save states

    def load_slot(self, slot: int) -> None:
        """Go to the moment in a slot."""
        self.post(lambda thread: thread.load_slot(slot))

    def save_slot(self, slot: int) -> None:
        """Put this moment into a slot."""
        self.post(lambda thread: thread.save_slot(slot))

    def list_slots(self, then: Callable[[dict[int, tuple[SlotInfo | None, Frame | None]]], object]) -> None:
        """Hand over what the slots hold, with a picture; None for what is not there or damaged."""
        slots = range(1, SLOT_COUNT + 1)
        self._slot_jobs.load(lambda: {slot: (self.slots.info(slot), self.slots.picture(slot)) for slot in slots}, then)

    def undo_load(self) -> None:
        """Go back to the moment before a slot was loaded."""
        self.post(lambda thread: thread.undo_load())

    def branch(self, state: bytes, level: Level, player: Player, total: float) -> None:
        """Go on from a moment of a replayed episode, up to which the return was ``total``; a person finds it paused."""
        self.post(lambda thread: thread.branch(state, level, player, total))

    # What others take from it

    def freeze(self, give: Callable[[FrozenFrame], object]) -> None:
        """Pause, and hand over the frame with what a data set needs; ``give`` is called in the game's thread."""
        self.post(lambda thread: thread.freeze(give))

    def give_episode(self, give: Callable[[Recording], object]) -> None:
        """Pause, and hand over what was played so far; ``give`` is called in the game's thread."""
        self.post(lambda thread: thread.give_episode(give))

    # Who plays

    def play(self, player: Player) -> None:
        """Give the controller to somebody; to the saved agent only when there is one."""
        self.post(lambda thread: thread.play(player))

    def set_agent(self, agent: AgentPlayer | None, plays: bool, level: Level | None = None) -> None:
        """Let another saved agent watch, and play if so wanted: in a level, if one is given; None for no agent."""
        self.post(lambda thread: thread.set_agent(agent))
        if agent is not None and plays:
            if level is not None:
                self.enter(level)
            self.play("agent")

    def set_seed(self, seed: int) -> None:
        """Choose the random agent's seed; it starts again with it."""
        self._preferences.set("seed", seed)
        self.post(lambda thread: thread.seed(seed))

    def set_restarts(self, on: bool) -> None:
        """Whether the level starts again when an agent's episode has ended."""
        self._preferences.set("restart_episodes", on)
        self.post(lambda thread: thread.restart_episodes(on))
