"""What is shown and selected, and the signals that say so. Panels and views know this object and not each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal

from core.errors import InputError
from core.game.emulator import ENGINE_NAMES, Emulator
from core.game.level import Level
from core.game.rom import Rom
from gui.display import Display
from gui.game import Shot
from gui.game_thread import Command, GameState, GameThread
from gui.keyboard import Controller
from gui.latest import Latest
from gui.segmenters import LABEL_SOURCES, find_networks
from gui.settings import Settings
from gui.shortcuts import PRESETS
from gui.slots import SlotFiles
from gui.vision import Picture, Vision, Wanted

SPEEDS: tuple[float | None, ...] = (0.25, 0.5, 1.0, 2.0, 4.0, None)
VIEWS: tuple[str, ...] = ("raw", "labels", "network")
ARRANGEMENTS: tuple[str, ...] = ("equal", "large")
WELCOME = {
    "arrows": "arrows walk, X jumps, Z runs, Space pauses, ? shows all keys",
    "wasd": "A and D walk, K jumps, J runs, Space pauses, ? shows all keys",
}
_TRAIN = "python main.py --train fcn --data DIR"
_TEXT_INTERVAL = 150  # ms between refreshes of numbers: faster cannot be read


def default_emulator(engine: str, rom: Rom) -> Emulator:
    """The emulator of the real game; imported when it is first needed."""
    from core.game.emulator import make_emulator

    return make_emulator(engine, rom)


class Session(Display):
    """The model behind the window.

    Signals:
        picture_changed: a new ``picture`` is there; views repaint.
        numbers_due: a few times a second while pictures come; texts refresh.
        state_changed: ``state``, speed, sources or networks changed; controls refresh.
        hover_changed: the pixel under the mouse changed.
        notice: one sentence for the status bar.
        focus_wanted: the keyboard shall go to the game.
    """

    picture_changed = Signal()
    numbers_due = Signal()
    state_changed = Signal()
    hover_changed = Signal()
    notice = Signal(str)
    focus_wanted = Signal()
    _picture_waiting = Signal()
    _state_arrived = Signal(object)
    _networks_arrived = Signal(object)

    def __init__(
        self,
        settings: Settings,
        runs: Path,
        make_emulator: Callable[[str, Rom], Emulator] = default_emulator,
    ) -> None:
        super().__init__(settings)
        self.runs = runs
        self.picture: Picture | None = None
        self.state = GameState()
        self.hover: tuple[int, int] | None = None
        self.probability: tuple[tuple[int, int], float] | None = None
        self.networks: list[tuple[str, Path]] = []
        self.networks_problem = "looking for networks …"
        self.network: Path | None = None
        self.slots = SlotFiles(settings.folder / "slots")
        self.controller = Controller({})
        self._pictures: Latest[Picture] = Latest()
        self._asked: Path | None = None
        self._rewinding = False
        self._started = False
        self._game = GameThread(
            make_emulator,
            self.slots,
            self.controller.sample,
            self._take_shot,
            self._state_arrived.emit,
            self.notice.emit,
        )
        self._vision = Vision(self._put_picture, self._pause_at)
        self._numbers = QTimer(self, interval=_TEXT_INTERVAL, singleShot=True)
        self._numbers.timeout.connect(self.numbers_due)
        self._picture_waiting.connect(self._show_picture, Qt.ConnectionType.QueuedConnection)
        self._networks_arrived.connect(self._keep_networks, Qt.ConnectionType.QueuedConnection)
        self._state_arrived.connect(self._keep_state, Qt.ConnectionType.QueuedConnection)

    # Life

    def start(self, rom: Path | None = None, engine: str | None = None) -> None:
        """Begin to play; called once the window is on the screen."""
        self._started = True
        self._game.speed = self.speed
        self._game.start()
        self._vision.start()
        self.find_networks()
        remembered = self.settings.get("rom")
        self._open(rom or (Path(remembered) if remembered else None), engine or self._engine)
        self.notice.emit(WELCOME[self.preset])

    def close(self) -> None:
        """End the threads; nothing is published afterwards."""
        self._numbers.stop()
        self.settings.store.sync()
        if self._started:
            self._started = False
            self._game.close()
            self._vision.close()

    # From the threads

    def _take_shot(self, shot: Shot) -> None:
        self._vision.show(shot)

    def _put_picture(self, picture: Picture) -> None:
        if self._pictures.put(picture):
            self._picture_waiting.emit()  # one signal however many pictures: never frames through the event queue

    def _pause_at(self, shot: Shot) -> None:
        self.post(lambda thread: thread.pause_at(shot))
        self.notice.emit("paused: mIoU fell below the limit")

    def _show_picture(self) -> None:
        picture = self._pictures.take()
        if picture is None or not self._started:
            return
        self.picture = picture
        self.probability = picture.probability
        self.picture_changed.emit()
        if not self._numbers.isActive():
            self._numbers.start()

    def _keep_state(self, state: GameState) -> None:
        if state.engine and state.engine != self.state.engine and not state.has_states:
            self.notice.emit(f"{state.engine}: no rewind, no save slots, no exact labels; these need stable-retro")
        is_new = state.rom is not self.state.rom
        self.state = state
        if state.problem:
            self.picture = None
        elif is_new and self._asked is not None:
            self.settings.set("rom", str(self._asked))
        if state.rom is not None:
            self.settings.set("level", str(state.level))
        self._want()
        self.state_changed.emit()

    # The game

    def post(self, command: Command) -> None:
        """Have the game thread do something."""
        self._game.post(command)

    def open_rom(self, path: Path) -> None:
        """Play the ROM in a file, folder or zip; it is remembered once it has proved right."""
        self._open(path, self._engine)

    def _open(self, rom: Path | Rom | None, engine: str) -> None:
        level = self._remembered_level()

        self._asked = rom if isinstance(rom, Path) else None
        self.post(lambda thread: thread.open(engine, rom, level))

    def _remembered_level(self) -> Level:
        try:
            return Level.parse(self.settings.get("level"))
        except InputError:
            return Level(1, 1)

    @property
    def _engine(self) -> str:
        engine: str = self.settings.get("engine")
        return engine if engine in ENGINE_NAMES else "auto"

    def set_engine(self, engine: str) -> None:
        """Play on "stable-retro" or "nes-py"."""
        if engine == self.state.engine:
            return
        self.settings.set("engine", engine)
        remembered = self.settings.get("rom")
        self._open(self.state.rom or (Path(remembered) if remembered else None), engine)

    def enter(self, level: Level) -> None:
        """Start a level."""
        self.post(lambda thread: thread.enter(level))

    def set_paused(self, paused: bool) -> None:
        """Pause or go on."""
        self.post(lambda thread: thread.pause(paused))

    def toggle_pause(self) -> None:
        """Pause or go on, whichever it does not."""
        self.post(lambda thread: thread.pause(not thread.state.paused))

    def set_random(self, on: bool) -> None:
        """Let the random agent play, or the person."""
        seed = int(self.settings.get("seed")) if on else None
        self.post(lambda thread: thread.play_randomly(seed))

    def set_seed(self, seed: int) -> None:
        """Choose the random agent's seed; it starts again with it if it plays."""
        self.settings.set("seed", seed)
        if self.state.random_seed is not None:
            self.set_random(True)

    @property
    def speed(self) -> float | None:
        """Times the console's speed, None for unlimited."""
        speed = self.settings.get("speed")
        return speed if speed in SPEEDS else 1.0

    def set_speed(self, speed: float | None) -> None:
        """Choose one of ``SPEEDS``."""
        self.settings.set("speed", speed)
        self._game.speed = speed
        self.state_changed.emit()

    def change_speed(self, by: int) -> None:
        """Go up or down the list of speeds."""
        place = SPEEDS.index(self.speed) + by
        self.set_speed(SPEEDS[min(max(place, 0), len(SPEEDS) - 1)])

    def set_rewinding(self, on: bool) -> None:
        """Run backwards while on."""
        if on != self._rewinding:
            self._rewinding = on
            self.post(lambda thread: thread.rewind(on))

    def set_turbo(self, on: bool) -> None:
        """Four times as fast while on."""
        self._game.turbo = on

    def set_preset(self, preset: str, bindings: dict[int, int]) -> None:
        """Choose the controller's keys: a name in ``PRESETS`` and its bindings by key code."""
        self.settings.set("preset", preset)
        self.controller.bind(bindings)
        self.state_changed.emit()

    @property
    def preset(self) -> str:
        """Name of the controller's keys."""
        preset = self.settings.get("preset")
        return preset if preset in PRESETS else "arrows"

    @property
    def rates(self) -> tuple[float, float]:
        """Frames per second of the game and of the pictures."""
        return self._game.rate.rate, self._vision.rate.rate

    # What is computed

    @property
    def labels(self) -> str:
        """Source of the second view; sprites where exact labels cannot be had."""
        chosen: str = self.settings.get("labels")
        if chosen not in LABEL_SOURCES:
            chosen = LABEL_SOURCES[0]
        return "sprites" if chosen == "exact" and self.state.engine and not self.state.has_exact_memory else chosen

    def set_labels(self, source: str) -> None:
        """Choose the second view's source."""
        self.settings.set("labels", source)
        self._want()
        self.state_changed.emit()

    def find_networks(self) -> None:
        """Look for networks in the folder of runs, in the background: this imports ONNX Runtime."""
        self._vision.load(self._list_networks, self._networks_arrived.emit)

    def _list_networks(self) -> tuple[list[tuple[str, Path]], str]:
        try:
            networks = find_networks(self.runs)
        except (InputError, OSError) as error:
            return [], str(error)
        except ImportError as error:
            return [], f"{error.name} is not installed, so no network can run; pip install -r requirements.txt"
        return networks, "" if networks else f"no network in {self.runs.name}; train one:\n{_TRAIN}"

    def _keep_networks(self, found: tuple[list[tuple[str, Path]], str]) -> None:
        self.networks, self.networks_problem = found
        names = [name for name, _ in self.networks]
        wanted = self.settings.get("network")
        if names and wanted not in names:
            wanted = next((name for name in names if "native" in name), names[0])
        self.network = dict(self.networks).get(wanted)
        self._want()
        self.state_changed.emit()

    def set_network(self, name: str) -> None:
        """Choose the third view's network by its name."""
        self.settings.set("network", name)
        self.network = dict(self.networks).get(name)
        self.probability = None
        self._want()
        self.state_changed.emit()

    def set_pause_below(self, limit: float, on: bool) -> None:
        """Pause when the mIoU of a frame falls below the limit."""
        self.settings.set("pause_below", limit)
        self.settings.set("pause_below_on", on)
        self._want()
        self.state_changed.emit()

    def _want(self) -> None:
        rom = self.state.rom
        limit = self.settings.get("pause_below") if self.settings.get("pause_below_on") else None
        self._vision.want(Wanted(self.labels, self.network, rom, limit, self.hover))

    def set_hover(self, pixel: tuple[int, int] | None) -> None:
        """The mouse is over a pixel (column, row) of the frame, or over none."""
        if pixel != self.hover:
            self.hover = pixel
            self.probability = None
            self._want()
            self.hover_changed.emit()


def default_runs() -> Path:
    """The folder of runs beside the program."""
    return Path(__file__).resolve().parents[1] / "saved_agents"
