"""The form of a new data set: what is played, by whom, how much of it is kept; and its making."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from core.agents.agent_choice import PLAYER_NAMES
from core.cli.report import collection_report
from core.config.collect import CollectConfig
from core.dataset.manifest import MANIFEST_NAME
from core.dataset.store import is_free_for_data
from core.errors import InputError
from core.game.level import parse_levels
from core.runs.commands import collect_arguments, free_name
from core.runs.queue import shown
from gui.agents.catalog import AgentCatalog
from gui.kit.command_panel import CommandPanel
from gui.kit.command_process import CommandProcess
from gui.kit.config_field import LABEL_WIDTH
from gui.kit.config_form import ConfigForm
from gui.kit.file_dialogs import FileDialogs
from gui.kit.notices import Notices
from gui.kit.preferences import Preferences
from gui.kit.widgets import scrolled
from gui.label.model import LabelModel
from gui.live.game_control import GameControl
from gui.trainings.model import Trainings

_SIZE = (620, 460)  # logical pixels
_NOTE = (
    "An agent plays levels from many places, and four frames in a row are kept with their labels. What is stored is "
    "whole at any moment: the same settings go on with a data set that was stopped."
)


class CollectDialog(QDialog):
    """Lies beside the window while the game goes on; closed, the collecting goes on too."""

    def __init__(
        self,
        game: GameControl,
        agents: AgentCatalog,
        label: LabelModel,
        trainings: Trainings,
        collecting: CommandProcess,
        notices: Notices,
        preferences: Preferences,
        files: FileDialogs,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._game, self._agents, self._label, self._trainings, self._collecting, self._notices, self._preferences = (
            game,
            agents,
            label,
            trainings,
            collecting,
            notices,
            preferences,
        )
        self.setWindowTitle("Collect a data set")
        note = QLabel(_NOTE)
        note.setObjectName("quiet")
        note.setWordWrap(True)
        self.folder = QLineEdit()
        self.folder.setToolTip("Its folder: a new one, or that of a data set to go on with (--collect)")
        self.page = ConfigForm(CollectConfig, {"agent": self._players}, files)
        self.bar = CommandPanel(collecting, "stacks", "Collect", self._ask)
        self.label, self.train = QPushButton("Look at it"), QPushButton("Train a network on it")
        self._done = (self.label, self.train)
        for button in self._done:
            button.hide()
            button.setAutoDefault(False)
            self.bar.more.addWidget(button)
        top, title = QHBoxLayout(), QLabel("Data set")
        title.setFixedWidth(LABEL_WIDTH)
        title.setBuddy(self.folder)
        top.addWidget(title)
        top.addWidget(self.folder)
        rows = QWidget()
        inner = QVBoxLayout(rows)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.page)
        inner.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addWidget(note)
        column.addLayout(top)
        column.addWidget(scrolled(rows), 1)
        column.addWidget(self.bar)
        self.resize(*_SIZE)
        self._suggest()
        self.folder.textEdited.connect(self._edit)
        self.page.edited.connect(self._edit)
        self.label.clicked.connect(self._look)
        self.train.clicked.connect(self._train)
        collecting.answered.connect(self._take)
        collecting.changed.connect(self._tell)

    @property
    def path(self) -> Path:
        """The data set's folder."""
        return Path(self.folder.text().strip())

    def _suggest(self) -> None:
        parent = self._label.data_folder.parent
        self.folder.setText(shown(parent / free_name(parent, CollectConfig.kind)))
        self._edit()

    def _players(self) -> list[str]:
        return [*PLAYER_NAMES, *(shown(path) for _, path in self._agents.items or [])]

    def _ask(self) -> tuple[str, list[str]]:
        try:
            config = self.page.config()
        except InputError as error:
            raise InputError(self.page.to_fix(error)) from None
        assert isinstance(config, CollectConfig)
        try:
            parse_levels(config.levels)
        except InputError as error:
            self.page.show_problem("levels", str(error))
            raise InputError(self.page.to_fix(error)) from None
        if not self.folder.text().strip():
            raise InputError("Name the data set's folder")
        if self.path.is_file() or (self._is_taken and not (self.path / MANIFEST_NAME).is_file()):
            raise InputError(f"{self.path} is there and holds something else; name a new folder")
        rom = str(self._preferences.get("rom"))
        return self.path.name, collect_arguments(config, self.path, self._game.engine_choice, rom)

    @property
    def _is_taken(self) -> bool:
        return self.path.is_dir() and not is_free_for_data(self.path)

    def _edit(self) -> None:
        for button in self._done:
            button.hide()
        self.bar.refresh()
        self._follow()

    def _follow(self) -> None:
        is_running = self._collecting.is_running
        self.folder.setEnabled(not is_running)
        self.page.setEnabled(not is_running)
        self.bar.go.setText("Go on" if self._is_taken else "Collect")

    def _tell(self) -> None:
        self._follow()
        is_running = self._collecting.is_running
        if self._collecting.was_cancelled and not is_running and self._is_taken:
            self.bar.show_result(f"Stopped. {self.path} is whole; go on with it whenever you like.")

    def _take(self, document: dict[str, Any]) -> None:
        report = collection_report(Path(document["data"]), document["manifest"])
        text = report.partition("\n")[0]
        self.bar.show_result(text)
        self.bar.result.setToolTip(report)
        for button in self._done:
            button.show()
        self.bar.go.setEnabled(False)  # until something is asked for that it does not have
        if not self.isVisible():
            self._notices.tell(f"collected: {text}")

    # With what came of it

    def _look(self) -> None:
        self._label.open_folder(self.path)
        self.close()

    def _train(self) -> None:
        self._trainings.propose_data(self.path)
        self.close()
