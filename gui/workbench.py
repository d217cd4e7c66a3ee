"""What is shown and selected, and the signals that say so. Panels and views know this object and not each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal

from core.errors import InputError
from core.game.emulator import ENGINE_NAMES, LEFT, RIGHT, A, B, Emulator
from core.game.level import Level
from core.game.rom import Rom
from gui.agents.catalog import AgentCatalog
from gui.agents.saliency import SaliencyWatch
from gui.episodes.model import EpisodesModel
from gui.game.agent_player import AgentPlayer
from gui.game.controller import Controller
from gui.game.play import Shot
from gui.game.players import Player
from gui.game.save_slots import SlotFiles
from gui.game.thread import Command, GameState, GameThread
from gui.keys.action_table import PRESETS, button_id
from gui.kit.command_process import CommandProcess
from gui.kit.preferences import Preferences
from gui.label.model import LabelModel
from gui.live.preview import Preview
from gui.runs.model import RunsModel
from gui.trainings.model import Trainings

SPEEDS: tuple[float | None, ...] = (0.25, 0.5, 1.0, 2.0, 4.0, None)
SPEED_NAMES: dict[float | None, str] = {0.25: "¼×", 0.5: "½×", 1.0: "1×", 2.0: "2×", 4.0: "4×", None: "unlimited"}
ARRANGEMENTS: tuple[str, ...] = ("equal", "large")
PLAYER_NAMES: dict[Player, str] = {"person": "Keyboard", "random": "Random agent", "agent": "Saved agent"}


def default_emulator(engine: str, rom: Rom) -> Emulator:
    """The emulator of the real game; imported when it is first needed."""
    from core.game.engines import make_emulator

    return make_emulator(engine, rom)


class Workbench(Preview):
    """The model behind the window.

    Signals:
        focus_wanted: the keyboard shall go to the game.
        agent_wanted: the saved agents shall be seen.
        play_wanted: the Play tab shall be seen.
        collect_wanted: the form of a new data set shall be seen.

    Attributes:
        agents: the saved agents.
        past: episodes that were played.
        gaze: where the agent looks.
        training_runs: all runs, with their curves.
        training: the trainings.
        slots: places for save states.
        controller: the keys that a person holds.
        labelling: what is being labelled.
        collecting, segmenting: the making of a data set, and of class maps of files; each in a process of its own.
    """

    focus_wanted = Signal()
    agent_wanted = Signal()
    play_wanted = Signal()
    collect_wanted = Signal()
    _state_arrived = Signal(object)

    def __init__(
        self,
        settings: Preferences,
        runs: Path,
        make_emulator: Callable[[str, Rom], Emulator] = default_emulator,
        agents: Sequence[Path] | None = None,
        trainings: Path | None = None,
    ) -> None:
        """A session that has not begun.

        Args:
            settings: what is remembered.
            runs: folder with the networks.
            make_emulator: makes the engines.
            agents: folders with the saved agents; ``runs`` unless given.
            trainings: folder where trainings put their runs; ``runs`` unless given.
        """
        super().__init__(settings, runs, trainings)
        self.slots = SlotFiles(settings.folder / "slots")
        self.controller = Controller({})
        self.keys.follow(self._bind)
        self.agents = AgentCatalog(settings, agents or (runs,), self._load)
        self.agents.seat = self._seat
        self.training_runs = RunsModel(settings, self.agents.folders)
        self.training = Trainings(trainings or runs, lambda: str(settings.get("rom")))
        self.training.ended.connect(self.find_networks)
        self.labelling = LabelModel(self)
        self.past = EpisodesModel(self, self._load)
        self.saliency = SaliencyWatch(self)
        self.collecting, self.segmenting = CommandProcess(), CommandProcess()
        self._asked: Path | None = None
        self._rewinding = False
        self._handed_over: Player = "agent"
        self._game = GameThread(
            make_emulator,
            self.slots,
            self.controller.sample,
            self._take_shot,
            self._state_arrived.emit,
            self.notice.emit,
            self.past.library.take,
        )
        self._state_arrived.connect(self._keep_state, Qt.ConnectionType.QueuedConnection)

    # Life

    def start(self, rom: Path | None = None, engine: str | None = None) -> None:
        """Begin to play; called once the window is on the screen."""
        self._is_live = True
        self._game.speed = self.speed
        self._game.start()
        self._vision.start()
        self.training.start_watching()
        self.labelling.start()
        self.find_networks()
        self.agents.find()
        seed, restarts = int(self.settings.get("seed")), bool(self.settings.get("restart_episodes"))
        self.post(lambda thread: thread.seed(seed))
        self.post(lambda thread: thread.restart_episodes(restarts))
        remembered = self.settings.get("rom")
        self._open(rom or (Path(remembered) if remembered else None), engine or self.engine_choice)
        self.notice.emit(self.keys.problem or self.first_keys)

    @property
    def first_keys(self) -> str:
        """The keys to begin with, for a sentence."""
        left, right, jump, run = (button_id(self.preset, button) for button in (LEFT, RIGHT, A, B))
        walk = f"{self.keys.first(left)} and {self.keys.first(right)} walk, "
        can_walk = self.keys.first(left) and self.keys.first(right)
        deeds = {jump: "jumps", run: "runs", "pause": "pauses", "help": "shows all keys"}
        return (walk if can_walk else "") + self.keys.deeds(deeds)

    def close(self) -> None:
        """End the threads; nothing is published afterwards."""
        self._numbers.stop()
        self.labelling.close()
        self.past.close()
        self.collecting.close()
        self.segmenting.close()
        self.saliency.close()
        self.agents.close()
        self.training_runs.close()
        self.training.close()
        self.settings.store.sync()
        if self._is_live:
            self._is_live = False
            self._game.close()
            self._vision.close()

    # From the threads

    def _take_shot(self, shot: Shot) -> None:
        self._vision.show(shot)

    def _on_low_miou(self, shot: Shot) -> None:
        self.post(lambda thread: thread.pause_at(shot))
        self.notice.emit("paused: mIoU fell below the limit")

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
        if state.player != "person":
            self._handed_over = state.player
        self._want()
        self.agents.follow(state)
        self.state_changed.emit()

    def _load(self, make: Callable[[], Any], when_done: Callable[[Any], None]) -> None:
        if self._is_live:
            self._vision.load(make, when_done)

    # The game

    def post(self, command: Command) -> None:
        """Have the game thread do something."""
        self._game.post(command)

    def open_rom(self, path: Path) -> None:
        """Play the ROM in a file, folder or zip; it is remembered once it has proved right."""
        self._open(path, self.engine_choice)

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
    def engine_choice(self) -> str:
        """The engine that was chosen: "stable-retro", "nes-py", or "auto" for the first that is installed."""
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

    def set_player(self, player: Player) -> None:
        """Hand the controller over; a saved agent that is not ready yet takes it when it is."""
        if player != "agent":
            self.post(lambda thread: thread.play(player))
        elif self.agents.items == []:
            self.notice.emit("there is no saved agent yet; the Agent page tells how to get one")
            self.agent_wanted.emit()
            self.state_changed.emit()  # whatever was chosen, the person still plays
        else:
            self.agents.open(plays=True)

    def swap_player(self) -> None:
        """Take the controller over, or hand it back to the agent that had it last."""
        self.set_player("person" if self.state.player != "person" else self._handed_over)

    def set_random(self, on: bool) -> None:
        """Let the random agent play, or the person."""
        self.set_player("random" if on else "person")

    def _seat(self, agent_player: AgentPlayer | None, plays: bool) -> None:
        self.post(lambda thread: thread.seat(agent_player))
        if agent_player is not None and plays:
            self.post(lambda thread: thread.play("agent"))

    def set_seed(self, seed: int) -> None:
        """Choose the random agent's seed; it starts again with it."""
        self.settings.set("seed", seed)
        self.post(lambda thread: thread.seed(seed))

    def set_restarts(self, on: bool) -> None:
        """Whether the level starts again when an agent's episode has ended."""
        self.settings.set("restart_episodes", on)
        self.post(lambda thread: thread.restart_episodes(on))

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

    def set_preset(self, preset: str) -> None:
        """Choose the controller's keys: a name in ``PRESETS``."""
        self.settings.set("preset", preset)
        self._bind()
        self.state_changed.emit()

    def _bind(self) -> None:
        self.controller.bind(self.keys.buttons(self.preset))

    @property
    def preset(self) -> str:
        """Name of the controller's keys."""
        preset = self.settings.get("preset")
        return preset if preset in PRESETS else "arrows"

    @property
    def rates(self) -> tuple[float, float]:
        """Frames per second of the game and of the pictures."""
        return self._game.rate.rate, self._vision.rate.rate


def default_runs() -> Path:
    """The folder of runs beside the program."""
    return Path(__file__).resolve().parents[1] / "saved_agents"
