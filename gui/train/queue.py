"""The trainings that wait for their turn."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.runs.commands import command_text
from core.runs.queue import Waiting
from gui.kit.widgets import ElidedLabel
from gui.trainings.model import Trainings


class TrainQueue(QWidget):
    """A row each, in order; made again when the queue changes."""

    def __init__(self, trainings: Trainings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trainings = trainings
        self.hold = QCheckBox("Hold")
        self.hold.setToolTip("Nothing in the queue starts by itself while this is ticked")
        self.hold.clicked.connect(trainings.hold)
        self.rows: dict[str, dict[str, QWidget]] = {}
        self._shown: tuple[Waiting, ...] | None = None
        self._list = QWidget()
        title = QLabel("Queue")
        title.setObjectName("heading")
        top = QHBoxLayout()
        top.addWidget(title)
        top.addStretch(1)
        top.addWidget(self.hold)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addLayout(top)
        self._column.addWidget(self._list)
        trainings.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        now = self._trainings.now
        self.setVisible(bool(now.waiting) or now.is_held)
        self.hold.setChecked(now.is_held)
        if now.waiting == self._shown:
            return
        self._shown = now.waiting
        focused = self._focused()
        self._column.removeWidget(self._list)
        self._list.deleteLater()
        self._list = QWidget()
        grid = QGridLayout(self._list)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        self.rows = {item.name: self._row(grid, place, item) for place, item in enumerate(now.waiting)}
        self._column.addWidget(self._list)
        if focused is not None:
            self._list.show()  # now, so that it can have the keyboard
            self._focus(*focused)

    def _focused(self) -> tuple[str, int, str] | None:
        """The training, its place and the button that have the keyboard."""
        for place, (name, row) in enumerate(self.rows.items()):
            for what, button in row.items():
                if button.hasFocus():
                    return name, place, what
        return None

    def _focus(self, name: str, place: int, what: str) -> None:
        """Give the keyboard to the same button of a training; where it has gone, to that of the next one."""
        rows = list(self.rows.values())
        row = self.rows.get(name) or (rows[min(place, len(rows) - 1)] if rows else {})
        other = {"up": "down", "down": "up"}.get(what, what)  # at an end of the queue
        button = next((row[one] for one in (what, other) if one in row and row[one].isEnabled()), None)
        (button or (row["start"] if row else self.hold)).setFocus()

    def _row(self, grid: QGridLayout, place: int, item: Waiting) -> dict[str, QWidget]:
        training = self._trainings
        arguments = item.arguments(training.runs)
        name = ElidedLabel(f"{place + 1}.  {item.name}", is_name=True)
        what = ElidedLabel(" ".join(arguments[1:]))
        what.setObjectName("quiet")
        what.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # the name comes first
        for label in (name, what):
            label.setToolTip(command_text(arguments))
        up, down, gone, start = QToolButton(), QToolButton(), QToolButton(), QPushButton("Start now")
        up.setText("↑")
        down.setText("↓")
        gone.setText("✕")
        up.setToolTip("Earlier")
        down.setToolTip("Later")
        gone.setToolTip("Take it out of the queue")
        start.setToolTip("Beside whatever trains")
        for button, does in ((up, "Earlier"), (down, "Later"), (gone, "Take out of the queue"), (start, "Start now")):
            button.setAccessibleName(f"{does}: {item.name}")
        up.setEnabled(place > 0)
        assert self._shown is not None
        down.setEnabled(place < len(self._shown) - 1)
        up.clicked.connect(partial(training.move, item.name, -1))
        down.clicked.connect(partial(training.move, item.name, 1))
        gone.clicked.connect(partial(training.remove, item.name))
        start.clicked.connect(partial(training.start_now, item.name))
        for column, widget in enumerate((name, what, up, down, start, gone)):
            grid.addWidget(widget, place, column)
        return {"up": up, "down": down, "remove": gone, "start": start}
