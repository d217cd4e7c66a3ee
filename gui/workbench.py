"""The composition root: makes the models behind the window, wires them, starts and ends them. No logic of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt

from core.game.emulator import Emulator
from core.game.rom import Rom
from core.locations import data_folder
from gui.agents.catalog import AgentCatalog
from gui.agents.player_switch import PlayerSwitch
from gui.agents.saliency import SaliencyWatch
from gui.agents.watch import RunShows
from gui.episodes.model import EpisodesModel
from gui.episodes.replay.episode_library import EpisodeLibrary
from gui.keys.keymap import Keymap
from gui.kit.background import Background
from gui.kit.command_process import CommandProcess
from gui.kit.file_dialogs import FileDialogs
from gui.kit.notices import Notices
from gui.kit.preferences import Preferences
from gui.label.model import LabelModel
from gui.live.game_control import GameControl, default_emulator
from gui.live.navigator import Navigator
from gui.live.preview import Preview
from gui.pictures.view_options import ViewOptions
from gui.runs.actions import RunActions
from gui.runs.model import RunsModel
from gui.trainings.model import Trainings


class Workbench:
    """Everything that lives as long as the window.

    Attributes:
        preferences: what is remembered between two starts.
        notices: sentences for the user.
        background: the workers of this window.
        saving: jobs that write pictures.
        files: asks for files and folders.
        navigator: leads from one place of the window to another.
        keys: the keys in force.
        options: how pictures are drawn.
        preview: the frame seen three ways.
        game: the running game.
        agents: the saved agents.
        players: who holds the controller.
        saliency: where the agent looks.
        runs: all runs, with their curves.
        run_actions: what is done with them.
        trainings: the trainings under way.
        label: what is being labelled.
        episodes: episodes that were played, evaluated, or are played side by side.
        collecting, segmenting: the making of a data set, and of class maps of files; each in a process of its own.
    """

    def __init__(
        self,
        preferences: Preferences,
        networks: Path,
        make_emulator: Callable[[str, Rom], Emulator] = default_emulator,
        agents: Sequence[Path] | None = None,
        trainings: Path | None = None,
    ) -> None:
        """Models that have not begun.

        Args:
            preferences: what is remembered.
            networks: folder with the networks.
            make_emulator: makes the engines.
            agents: folders with the saved agents; ``networks`` unless given.
            trainings: folder where trainings put their runs; ``networks`` unless given.
        """
        self.preferences = preferences
        self.notices, self.navigator = Notices(), Navigator()
        self.files = FileDialogs(preferences)
        self.keys, self.options = Keymap(preferences), ViewOptions(preferences)
        background = self.background = Background(self.notices.tell)

        def rom() -> str:
            return str(preferences.get("rom"))

        loading, self.saving = background.jobs("loading"), background.jobs("saving")
        self.preview = Preview(preferences, self.options, (networks, trainings or networks), background, loading)
        self.agents = AgentCatalog(preferences, agents or (networks,), loading)
        self.runs = RunsModel(preferences, self.agents.folders, background)
        self.run_actions = RunActions(self.runs, background)
        self.trainings = Trainings(trainings or networks, rom, self.navigator, background)
        self.saliency = SaliencyWatch(self.preview, self.agents, background)
        library = EpisodeLibrary()
        self.game = GameControl(
            preferences, self.keys, self.notices, background, make_emulator, self.preview.show, library.take
        )
        self.episodes = EpisodesModel(
            library, rom, self.game, self.agents, self.keys, self.navigator, self.notices, background, loading
        )
        self.shows = RunShows(self.game, self.preview, self.agents, self.navigator)
        self.players = PlayerSwitch(self.game, self.agents, self.navigator, self.notices)
        self.label = LabelModel(
            preferences, self.game, self.preview, self.trainings, self.navigator, self.notices,
            background, (data_folder() / "labels").resolve(),  # remembered, and the program may be started elsewhere
        )  # fmt: skip
        self.collecting, self.segmenting, self.reporting = (CommandProcess(background.workers) for _ in range(3))
        self._wire()

    def _wire(self) -> None:
        self.agents.set_agent = self.game.set_agent
        self.game.state_changed.connect(lambda: self.preview.follow(self.game.state))
        self.game.state_changed.connect(lambda: self.agents.follow(self.game.state))
        # The segmenting worker itself posts to the game, which may not run on until the window has time.
        self.preview.miou_fell.connect(self.game.pause_at, Qt.ConnectionType.DirectConnection)
        self.trainings.notice.connect(self.notices.tell)
        self.trainings.changed.connect(lambda: self.preview.follow_training(self.trainings.is_busy))
        self.trainings.ended.connect(self.preview.find_networks)
        self.trainings.ended.connect(self.agents.find)
        self.run_actions.folders_changed.connect(self.preview.find_networks)
        self.trainings.states_changed.connect(self.runs.scan)
        self.navigator.run_wanted.connect(self.runs.choose_soon)
        self.episodes.replay.to_label.connect(self.label.label_frozen)

    def start(self, rom: Path | None = None, engine: str | None = None) -> None:
        """Begin everything; called once the window is on the screen."""
        self.preview.start()
        self.trainings.start_watching()
        self.label.start()
        self.agents.find()
        self.game.start(rom, engine)
        self.notices.tell(self.keys.problem or self.keys.first_keys)

    def close(self) -> None:
        """End all threads and processes but the trainings' together; nothing is published afterwards."""
        for part in (self.label, self.episodes, self.agents, self.runs, self.preview):
            part.close()
        self.background.close()
        self.preferences.store.sync()
