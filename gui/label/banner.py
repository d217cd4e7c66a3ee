"""What needs an answer before work goes on: a problem of saving, work that was found, something that takes time."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from core.dataset.autosave.recovery import Found
from gui.kit.background import Job
from gui.label.model import LabelModel


class LabelBanner(QWidget):
    """One line with buttons, hidden while there is nothing to say."""

    def __init__(self, model: LabelModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model = model
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.progress.setFixedWidth(160)
        self.buttons = {
            name: self._button(name, words, call)
            for name, words, call in (
                ("keep", "Keep mine", model.save),
                ("theirs", "Load the others", model.browser.load_theirs),
                ("take-up", "Go on with it", self._resume),
                ("discard", "Throw it away", self._discard),
                ("later", "Later", self._put_off),
                ("cancel", "Cancel", self._cancel),
                ("dismiss", "OK", model.editor.dismiss),
            )
        }
        self._put_off_paths: set[str] = set()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 10, 5)
        row.addWidget(self.text, 1)
        row.addWidget(self.progress)
        for button in self.buttons.values():
            row.addWidget(button)
        model.editor.changed.connect(self._follow)
        model.offers_changed.connect(self._follow)
        for jobs in (model.jobs, model.bulk):
            jobs.changed.connect(self._follow)
        self._follow()

    def _button(self, name: str, words: str, call: Callable[[], object]) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(f"label-{name}")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda _=False: call())
        return button

    @property
    def _offers(self) -> list[Found]:
        return [found for found in self.model.offers if str(found.path) not in self._put_off_paths]

    def _resume(self) -> None:
        if self._offers:
            self.model.resume(self._offers[0])

    def _discard(self) -> None:
        if self._offers:
            self.model.discard(self._offers[0])

    def _put_off(self) -> None:
        self._put_off_paths |= {str(found.path) for found in self.model.offers}
        self._follow()

    @property
    def _job(self) -> Job | None:
        """The one that is told of, and cancelled: first what others wait for."""
        return self.model.jobs.current or self.model.bulk.current

    def _cancel(self) -> None:
        job = self._job
        if job is not None:
            job.cancel()

    def _follow(self) -> None:
        job, offers, editor = self._job, self._offers, self.model.editor
        shown: tuple[str, ...] = ()
        if editor.problem:
            text, shown = (
                editor.problem,
                ("keep", "theirs") if editor.has_conflict else ("dismiss",),
            )
        elif job is not None:
            text, shown = f"{job.text} …", ("cancel",)
            self.progress.setValue(round(100 * job.share))
        elif offers:
            text, shown = self._words(), ("take-up", "discard", "later")
        else:
            text = ""
        self.text.setText(text)
        self.text.setObjectName("problem" if editor.problem else "")
        self.text.style().polish(self.text)
        self.progress.setVisible("cancel" in shown)
        for name, button in self.buttons.items():
            button.setVisible(name in shown)
        self.setVisible(bool(text))

    def _words(self) -> str:
        offers = self._offers
        found = offers[0]
        frame = found.about.get("moment") or found.about
        where = f"{frame.get('level', '')}, frame {frame.get('frame', found.about.get('number', ''))}"
        when = time.strftime("%d %b %H:%M", time.localtime(found.when))
        more = f" (and {len(offers) - 1} more)" if len(offers) > 1 else ""
        strokes = "1 stroke" if found.unsaved == 1 else f"{found.unsaved} strokes"
        return f"Not saved in a data set: {strokes} on {where}, {when}{more}"
