"""The form for segmenting frames that lie in files, and the work itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.errors import InputError
from core.runs.queue import shown
from gui.kit.command_panel import CommandPanel
from gui.kit.command_process import CommandProcess
from gui.kit.file_dialogs import FileDialogs
from gui.kit.notices import Notices
from gui.kit.preferences import Preferences
from gui.kit.widgets import fill_combo
from gui.live.preview import Preview

_WIDTH = 620  # logical pixels
_SPRITES = "sprites"
_NOTE = (
    "A folder of PNGs of 240 x 224 gives a folder of indexed PNGs; a .npy of uint8 (N, 224, 240, 3) gives one of "
    "class maps. Exact labels need the game's memory, which files do not have."
)


class SegmentDialog(QDialog):
    """Lies beside the window while the game goes on; closed, the segmenting goes on too."""

    def __init__(
        self,
        preview: Preview,
        segmenting: CommandProcess,
        notices: Notices,
        preferences: Preferences,
        files: FileDialogs,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._preview, self._notices, self._preferences, self._files = preview, notices, preferences, files
        self.setWindowTitle("Segment files")
        note = QLabel(_NOTE)
        note.setObjectName("quiet")
        note.setWordWrap(True)
        self.source, self.out, self.segmenter = QLineEdit(), QLineEdit(), QComboBox()
        self.folder, self.file = QPushButton("Folder…"), QPushButton("File…")
        for button in (self.folder, self.file):
            button.setAutoDefault(False)
        self.source.setAccessibleName("Frames")  # its row is a layout, of which the row's name is no buddy
        self.source.setToolTip("What to segment (--segment)")
        self.out.setToolTip("What to make; nothing may be there yet (--out)")
        self.segmenter.setToolTip("By sprite matching, or by a trained network (--segmenter, --network)")
        self.bar = CommandPanel(segmenting, "frames", "Segment", self._ask)
        row = QHBoxLayout()
        row.addWidget(self.source, 1)
        row.addWidget(self.folder)
        row.addWidget(self.file)
        form = QFormLayout()
        form.addRow("Frames", row)
        form.addRow("Segmented by", self.segmenter)
        form.addRow("Class maps", self.out)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addWidget(note)
        column.addLayout(form)
        column.addWidget(self.bar)
        self.resize(_WIDTH, self.sizeHint().height())
        self.source.textChanged.connect(self._suggest)
        self.out.textChanged.connect(self.bar.refresh)
        self.segmenter.currentIndexChanged.connect(self.bar.refresh)
        self.folder.clicked.connect(self._browse_folder)
        self.file.clicked.connect(self._browse_file)
        segmenting.answered.connect(self._take)
        preview.sources_changed.connect(self._list)
        self._list()

    def showEvent(self, event: QShowEvent) -> None:
        """Look again: what is named may be there meanwhile."""
        super().showEvent(event)
        self.bar.refresh()

    def _list(self) -> None:
        before = self.segmenter.currentData()
        networks = [(name, shown(path)) for name, path in self._preview.networks]
        items = [("sprites", _SPRITES), *networks]
        fill_combo(self.segmenter, items, before if before in dict(networks).values() else _SPRITES)
        if self.segmenter.currentData() != before:
            self.bar.refresh()

    def _browse_folder(self) -> None:
        folder = self._files.folder(self, "Folder of PNGs")
        if folder is not None:
            self.source.setText(shown(folder))

    def _browse_file(self) -> None:
        path = self._files.open(self, "Frames", "Arrays (*.npy)")
        if path is not None:
            self.source.setText(shown(path))

    def _suggest(self) -> None:
        source = Path(self.source.text().strip())
        stem = source.with_name(f"{source.stem}-classes{source.suffix}") if source.name else Path()
        self.out.setText(str(stem) if source.name else "")
        self.bar.refresh()

    def _ask(self) -> tuple[str, list[str]]:
        source, out = self.source.text().strip(), self.out.text().strip()
        if not source:
            raise InputError("Choose a folder of PNGs, or a .npy file")
        if not Path(source).exists():
            raise InputError(f"{source} does not exist; choose a folder of PNGs or a .npy file")
        if not out:
            raise InputError("Name what to make")
        if Path(out).exists():
            raise InputError(f"{out} is there already; name a new folder or file")
        chosen = self.segmenter.currentData()
        by = ["--segmenter", _SPRITES] if chosen == _SPRITES else ["--segmenter", "fcn", "--network", chosen]
        rom = str(self._preferences.get("rom"))
        game = ["--rom", rom] if rom and chosen == _SPRITES else []
        return Path(source).name, ["--segment", source, *by, "--out", out, *game]

    def _take(self, document: dict[str, Any]) -> None:
        self.bar.refresh()  # its name is taken now
        self.bar.show_problem("")
        self.bar.show_result(f"The class maps are in {document['out']}.")
        if not self.isVisible():
            self._notices.tell(f"segmented: {document['out']}")
