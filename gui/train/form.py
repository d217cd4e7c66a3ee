"""The form of a new training, made from the dataclass of its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from core.config.ddqn import CHOOSERS, DEFAULT_PRESET, NEEDS, PRESETS, DdqnConfig, idle_settings
from core.config.fcn import FcnConfig
from core.config.fields import Config, setting_of
from core.config.mapping import MappingConfig
from core.errors import InputError
from core.runs.commands import TRAINABLE
from gui.kit.config_field import FolderBox
from gui.kit.config_form import ConfigForm
from gui.kit.file_dialogs import FileDialogs
from gui.kit.locations import data_sets, finished_agents, finished_networks
from gui.live.navigator import Navigator, Place

KIND_NAMES = {
    FcnConfig.kind: "Segmentation network",
    DdqnConfig.kind: "Double DQN agent",
    MappingConfig.kind: "Picture mapping",
}
_KIND_TIPS = {
    FcnConfig.kind: "Learns to give every pixel its class, from a data set",
    DdqnConfig.kind: "Learns to play, by playing",
    MappingConfig.kind: "Learns to draw a level as another one looks, night as day, for agents that know only that",
}


@dataclass(frozen=True)
class TrainFolders:
    """Where a form looks for what there is to choose from.

    Attributes:
        networks: folders with finished networks.
        data: tells the folders with data sets.
    """

    networks: Sequence[Path]
    data: Callable[[], Sequence[Path]]


class TrainForm(QWidget):
    """A page of rows for each kind of run; the one that is shown makes the configuration.

    Signals:
        edited: kind or a value changed.
    """

    edited = Signal()

    def __init__(
        self, navigator: Navigator, folders: TrainFolders, files: FileDialogs, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.pages = {kind: _RunPage(navigator, folders, files, config) for kind, config in TRAINABLE.items()}
        self.kinds: dict[str, QPushButton] = {}
        group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(0)
        for kind in TRAINABLE:
            button = QPushButton(KIND_NAMES[kind])
            button.setCheckable(True)
            button.setObjectName("choice")
            button.setToolTip(_KIND_TIPS[kind])
            group.addButton(button)
            button.clicked.connect(partial(self.choose, kind))
            row.addWidget(button)
            self.kinds[kind] = button
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 8, 10)
        column.setSpacing(8)
        column.addLayout(row)
        for page in self.pages.values():
            column.addWidget(page)
            page.edited.connect(self.edited)
        column.addStretch(1)
        self.kind = FcnConfig.kind
        self.choose(self.kind)

    def choose(self, kind: str) -> None:
        """Show the rows of a kind of run."""
        self.kind = kind
        self.kinds[kind].setChecked(True)
        for name, page in self.pages.items():
            page.setVisible(name == kind)
        self.edited.emit()

    @property
    def page(self) -> _RunPage:
        """The rows that are shown."""
        return self.pages[self.kind]

    def config(self) -> Config:
        """The settings; InputError when one is wrong, which its row shows."""
        return self.page.config()

    def fill(self, config: Config) -> None:
        """Show these settings."""
        self.choose(config.kind)
        self.page.fill(config)

    def look_again(self) -> None:
        """Take up what has come since."""
        for page in self.pages.values():
            page.choose_data()

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Mark fields that cannot be used, by name."""
        for name, sentence in problems.items():
            self.page.show_problem(name, sentence)


class _RunPage(ConfigForm):
    """The rows of one kind of run; presets and some values decide about others."""

    def __init__(self, navigator: Navigator, folders: TrainFolders, files: FileDialogs, kind: type[Config]) -> None:
        self._folders = folders
        starting_points = self._agents if kind is DdqnConfig else self._networks
        super().__init__(kind, {"data": self._data_sets, "initial": starting_points, "encoder": self._networks}, files)
        self.collect = QToolButton()
        self.collect.setText("Collect…")
        self.collect.setToolTip("Make a data set: an agent plays, and frames are kept with their labels")
        self.collect.clicked.connect(lambda *_: navigator.show(Place.COLLECT))
        data = self.rows["data"].editor if "data" in self.rows else None
        if isinstance(data, FolderBox):
            data.add_button(self.collect)
        self.choose_data()
        if kind is DdqnConfig:
            self.rows["preset"].set_base(DEFAULT_PRESET, follow=True)
            self._rebase(fill=True)
        self._fit()

    def choose_data(self) -> None:
        """Where no data set is chosen, take the newest."""
        if "data" in self.rows and not self.rows["data"].value() and (found := self._data_sets()):
            self.rows["data"].set_base(found[0], follow=True)

    def _data_sets(self) -> list[str]:
        return data_sets(self._folders.data())

    def _networks(self) -> list[str]:
        return finished_networks(self._folders.networks)

    def _agents(self) -> list[str]:
        return finished_agents(self._folders.networks)

    def _changed(self, name: str) -> None:
        if name in CHOOSERS:
            self._rebase(fill=name == "preset")
        self._fit()
        super()._changed(name)

    def _rebase(self, fill: bool) -> None:
        """Another starting point: a preset fills in what it sets, and the rest of the rarer settings."""
        begin = DdqnConfig.of({name: self.rows[name].value() for name in CHOOSERS})
        governed = {name for preset in PRESETS.values() for name in preset}
        for name, row in self.rows.items():
            if name not in CHOOSERS:
                is_filled = name in governed or not setting_of(self._field(name)).flag
                with QSignalBlocker(row):
                    row.set_base(getattr(begin, name), follow=fill and is_filled)

    def _fit(self) -> None:
        """Show only what matters."""
        if self._kind is DdqnConfig:
            try:
                values = {name: row.value() for name, row in self.rows.items()}
            except InputError:
                return  # its row says what is wrong, and the rest stays as it is
            idle = idle_settings(values)
            for name in NEEDS:
                self.rows[name].set_visible(name not in idle)
